#include "kiosk/store/number_series.h"

#include <fmt/format.h>

#include <algorithm>

namespace kiosk::store {

namespace {

constexpr std::size_t code_length_max = 8;
constexpr std::size_t letters_max = 4;
constexpr std::size_t digits_max = 9;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// Counting in letters: A = 1 ... Z = 26, AA = 27. A alone is left out: it is the first incarnation.
std::string letters_of(int incarnation) {
  std::string letters;
  if (incarnation <= 1) return letters;
  for (int rest = incarnation; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return letters;
}

}  // namespace

bool valid_kiosk_code(std::string_view code) {
  return !code.empty() && code.size() <= code_length_max && is_digit(code.back()) &&
         std::all_of(code.begin(), code.end(),
                     [](char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); });
}

std::string series_number(std::string_view kiosk_code, const SeriesNumber& number) {
  return fmt::format("{}{}-{:03}", kiosk_code, letters_of(number.incarnation), number.counter);
}

std::optional<SeriesNumber> parse_series_number(std::string_view kiosk_code,
                                                std::string_view text) {
  if (!text.starts_with(kiosk_code)) return std::nullopt;
  text.remove_prefix(kiosk_code.size());
  SeriesNumber number{0, 0};
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash > letters_max) return std::nullopt;
  for (const char c : text.substr(0, dash)) {
    if (!is_upper(c)) return std::nullopt;
    number.incarnation = number.incarnation * 26 + (c - 'A' + 1);
  }
  if (dash == 0) number.incarnation = 1;
  const std::string_view digits = text.substr(dash + 1);
  if (digits.empty() || digits.size() > digits_max) return std::nullopt;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    number.counter = number.counter * 10 + (c - '0');
  }
  if (series_number(kiosk_code, number) != std::string(kiosk_code) + std::string(text)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace kiosk::store
