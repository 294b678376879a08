// Bytes of a serial scanner: the first byte chooses the suffix, the second in how large pieces the
// rest arrives, 10 ms apart.
#include <algorithm>
#include <cstdint>

#include "drivers/scanner/scan_burst.h"
#include "kiosk/base/check.h"

using namespace drivers::scanner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto suffix = static_cast<Suffix>(data[0] % 6);
  const std::size_t piece = std::size_t{data[1]} + 1;
  const kiosk::ByteView bytes(data + 2, size - 2);
  BurstCutter cutter(suffix, kiosk::Milliseconds(60));
  drivers::usb::Moment now{};
  std::size_t told = 0;
  const auto look_at = [&](const kiosk::Result<RawScan>& code) {
    if (!code) return;
    KIOSK_CHECK(!code->data.empty() && code->data.size() <= BurstCutter::code_bytes_max);
    told += code->data.size();
    static_cast<void>(to_text(*code, {OtherEncoding::gb18030, "K", suffix}).has_value());
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    for (const auto& code :
         cutter.feed(now, bytes.subspan(at, std::min(piece, bytes.size() - at)))) {
      look_at(code);
    }
    now += kiosk::Milliseconds(10);
  }
  now += kiosk::Milliseconds(60);
  if (const auto code = cutter.expire(now)) look_at(*code);
  KIOSK_CHECK(told <= bytes.size() && !cutter.deadline());
  return 0;
}
