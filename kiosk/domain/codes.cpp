#include "kiosk/domain/codes.h"

#include <algorithm>
#include <array>
#include <regex>

namespace kiosk::domain {
namespace {

bool passes(Checksum checksum, const std::string& value) {
  switch (checksum) {
    case Checksum::none:
      return true;
    case Checksum::citizen_number:
      return !normalised_citizen_number(value).empty();
    case Checksum::nric:
      return valid_nric(value);
  }
  return false;
}

Code meaning_of(const CodeFormat& format, std::string value) {
  if (format.checksum == Checksum::citizen_number) value = normalised_citizen_number(value);
  switch (format.meaning) {
    case CodeMeaning::booking_number:
      return BookingCode{{format.system, std::move(value)}};
    case CodeMeaning::person:
      return PersonCode{{format.system, std::move(value)}};
    case CodeMeaning::ticket:
      return TicketCode{std::move(value)};
  }
  return UnknownCode{};
}

}  // namespace

bool valid_nric(std::string_view text) {
  // Weights and letters as published by several independent validators; vectors in the test.
  constexpr std::array<int, 7> weights{2, 7, 6, 5, 4, 3, 2};
  if (text.size() != 9) return false;
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const char c = text[i + 1];
    if (c < '0' || c > '9') return false;
    sum += (c - '0') * weights[i];
  }
  std::string_view letters;
  switch (text[0]) {
    case 'S':
      letters = "JZIHGFEDCBA";
      break;
    case 'T':
      letters = "JZIHGFEDCBA";
      sum += 4;
      break;
    case 'F':
      letters = "XWUTRQPNMLK";
      break;
    case 'G':
      letters = "XWUTRQPNMLK";
      sum += 4;
      break;
    case 'M':
      letters = "XWUTRQPNJLK";
      sum += 3;
      break;
    default:
      return false;
  }
  return letters[std::size_t(sum % 11)] == text[8];
}

bool valid_pattern(const std::string& pattern) {
  try {
    const std::regex compiled(pattern, std::regex::ECMAScript);
    return true;
  } catch (const std::regex_error&) {
    return false;
  }
}

Code recognise_code(const std::vector<CodeFormat>& formats, std::string_view text) {
  if (text.empty() || text.size() > code_bytes_max) return UnknownCode{};
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control) return DamagedCode{};
  bool damaged = false;
  for (const CodeFormat& format : formats) {
    try {
      std::cmatch match;
      const std::regex pattern(format.pattern, std::regex::ECMAScript);
      if (!std::regex_match(text.data(), text.data() + text.size(), match, pattern)) continue;
      std::string value = match.size() > 1 && match[1].matched ? match[1].str() : std::string(text);
      if (passes(format.checksum, value)) return meaning_of(format, std::move(value));
      damaged = true;
    } catch (const std::regex_error&) {
      continue;  // refused by check-config; a pattern too complex for this text does not match it
    }
  }
  if (damaged) return DamagedCode{};
  return UnknownCode{};
}

}  // namespace kiosk::domain
