// Text blocks of ID cards: what is read is UTF-8 and no larger than the card could hold.
#include <algorithm>
#include <array>
#include <cstdint>

#include "drivers/id_card/card_text.h"
#include "kiosk/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<std::uint8_t, 256> block{};
  std::copy_n(data, std::min(size, block.size()), block.begin());
  const auto card = drivers::id_card::parse_card_text(block);
  if (!card) return 0;
  KIOSK_CHECK(!card->number.empty());
  KIOSK_CHECK(card->birth_date.size() == 8 && card->valid_from.size() == 8);
  KIOSK_CHECK(card->name.size() <= 45 && card->name_latin.size() <= 180);
  for (const std::string& text : {card->name, card->name_latin, card->number}) {
    KIOSK_CHECK(text.find('\0') == std::string::npos);
  }
  return 0;
}
