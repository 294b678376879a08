#include "drivers/scanner/serial_scanner.h"

#include <utility>

namespace drivers::scanner {

using usb::Moment;

usb::Outputs<ScannerEvent> SerialScanner::step(Moment now, std::span<const usb::Input> inputs,
                                               std::span<const Command> commands) {
  out_ = {};
  for (const Command wanted : commands) wanted_ = wanted;
  for (const usb::Input& input : inputs) {
    std::visit([&](const auto& what) { take(now, what); }, input);
  }
  if (const auto code = cutter_.expire(now)) take_code(now, *code);
  out_.wake_at = cutter_.deadline();
  return std::exchange(out_, {});
}

void SerialScanner::take(Moment, const usb::Opened&) {
  cutter_.drop();
  told_unusable_ = {};
  out_.events.emplace_back(ScannerReady{});
}

void SerialScanner::take(Moment now, const usb::Received& received) {
  for (const auto& code : cutter_.feed(now, received.bytes)) take_code(now, code);
}

void SerialScanner::take(Moment, const usb::Sent&) {}

void SerialScanner::take(Moment, const usb::ControlDone&) {}

void SerialScanner::take(Moment, const usb::Gone& gone) {
  cutter_.drop();
  if (std::exchange(told_unusable_, gone.why.code) == gone.why.code) return;
  out_.events.emplace_back(ScannerUnusable{gone.why});
}

void SerialScanner::take_code(Moment now, const kiosk::Result<RawScan>& code) {
  if (code) {
    if (auto event = filter_.judge(now, *code, wanted_)) out_.events.push_back(std::move(*event));
  } else if (wanted_ == CodeWanted::yes) {
    out_.events.push_back(unreadable_code(code.error()));
  }
}

}  // namespace drivers::scanner
