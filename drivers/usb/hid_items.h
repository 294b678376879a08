#pragma once

#include <cstdint>
#include <optional>

#include "kiosk/base/bytes.h"

namespace drivers::usb {

/// One item of a HID report descriptor; `tag` is the prefix byte without its size bits.
/// Source: USB HID 1.11, chapter 6.2.2.
struct HidItem {
  std::uint8_t tag = 0;
  std::uint32_t value = 0;
  int size_bytes = 0;
};

/// Walks the items of a report descriptor; long items are passed over, a torn last item ends it.
class HidItems {
 public:
  explicit HidItems(kiosk::ByteView descriptor) : rest_(descriptor) {}
  std::optional<HidItem> next();

 private:
  kiosk::ByteView rest_;
};

/// Usage page << 16 | usage of the first application collection, 0 when there is none.
std::uint32_t first_application(kiosk::ByteView report_descriptor);

}  // namespace drivers::usb
