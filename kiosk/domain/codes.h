#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kiosk/domain/identity.h"

namespace kiosk::domain {

enum class Checksum { none, citizen_number, nric };
enum class CodeMeaning { booking_number, person, ticket };

/// One row of the configuration's table of codes: a text that matches `pattern` whole and passes
/// the checksum means an identifier of `system`. `group` is what the pattern's parentheses
/// captured, else the whole text.
struct CodeFormat {
  std::string name;     ///< for logs and `check-config`
  std::string pattern;  ///< ECMAScript regular expression, matched against the whole text
  Checksum checksum = Checksum::none;
  CodeMeaning meaning = CodeMeaning::person;
  std::string system;  ///< Identifier.system; unused for our own ticket

  bool operator==(const CodeFormat&) const = default;
};

/// Longest code that is looked at, bytes; the longest known code (electronic health card) has 66.
inline constexpr std::size_t code_bytes_max = 256;

struct BookingCode {
  Identifier identifier;
  bool operator==(const BookingCode&) const = default;
};
struct PersonCode {
  Identifier identifier;
  bool operator==(const PersonCode&) const = default;
};
struct TicketCode {
  std::string token;
  bool operator==(const TicketCode&) const = default;
};
/// The form is known, its checksum is wrong: read again.
struct DamagedCode {
  bool operator==(const DamagedCode&) const = default;
};
struct UnknownCode {
  bool operator==(const UnknownCode&) const = default;
};
using Code = std::variant<BookingCode, PersonCode, TicketCode, DamagedCode, UnknownCode>;

/// Tells what a scanned text is: the first row that matches and checks wins; a row that matches but
/// does not check makes it damaged unless a later row accepts it. Control characters, empty and
/// over-long texts are damaged or unknown, never passed on.
Code recognise_code(const std::vector<CodeFormat>& formats, std::string_view text);

/// Singapore NRIC / FIN, 9 characters, prefix S T F G M, weighted modulo 11.
bool valid_nric(std::string_view text);

/// True when the pattern is a regular expression that can be used here.
bool valid_pattern(const std::string& pattern);

}  // namespace kiosk::domain
