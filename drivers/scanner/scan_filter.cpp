#include "drivers/scanner/scan_filter.h"

#include <functional>
#include <string_view>
#include <utility>

namespace drivers::scanner {

ScannerEvent unreadable_code(kiosk::Error why) {
  why.remedy = kiosk::Remedy::patient;
  return CodeUnreadable{std::move(why)};
}

std::optional<ScannerEvent> ScanFilter::judge(usb::Moment now, const RawScan& scan,
                                              CodeWanted wanted) {
  const std::size_t hash = std::hash<std::string_view>{}(kiosk::as_text(scan.data));
  const bool repeated = hash == last_ && now - last_at_ < settings_.repeat_window;
  if (repeated) last_at_ = now;
  if (repeated || wanted == CodeWanted::no) return std::nullopt;
  last_ = hash;
  last_at_ = now;
  auto code = to_text(scan, settings_.text);
  if (!code) return unreadable_code(code.error());
  return CodeScanned{std::move(*code)};
}

}  // namespace drivers::scanner
