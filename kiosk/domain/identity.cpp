#include "kiosk/domain/identity.h"

#include <algorithm>
#include <array>

namespace kiosk::domain {
namespace {

// GB 11643-1999, section 4.3: weights of positions 1..17 and the check characters by remainder.
constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr std::string_view check_characters = "10X98765432";

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

char check_character(std::string_view seventeen) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += (seventeen[i] - '0') * weights[i];
  return check_characters[std::size_t(sum % 11)];
}

/// UTF-8 cut into what one person calls a letter: a code point with the variation selectors and
/// combining marks that follow it. Malformed bytes stand alone.
std::vector<std::string_view> letters(std::string_view text) {
  std::vector<std::string_view> found;
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0x80    ? 1
                         : lead >= 0xF0 ? 4
                         : lead >= 0xE0 ? 3
                         : lead >= 0xC0 ? 2
                                        : 1;
    length = std::min(length, text.size() - i);
    const std::string_view point = text.substr(i, length);
    const bool selector = point >= "\xEF\xB8\x80" && point <= "\xEF\xB8\x8F";  // U+FE00..FE0F
    const bool ideographic =
        point >= "\xF3\xA0\x84\x80" && point <= "\xF3\xA0\x87\xAF";     // VS17..256
    const bool combining = point >= "\xCC\x80" && point <= "\xCD\xAF";  // U+0300..036F
    if (!found.empty() && (selector || ideographic || combining)) {
      found.back() = std::string_view(found.back().data(), found.back().size() + length);
    } else {
      found.push_back(point);
    }
    i += length;
  }
  return found;
}

/// Names of these scripts are written without spaces and hidden from the second letter on.
bool is_ideograph(std::string_view letter) {
  return letter >= "\xE2\xBA\x80" && letter[0] != '\xEF';  // from U+2E80 (CJK radicals) on
}

bool is_separator(std::string_view letter) {
  return letter == " " || letter == "-" || letter == "," || letter == "." || letter == "\xC2\xB7" ||
         letter == "\xE2\x80\xA2" || letter == "\xE3\x83\xBB";  // middle dots of three scripts
}

std::string masked_part(const std::vector<std::string_view>& part, std::size_t shown_last) {
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    text += i == 0 || i + shown_last >= part.size() ? std::string(part[i]) : "*";
  }
  return text;
}

}  // namespace

bool valid_citizen_number(std::string_view number) {
  if (number.size() != 18 || !all_digits(number.substr(0, 17))) return false;
  if (!parse_date(number.substr(6, 8))) return false;
  return number[17] == check_character(number);
}

std::string normalised_citizen_number(std::string_view text) {
  std::string number(text);
  if (number.size() == 15 && all_digits(number)) {
    number.insert(6, "19");
    number += check_character(number);
  }
  if (!number.empty() && number.back() == 'x') number.back() = 'X';
  return valid_citizen_number(number) ? number : std::string();
}

std::string masked_name(std::string_view name) {
  std::string masked;
  std::vector<std::string_view> part;
  const std::vector<std::string_view> all = letters(name);
  const bool parts = std::any_of(all.begin(), all.end(), is_separator);
  const auto finish = [&] {
    if (part.empty()) return;
    // A whole Chinese name of three letters or more shows its last one: 王小芳 -> 王*芳.
    const bool whole = !parts && is_ideograph(part.front()) && part.size() >= 3;
    masked += masked_part(part, whole ? 1 : 0);
    part.clear();
  };
  for (const std::string_view letter : all) {
    if (is_separator(letter)) {
      finish();
      masked += letter;
    } else {
      part.push_back(letter);
    }
  }
  finish();
  return masked;
}

std::string last_four(const Person& person) {
  const auto tail = [](const std::string& text) {
    return text.size() < 4 ? std::string() : text.substr(text.size() - 4);
  };
  if (!person.phones.empty()) return tail(person.phones.front());
  if (!person.identifiers.empty()) return tail(person.identifiers.front().value);
  return {};
}

bool matches(const Person& person, const BirthDateAndDigits& given) {
  if (given.last_four.size() != 4 || person.birth_date != given.birth_date) return false;
  const auto ends = [&](const std::string& text) { return text.ends_with(given.last_four); };
  return std::any_of(person.phones.begin(), person.phones.end(), ends) ||
         std::any_of(person.identifiers.begin(), person.identifiers.end(),
                     [&](const Identifier& identifier) { return ends(identifier.value); });
}

}  // namespace kiosk::domain
