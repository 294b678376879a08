#include "drivers/usb/hid_items.h"

#include <algorithm>

namespace drivers::usb {

std::optional<HidItem> HidItems::next() {
  constexpr std::uint8_t long_item = 0xFE;
  while (!rest_.empty() && rest_[0] == long_item) {
    const std::size_t size = rest_.size() < 2 ? rest_.size() : std::size_t{3} + rest_[1];
    rest_ = rest_.subspan(std::min(size, rest_.size()));
  }
  if (rest_.empty()) return std::nullopt;
  HidItem item;
  item.tag = rest_[0] & 0xFC;
  item.size_bytes = (rest_[0] & 3) == 3 ? 4 : rest_[0] & 3;
  const auto size = static_cast<std::size_t>(item.size_bytes);
  if (rest_.size() < 1 + size) return std::nullopt;
  for (std::size_t i = size; i > 0; --i) item.value = item.value << 8 | rest_[i];
  rest_ = rest_.subspan(1 + size);
  return item;
}

std::uint32_t first_application(kiosk::ByteView report_descriptor) {
  std::uint32_t page = 0;
  std::uint32_t usage = 0;
  HidItems items(report_descriptor);
  while (const auto item = items.next()) {
    switch (item->tag) {
      case 0x04:
        page = item->value;
        break;
      case 0x08:
        usage = item->size_bytes == 4 ? item->value : page << 16 | item->value;
        break;
      case 0xA0:
        if (item->value == 1) return usage;
        break;
      default:
        break;
    }
  }
  return 0;
}

}  // namespace drivers::usb
