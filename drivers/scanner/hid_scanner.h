#pragma once

// A HID point-of-sale scanner as a steppable engine: joins reports to codes, tells each once, and
// switches the scanner's light on only while the screen asks for a code.

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "drivers/scanner/hid_pos.h"
#include "drivers/scanner/scan_text.h"
#include "drivers/usb/transfer.h"

namespace drivers::scanner {

struct ScannerSettings {
  OtherEncoding other_encoding = OtherEncoding::gb18030;
  kiosk::Milliseconds repeat_window{1500};  ///< the same code again within it is the same showing
};

/// The one command: whether the screen asks for a code now.
enum class CodeWanted { no, yes };

struct ScannerReady {
  bool operator==(const ScannerReady&) const = default;
};

/// It cannot be used until ScannerReady comes again by itself. Codes: usb/..., and
/// scanner/unknown_layout (set it to HID POS mode).
struct ScannerUnusable {
  kiosk::Error why;

  bool operator==(const ScannerUnusable&) const = default;
};

struct CodeScanned {
  ScannedCode code;

  bool operator==(const CodeScanned&) const = default;
};

/// Something was scanned that is no code for us; show it again. Codes: scanner/not_text,
/// scanner/empty, scanner/too_long, scanner/malformed_report, scanner/torn (its end never came).
struct CodeUnreadable {
  kiosk::Error why;

  bool operator==(const CodeUnreadable&) const = default;
};

using ScannerEvent = std::variant<ScannerReady, ScannerUnusable, CodeScanned, CodeUnreadable>;

class HidScanner {
 public:
  using Command = CodeWanted;
  using Event = ScannerEvent;

  explicit HidScanner(ScannerSettings settings = {}) : settings_(settings) {}

  usb::Outputs<Event> step(usb::Moment now, std::span<const usb::Input> inputs,
                           std::span<const Command> commands);

 private:
  void take(usb::Moment now, const usb::Opened& opened);
  void take(usb::Moment now, const usb::Received& received);
  void take(usb::Moment now, const usb::Sent&);
  void take(usb::Moment now, const usb::ControlDone&);
  void take(usb::Moment now, const usb::Gone& gone);
  void take_scan(usb::Moment now, const RawScan& scan);
  void trigger(usb::Moment now);
  void unreadable(kiosk::Error why);
  void unusable(kiosk::Error why);

  ScannerSettings settings_;
  CodeWanted wanted_ = CodeWanted::no;
  std::optional<ScanAssembler> assembler_;  ///< while open
  std::uint8_t in_endpoint_ = 0;
  std::optional<std::uint8_t> out_endpoint_;
  std::uint8_t interface_ = 0;
  bool has_trigger_ = false;
  std::optional<usb::Moment> trigger_again_;
  std::optional<std::size_t> last_;  ///< hash of the code last told
  usb::Moment last_at_{};
  std::string_view told_unusable_;
  usb::Outputs<Event> out_;
};

}  // namespace drivers::scanner
