#pragma once

// A scanner on a serial line (RS-232, or USB CDC through the kernel's tty) as a steppable engine.
// It sends the bytes of a code, with whatever prefix, AIM identifier and suffix it was set to.

#include <span>

#include "drivers/scanner/scan_burst.h"
#include "drivers/scanner/scan_filter.h"

namespace drivers::scanner {

class SerialScanner {
 public:
  using Command = CodeWanted;
  using Event = ScannerEvent;

  /// What USB cuts in two comes within this time.
  static constexpr kiosk::Milliseconds pause{60};

  explicit SerialScanner(ScannerSettings settings = {}, kiosk::Milliseconds longest = pause)
      : filter_(std::move(settings)), cutter_(filter_.settings().text.suffix, longest) {}

  usb::Outputs<Event> step(usb::Moment now, std::span<const usb::Input> inputs,
                           std::span<const Command> commands);

 private:
  void take(usb::Moment now, const usb::Opened&);
  void take(usb::Moment now, const usb::Received& received);
  void take(usb::Moment now, const usb::Sent&);
  void take(usb::Moment now, const usb::ControlDone&);
  void take(usb::Moment now, const usb::Gone& gone);
  void take_code(usb::Moment now, const kiosk::Result<RawScan>& code);

  ScanFilter filter_;
  BurstCutter cutter_;
  CodeWanted wanted_ = CodeWanted::no;
  std::string_view told_unusable_;  ///< the code last told; a repetition is not told
  usb::Outputs<Event> out_;
};

}  // namespace drivers::scanner
