// A scanner's report descriptor (length in the first byte) and then its reports of 64 bytes.
#include <algorithm>
#include <cstdint>

#include "drivers/scanner/hid_pos.h"
#include "drivers/scanner/scan_text.h"
#include "drivers/usb/hid_items.h"
#include "kiosk/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const kiosk::ByteView bytes(data + 1, size - 1);
  const kiosk::ByteView descriptor = bytes.first(std::min<std::size_t>(data[0], bytes.size()));
  static_cast<void>(drivers::usb::first_application(descriptor));
  const auto layout = drivers::scanner::parse_pos_layout(descriptor);
  if (!layout) return 0;
  drivers::scanner::ScanAssembler assembler(*layout);
  kiosk::ByteView rest = bytes.subspan(descriptor.size());
  while (!rest.empty()) {
    const kiosk::ByteView report = rest.first(std::min<std::size_t>(64, rest.size()));
    rest = rest.subspan(report.size());
    const auto scan = assembler.accept({}, report);
    if (!scan || !*scan) continue;
    KIOSK_CHECK((*scan)->data.size() <= drivers::scanner::ScanAssembler::scan_bytes_max);
    static_cast<void>(to_text(**scan, {}).has_value());
  }
  return 0;
}
