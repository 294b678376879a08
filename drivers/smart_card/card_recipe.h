#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "drivers/smart_card/apdu.h"
#include "drivers/smart_card/card.h"

namespace drivers::smart_card {

/// The card is none of this kind; another may be tried.
struct NotThisKind {
  bool operator==(const NotThisKind&) const = default;
};

/// What a recipe wants next: a command sent, or it is at its end.
using Turn = std::variant<kiosk::Bytes, NotThisKind, std::vector<Identifier>, kiosk::Error>;

/// How one kind of card is read: a command, its answer, the next command, until the end. Answers
/// come whole: chaining (61 xx, 6C xx) is done outside.
class CardRecipe {
 public:
  virtual ~CardRecipe() = default;

  virtual kiosk::Bytes start() = 0;
  virtual Turn take(const Response& response) = 0;
};

std::unique_ptr<CardRecipe> recipe_for(CardKind kind);

/// "smart_card/card_error: the card answered 6F00 to ..."; 69 82 is smart_card/refused.
kiosk::Error status_error(const Response& response, const char* to);

}  // namespace drivers::smart_card
