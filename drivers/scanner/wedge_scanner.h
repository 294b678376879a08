#pragma once

// A scanner that plays a keyboard, as a steppable engine behind a transport of raw input events.
// For scanners that know nothing better: what a keyboard cannot type is lost or guessed.

#include <span>

#include "drivers/scanner/key_text.h"
#include "drivers/scanner/serial_scanner.h"

namespace drivers::scanner {

class WedgeScanner {
 public:
  using Command = CodeWanted;
  using Event = ScannerEvent;

  /// Keys come one a USB frame or slower; some scanners wait between two.
  static constexpr kiosk::Milliseconds pause{150};

  explicit WedgeScanner(ScannerSettings settings = {}) : scanner_(std::move(settings), pause) {}

  usb::Outputs<Event> step(usb::Moment now, std::span<const usb::Input> inputs,
                           std::span<const Command> commands);

 private:
  KeyText keys_;
  SerialScanner scanner_;
};

}  // namespace drivers::scanner
