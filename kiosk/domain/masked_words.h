#pragma once

#include <string>
#include <string_view>

#include "kiosk/domain/identity.h"

// Servers like to repeat the data that they refuse. What they say is shown to staff with `#` for
// what may be a patient's; it goes into no log.
namespace kiosk::domain {

/// Hides what can be a patient's whoever it is: words with letters beyond ASCII or with escapes,
/// dates, numbers of more than 5 digits however they are grouped, e-mail addresses and whatever
/// stands in quotes. A name in ASCII letters is told from other words by without_person only.
/// Thread: any; pure.
std::string masked_words(std::string_view words);

/// Hides what this person can be told by: the name and its parts, the birth date in any order and
/// with any separators, identifiers and phones. Letters of ASCII match in either case.
/// Thread: any; pure.
std::string without_person(std::string_view words, const Person& person);

}  // namespace kiosk::domain
