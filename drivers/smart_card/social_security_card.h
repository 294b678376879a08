#pragma once

#include <optional>

#include "drivers/smart_card/card_recipe.h"

namespace drivers::smart_card {

/// The Chinese social security card: the card's number (EF05) and, where the region leaves it
/// readable, the social security number (EF06). PIN and terminal keys are never tried: cards lock.
/// Source: the social security card standard (社会保障卡规范), as independent readers of it agree.
class SocialSecurityCard : public CardRecipe {
 public:
  kiosk::Bytes start() override;
  Turn take(const Response& response) override;

 private:
  enum class Step { application, file, record };

  Turn next_try();
  Turn next_file();

  Step step_ = Step::application;
  std::size_t file_ = 0;  ///< which of the files
  std::size_t try_ = 0;   ///< which of the ways of selecting it, or of reading its record
  std::optional<kiosk::Error> why_;
  std::vector<Identifier> found_;
};

/// The value of a record of tag, length, value, without its padding; none when it is another tag,
/// too short or too long for its length, or not of letters and digits.   Thread: any; pure.
std::optional<std::string> record_value(kiosk::ByteView record, std::uint8_t tag,
                                        std::size_t length);

}  // namespace drivers::smart_card
