#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/domain/civil_time.h"

namespace kiosk::domain {

/// FHIR Identifier: `system` is a URI from the site profile, `value` is matched exactly.
struct Identifier {
  std::string system;
  std::string value;

  auto operator<=>(const Identifier&) const = default;
};

/// Whether the kiosk may serve a person; all but `normal` end at the desk, each in its own words.
enum class Standing { normal, inactive, deceased, restricted };

/// FHIR Patient, as much of it as a kiosk needs.
struct Person {
  std::string id;    ///< Patient.id
  std::string name;  ///< HumanName.text, or family and given joined; UTF-8
  std::optional<Date> birth_date;
  std::vector<Identifier> identifiers;
  std::vector<std::string> phones;  ///< digits only
  Standing standing = Standing::normal;

  bool operator==(const Person&) const = default;
};

/// What a person gave to be found by.
struct BirthDateAndDigits {
  Date birth_date;
  std::string last_four;  ///< of a phone or document number; digits, or X as the last of a document

  bool operator==(const BirthDateAndDigits&) const = default;
};

/// GB 11643: true for 18 characters with a real date and the right ISO 7064 MOD 11-2 check
/// character
/// (`X` upper case). Region codes are not judged: permits of 81..83 and 9 use the same form.
bool valid_citizen_number(std::string_view number);

/// Upper-cases a trailing x and turns the 15-digit form of before 1999 into 18 (19 for the century,
/// GB 11643 Annex); empty when the text is neither form or does not check.
std::string normalised_citizen_number(std::string_view text);

/// The name with all but what the owner needs to recognise it hidden: `王芳` -> `王*`,
/// `王小芳` -> `王*芳`, `John Smith` -> `J*** S****`, `阿卜杜·买买提` -> `阿**·买**`. Counts
/// grapheme-wise for CJK (one code point and its variation selector), never cuts a code point.
std::string masked_name(std::string_view name);

/// The last four characters of the first phone, else of the first identifier; empty when none.
std::string last_four(const Person& person);

/// True when the birth date is equal and any phone or identifier ends with `last_four`.
bool matches(const Person& person, const BirthDateAndDigits& given);

}  // namespace kiosk::domain
