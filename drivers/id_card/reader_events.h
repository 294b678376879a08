#pragma once

// What every reader of ID cards is asked and tells: one that speaks SDT, or a vendor's program.

#include <string>
#include <variant>

#include "drivers/id_card/card_text.h"

namespace drivers::id_card {

/// The one command: whether the screen asks for a card now.
enum class CardWanted { no, yes };

struct ReaderReady {
  std::string sam_number;

  bool operator==(const ReaderReady&) const = default;
};

/// The reader cannot be used until ReaderReady comes again by itself. Codes: usb/..., and
/// id_card/silent, id_card/self_test_failed, id_card/not_authorised, id_card/protocol; of a
/// vendor's program also helper/... and id_card/fault.
struct ReaderUnusable {
  kiosk::Error why;

  bool operator==(const ReaderUnusable&) const = default;
};

/// A card lies there; CardRead or one of the other three follows within 6 s unless the reader goes.
struct CardNoticed {
  bool operator==(const CardNoticed&) const = default;
};

struct CardRead {
  IdCardText card;

  bool operator==(const CardRead&) const = default;
};

/// Lift the card and lay it down again. Codes: id_card/damaged (it lies there and was tried twice),
/// id_card/read_failed (damaged, or taken away while being read: this reader says the same),
/// id_card/not_genuine, id_card/malformed_text, id_card/malformed_reply, id_card/no_answer.
struct CardUnreadable {
  kiosk::Error why;

  bool operator==(const CardUnreadable&) const = default;
};

/// A card, but none of the documents this reader is for.
struct NotAResidentCard {
  bool operator==(const NotAResidentCard&) const = default;
};

/// The card went before it was read.
struct CardPulled {
  bool operator==(const CardPulled&) const = default;
};

using ReaderEvent = std::variant<ReaderReady, ReaderUnusable, CardNoticed, CardRead, CardUnreadable,
                                 NotAResidentCard, CardPulled>;

}  // namespace drivers::id_card
