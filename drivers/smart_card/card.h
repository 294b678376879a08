#pragma once

// What a smart card can tell a kiosk about who carries it, and what is told of a card.

#include <string>
#include <variant>
#include <vector>

#include "kiosk/base/result.h"

namespace drivers::smart_card {

/// The ways of asking a card who carries it.
enum class CardKind {
  egk,              ///< German health insurance card
  social_security,  ///< Chinese social security card
  uid,              ///< any contactless card: the number of its chip
};

enum class IdentifierKind {
  uid,                          ///< 8, 14 or 20 hexadecimal digits, upper case
  egk_kvnr,                     ///< insured person's number: a letter and nine digits
  social_security_card_number,  ///< up to nine letters and digits
  social_security_number,       ///< the citizen number, 18 characters
};

struct Identifier {
  IdentifierKind kind = IdentifierKind::uid;
  std::string value;

  bool operator==(const Identifier&) const = default;
};

/// What the card said; never empty. A UID can be copied: it identifies, and proves nothing.
struct CardIdentified {
  CardKind card = CardKind::uid;
  std::vector<Identifier> identifiers;  ///< the strongest first

  bool operator==(const CardIdentified&) const = default;
};

/// Take the card out and try again, or another one. Codes: smart_card/unknown_card (none of the
/// kinds wanted), smart_card/random_uid (another number each time: no identity), smart_card/refused
/// (wants a PIN or a terminal's key, which are never tried), smart_card/malformed_data,
/// smart_card/malformed_reply, smart_card/too_long, smart_card/card_error, smart_card/unresponsive
/// (no chip where the reader looks for it), smart_card/busy (another program talks to it).
struct CardUnreadable {
  kiosk::Error why;

  bool operator==(const CardUnreadable&) const = default;
};

/// A resident ID card: only a reader with a security module reads it.
struct UseTheIdCardReader {
  bool operator==(const UseTheIdCardReader&) const = default;
};

using CardOutcome = std::variant<CardIdentified, CardUnreadable, UseTheIdCardReader>;

}  // namespace drivers::smart_card
