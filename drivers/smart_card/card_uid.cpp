#include "drivers/smart_card/card_uid.h"

#include <fmt/format.h>

namespace drivers::smart_card {
namespace {

// ISO/IEC 14443-3, 6.5.4: a UID of one part that begins with 08 is drawn anew each time.
constexpr std::size_t one_part_bytes = 4;
constexpr std::uint8_t random_first = 0x08;

}  // namespace

kiosk::Bytes CardUid::start() {
  return {0xFF, 0xCA, 0x00, 0x00, 0x00};
}

Turn CardUid::take(const Response& response) {
  if (response.status != status_good) return NotThisKind{};
  const kiosk::Bytes& uid = response.data;
  if (uid.size() != one_part_bytes && uid.size() != 7 && uid.size() != 10) {
    return kiosk::Error{"smart_card", "malformed_data",
                        fmt::format("a card's number of {} bytes", uid.size()),
                        kiosk::Remedy::patient};
  }
  if (uid.size() == one_part_bytes && uid[0] == random_first) {
    return kiosk::Error{"smart_card", "random_uid",
                        "a number that the card draws anew each time is no identity",
                        kiosk::Remedy::patient};
  }
  std::string hex;
  for (const std::uint8_t byte : uid) hex += fmt::format("{:02X}", byte);
  return std::vector<Identifier>{{IdentifierKind::uid, std::move(hex)}};
}

}  // namespace drivers::smart_card
