#pragma once

// A HID point-of-sale scanner as a steppable engine: joins reports to codes, tells each once, and
// switches the scanner's light on only while the screen asks for a code.

#include <optional>
#include <span>

#include "drivers/scanner/hid_pos.h"
#include "drivers/scanner/scan_filter.h"
#include "drivers/usb/transfer.h"

namespace drivers::scanner {

class HidScanner {
 public:
  using Command = CodeWanted;
  using Event = ScannerEvent;

  explicit HidScanner(ScannerSettings settings = {}) : filter_(std::move(settings)) {}

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

  ScanFilter filter_;
  CodeWanted wanted_ = CodeWanted::no;
  std::optional<ScanAssembler> assembler_;  ///< while open
  std::uint8_t in_endpoint_ = 0;
  std::optional<std::uint8_t> out_endpoint_;
  std::uint8_t interface_ = 0;
  bool has_trigger_ = false;
  std::optional<usb::Moment> trigger_again_;
  std::string_view told_unusable_;
  usb::Outputs<Event> out_;
};

}  // namespace drivers::scanner
