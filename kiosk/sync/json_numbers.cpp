#include "kiosk/sync/json_numbers.h"

#include <algorithm>
#include <charconv>

namespace kiosk::sync {
namespace {

constexpr std::size_t whole_digits_max = 18;        ///< of a number that 64 bits surely hold
constexpr std::string_view opening = "\"\\u0001#";  ///< of a text that is a number
constexpr std::string_view number_characters = "0123456789+-.eE";

bool is_number(std::string_view token) {
  if (token.find_first_not_of(number_characters) != token.npos) return false;
  double value = 0;
  const char* end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, value);
  return read.ptr == end && read.ec != std::errc::invalid_argument;
}

bool is_plain(std::string_view number) {
  return number.size() <= whole_digits_max && number.find_first_of(".eE") == number.npos;
}

/// Where the string that begins at `at` has ended.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return std::min(at + 1, json.size());
}

/// Writes `odd(number)` for each number that is not plain.
template <typename Write>
std::string with_odd_numbers(std::string_view json, Write odd) {
  std::string written;
  written.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    std::size_t end = at + 1;
    const char c = json[at];
    const bool number = c == '-' || (c >= '0' && c <= '9');
    if (c == '"') end = end_of_string(json, at);
    if (number) end = std::min(json.find_first_not_of(number_characters, at), json.size());
    const auto token = json.substr(at, end - at);
    number && !is_plain(token) ? odd(written, token) : void(written.append(token));
    at = end;
  }
  return written;
}

}  // namespace

std::string with_numbers_as_texts(std::string_view json) {
  return with_odd_numbers(json, [](std::string& to, std::string_view number) {
    to.append(opening).append(number).append("\"");
  });
}

std::string with_texts_as_numbers(std::string_view json) {
  std::string written;
  for (std::size_t at = 0; at < json.size();) {
    const bool is_string = json[at] == '"';
    const auto end =
        is_string ? end_of_string(json, at) : std::min(json.find('"', at), json.size());
    auto token = json.substr(at, end - at);
    if (token.starts_with(opening)) {
      const auto number = token.substr(opening.size(), token.size() - opening.size() - 1);
      if (is_number(number)) token = number;
    }
    written.append(token);
    at = end;
  }
  return written;
}

std::string with_plain_numbers(std::string_view json) {
  return with_odd_numbers(json, [](std::string& to, std::string_view number) {
    to.append(is_number(number) ? "0" : number);
  });
}

}  // namespace kiosk::sync
