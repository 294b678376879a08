#pragma once

#include <optional>

#include "drivers/scanner/scanner_events.h"
#include "drivers/usb/transfer.h"

namespace drivers::scanner {

struct ScannerSettings {
  TextRules text;
  kiosk::Milliseconds repeat_window{1500};  ///< the same code again within it is the same showing
};

/// Show it again: the error as an event with the patient as who acts.
ScannerEvent unreadable_code(kiosk::Error why);

/// Decides which scans are told: those that are wanted, and each showing of a code once, however
/// long it is held before the scanner.
class ScanFilter {
 public:
  explicit ScanFilter(ScannerSettings settings) : settings_(std::move(settings)) {}

  const ScannerSettings& settings() const { return settings_; }

  /// CodeScanned, CodeUnreadable, or none.
  std::optional<ScannerEvent> judge(usb::Moment now, const RawScan& scan, CodeWanted wanted);

 private:
  ScannerSettings settings_;
  std::optional<std::size_t> last_;  ///< hash of the code last told
  usb::Moment last_at_{};
};

}  // namespace drivers::scanner
