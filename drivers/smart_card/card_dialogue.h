#pragma once

// A whole conversation with one card as a steppable machine: from its answer to reset (ATR) to who
// carries it. The kinds wanted are tried in their order until the card is of one.

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "drivers/smart_card/card.h"
#include "drivers/smart_card/card_recipe.h"

namespace drivers::smart_card {

class CardDialogue {
 public:
  /// The next command for the card, or what came of it.
  using Step = std::variant<kiosk::Bytes, CardOutcome>;

  explicit CardDialogue(std::vector<CardKind> wanted) : wanted_(std::move(wanted)) {}

  /// Begins, or begins anew after the card was reset. At most 64 commands follow.
  Step start(kiosk::ByteView atr);

  /// Takes the answer to the last command: data and two bytes of status.
  Step take(kiosk::ByteView reply);

 private:
  Step next_kind();
  Step send(kiosk::Bytes command);
  Step turn(Turn turn);

  std::vector<CardKind> wanted_;
  std::size_t kind_ = 0;  ///< how many were begun
  std::unique_ptr<CardRecipe> recipe_;
  kiosk::Bytes command_;    ///< the last one sent
  kiosk::Bytes collected_;  ///< of an answer in several parts
  int commands_ = 0;
};

/// Whether a card with this answer to reset is a resident ID card.   Thread: any; pure.
bool is_resident_id_card(kiosk::ByteView atr);

}  // namespace drivers::smart_card
