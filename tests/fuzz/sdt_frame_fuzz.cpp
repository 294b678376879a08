// Frames of an ID card reader: the first byte says in how large pieces the rest arrives.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "drivers/id_card/card_text.h"
#include "drivers/id_card/sdt_protocol.h"
#include "kiosk/base/check.h"

namespace {

std::vector<drivers::id_card::Reply> decode(kiosk::ByteView bytes, std::size_t piece) {
  drivers::id_card::ReplyDecoder decoder;
  std::vector<drivers::id_card::Reply> replies;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    while (auto reply = decoder.next()) replies.push_back(*reply);
  }
  return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const kiosk::ByteView bytes(data + 1, size - 1);
  const auto replies = decode(bytes, std::size_t{data[0]} + 1);
  KIOSK_CHECK(replies == decode(bytes, size));  // however it is cut
  for (const auto& reply : replies) {
    static_cast<void>(drivers::id_card::sam_number(reply).has_value());
    if (const auto block = drivers::id_card::text_block(reply)) {
      static_cast<void>(drivers::id_card::parse_card_text(*block).has_value());
    }
  }
  return 0;
}
