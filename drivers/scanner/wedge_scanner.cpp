#include "drivers/scanner/wedge_scanner.h"

namespace drivers::scanner {

usb::Outputs<ScannerEvent> WedgeScanner::step(usb::Moment now, std::span<const usb::Input> inputs,
                                              std::span<const Command> commands) {
  std::vector<usb::Input> typed;
  for (const usb::Input& input : inputs) {
    if (std::holds_alternative<usb::Opened>(input)) keys_.reset();
    if (const auto* received = std::get_if<usb::Received>(&input)) {
      kiosk::Bytes characters = keys_.feed(received->bytes);
      if (characters.empty()) continue;
      typed.emplace_back(usb::Received{received->endpoint, std::move(characters)});
    } else {
      typed.push_back(input);
    }
  }
  return scanner_.step(now, typed, commands);
}

}  // namespace drivers::scanner
