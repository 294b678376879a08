#include "tests/emulators/described_card.h"

#include <stdexcept>

namespace emulators {
namespace {

std::string birth_date_of(const DescribedCard& card) {
  if (!card.birth_date.empty()) return card.birth_date;
  return card.number.size() == 18 ? card.number.substr(6, 8) : "19800101";
}

kiosk::Result<CardBlock> block_of(const DescribedCard& card) {
  const std::string born = birth_date_of(card);
  if (card.document == "resident") {
    ResidentCard fields;
    fields.name = card.name;
    fields.birth_date = born;
    fields.number = card.number;
    fields.valid_to = card.valid_to;
    return card_block(fields);
  }
  if (card.document == "hk_macao_permit" || card.document == "hk_macao_taiwan") {
    HkMacaoTaiwanPermit fields;
    fields.name = card.name;
    fields.birth_date = born;
    fields.number = card.number;
    fields.valid_to = card.valid_to;
    return card_block(fields);
  }
  const bool of_2023 = card.document == "foreign_permit" && card.number.size() == 18;
  if (of_2023 || card.document == "foreign_2023") {
    ForeignPermit2023 fields;
    fields.name_latin = card.name;
    fields.birth_date = born;
    fields.number = card.number;
    fields.country = "PAK";
    return card_block(fields);
  }
  if (card.document == "foreign_permit" || card.document == "foreign_2017") {
    ForeignPermit2017 fields;
    fields.name_latin = card.name;
    fields.birth_date = born;
    fields.number = card.number;
    fields.country = card.number.substr(0, 3);
    return card_block(fields);
  }
  return kiosk::fail("demo", "bad_card",
                     "document is resident, hk_macao_taiwan, foreign_2017 or foreign_2023, not \"" +
                         card.document + "\"");
}

}  // namespace

kiosk::Result<EmulatedCard> emulated_card(const DescribedCard& card) {
  try {
    const auto block = block_of(card);
    if (!block) return kiosk::pass_on(block.error());
    EmulatedCard emulated;
    emulated.text = *block;
    if (card.damaged) emulated.condition = CardCondition::damaged;
    return emulated;
  } catch (const std::invalid_argument& error) {
    return kiosk::fail("demo", "bad_card", error.what());
  }
}

}  // namespace emulators
