// Key events, three bytes each (type, code, value), and then their bytes in pieces.
#include <linux/input.h>

#include <algorithm>
#include <cstdint>

#include "drivers/scanner/key_text.h"
#include "kiosk/base/check.h"

namespace {

kiosk::Bytes type(kiosk::ByteView events, std::size_t piece) {
  drivers::scanner::KeyText keys;
  kiosk::Bytes typed;
  for (std::size_t at = 0; at < events.size(); at += piece) {
    kiosk::append(typed, keys.feed(events.subspan(at, std::min(piece, events.size() - at))));
  }
  return typed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  kiosk::Bytes events;
  for (std::size_t at = 1; at + 2 < size; at += 3) {
    input_event event{};
    event.type = data[at];
    event.code = data[at + 1];
    event.value = static_cast<std::int8_t>(data[at + 2]);
    kiosk::append(events, {reinterpret_cast<const std::uint8_t*>(&event), sizeof event});
  }
  const kiosk::Bytes whole = type(events, events.size() + 1);
  KIOSK_CHECK(whole == type(events, piece));  // however it is cut
  KIOSK_CHECK(whole.size() <= size);
  static_cast<void>(type({data, size}, piece));  // events of any content
  return 0;
}
