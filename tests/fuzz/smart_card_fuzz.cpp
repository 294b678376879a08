// All that a card says: the first byte picks how it is read; then either the packed data of a
// German card, or answers to whatever it is asked, each with its length before it.
#include <algorithm>
#include <cstdint>

#include "drivers/smart_card/card_dialogue.h"
#include "drivers/smart_card/egk_card.h"
#include "kiosk/base/check.h"

using namespace drivers::smart_card;

namespace {

void check_identified(const CardIdentified& card) {
  KIOSK_CHECK(!card.identifiers.empty());
  for (const Identifier& identifier : card.identifiers) {
    KIOSK_CHECK(!identifier.value.empty() && identifier.value.size() <= 20);
    KIOSK_CHECK(std::all_of(identifier.value.begin(), identifier.value.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  kiosk::ByteView rest(data + 1, size - 1);
  if (data[0] == 'P') {
    static_cast<void>(insured_number(rest).has_value());
    return 0;
  }
  const auto next = [&rest] {
    const std::size_t wanted = rest.empty() ? 0 : rest[0];
    if (!rest.empty()) rest = rest.subspan(1);
    const kiosk::ByteView piece = rest.first(std::min(wanted, rest.size()));
    rest = rest.subspan(piece.size());
    return piece;
  };
  CardDialogue dialogue({CardKind::egk, CardKind::social_security, CardKind::uid});
  auto step = dialogue.start(next());
  int commands = 0;
  while (const auto* command = std::get_if<kiosk::Bytes>(&step)) {
    KIOSK_CHECK(++commands <= 64 && command->size() >= 5);
    KIOSK_CHECK((*command)[1] != 0x20);  // no PIN is ever tried
    step = dialogue.take(next());
  }
  const CardOutcome& outcome = std::get<CardOutcome>(step);
  if (const auto* card = std::get_if<CardIdentified>(&outcome)) check_identified(*card);
  return 0;
}
