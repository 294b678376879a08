#include "drivers/smart_card/card_recipe.h"

#include <fmt/format.h>

#include "drivers/smart_card/card_uid.h"
#include "drivers/smart_card/egk_card.h"
#include "drivers/smart_card/social_security_card.h"

namespace drivers::smart_card {

std::unique_ptr<CardRecipe> recipe_for(CardKind kind) {
  switch (kind) {
    case CardKind::egk:
      return std::make_unique<EgkCard>();
    case CardKind::social_security:
      return std::make_unique<SocialSecurityCard>();
    case CardKind::uid:
      break;
  }
  return std::make_unique<CardUid>();
}

kiosk::Error status_error(const Response& response, const char* to) {
  const bool refused = response.status == status_not_satisfied;
  return {"smart_card", refused ? "refused" : "card_error",
          fmt::format("the card answered {:04X} to {}", response.status, to),
          kiosk::Remedy::patient};
}

}  // namespace drivers::smart_card
