#include "tests/emulators/described_card.h"

#include <stdexcept>
#include <utility>

namespace emulators {
namespace {

std::string birth_date_of(const DescribedCard& card) {
  if (!card.birth_date.empty()) return card.birth_date;
  return card.number.size() == 18 ? card.number.substr(6, 8) : "19800101";
}

kiosk::Result<CardBlock> block_of(const DescribedCard& card) {
  const auto chinese = [&](auto fields) {
    fields.name = card.name;
    fields.birth_date = birth_date_of(card);
    fields.number = card.number;
    fields.valid_to = card.valid_to;
    return card_block(fields);
  };
  const auto foreign = [&](auto fields, std::string country) {
    fields.name_latin = card.name;
    fields.birth_date = birth_date_of(card);
    fields.number = card.number;
    fields.country = std::move(country);
    return card_block(fields);
  };
  if (card.document == "resident") return chinese(ResidentCard{});
  if (card.document == "hk_macao_permit" || card.document == "hk_macao_taiwan") {
    return chinese(HkMacaoTaiwanPermit{});
  }
  const bool of_2023 = card.document == "foreign_permit" && card.number.size() == 18;
  if (of_2023 || card.document == "foreign_2023") return foreign(ForeignPermit2023{}, "PAK");
  if (card.document == "foreign_permit" || card.document == "foreign_2017") {
    return foreign(ForeignPermit2017{}, card.number.substr(0, 3));
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
