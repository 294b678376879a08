#pragma once

#include "drivers/smart_card/card_recipe.h"

namespace drivers::smart_card {

/// The number of a contactless card's chip, which the reader tells without asking the card. A
/// contact reader does not know the command: such a card is not of this kind.
/// Source: PC/SC part 3, 3.2.2.1.3 (GET DATA).
class CardUid : public CardRecipe {
 public:
  kiosk::Bytes start() override;
  Turn take(const Response& response) override;
};

}  // namespace drivers::smart_card
