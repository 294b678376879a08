#include "drivers/scanner/hid_scanner.h"

#include <algorithm>
#include <utility>

#include "drivers/usb/id_table.h"

namespace drivers::scanner {
namespace {

using usb::Moment;

constexpr kiosk::Milliseconds trigger_refresh{10'000};  // a trigger ends by itself
constexpr kiosk::Milliseconds send_limit{500};
constexpr std::uint8_t honeywell_report = 0xFD;
constexpr std::size_t honeywell_report_bytes = 64;

/// Honeywell's report of commands: SYN T CR switches the light on, SYN U CR off.
kiosk::Bytes honeywell_command(CodeWanted wanted) {
  const std::uint8_t letter = wanted == CodeWanted::yes ? 0x54 : 0x55;
  kiosk::Bytes report = {honeywell_report, 0x03, 0x16, letter, 0x0D};
  report.resize(honeywell_report_bytes);
  return report;
}

}  // namespace

usb::Outputs<ScannerEvent> HidScanner::step(Moment now, std::span<const usb::Input> inputs,
                                            std::span<const Command> commands) {
  out_ = {};
  for (const Command wanted : commands) {
    if (std::exchange(wanted_, wanted) != wanted) trigger(now);
  }
  for (const usb::Input& input : inputs) {
    std::visit([&](const auto& what) { take(now, what); }, input);
  }
  if (assembler_ && assembler_->expire(now)) {
    unreadable({"scanner", "torn", "the end of a code never came", kiosk::Remedy::patient});
  }
  if (trigger_again_ && now >= *trigger_again_) trigger(now);
  out_.wake_at = trigger_again_;
  if (assembler_ && assembler_->deadline()) {
    out_.wake_at = std::min(out_.wake_at.value_or(Moment::max()), *assembler_->deadline());
  }
  return std::exchange(out_, {});
}

void HidScanner::take(Moment now, const usb::Opened& opened) {
  const usb::InterfaceDescription& interface = opened.interface;
  const auto layout = parse_pos_layout(interface.report_descriptor);
  if (!layout) return unusable(layout.error());
  assembler_.emplace(*layout);
  interface_ = interface.number;
  out_endpoint_.reset();
  in_endpoint_ = 0;
  for (const usb::Endpoint& endpoint : interface.endpoints) {
    if (endpoint.is_in() && in_endpoint_ == 0) in_endpoint_ = endpoint.address;
    if (!endpoint.is_in() && !out_endpoint_) out_endpoint_ = endpoint.address;
  }
  const auto* known =
      usb::find_known(usb::DeviceKind::scanner, interface.vendor, interface.product);
  has_trigger_ = known != nullptr && known->quirk == usb::Quirk::honeywell_trigger;
  told_unusable_ = {};
  out_.events.emplace_back(ScannerReady{});
  trigger(now);
}

void HidScanner::take(Moment now, const usb::Received& received) {
  if (!assembler_ || received.endpoint != in_endpoint_) return;
  auto scan = assembler_->accept(now, received.bytes);
  if (!scan) return unreadable(scan.error());
  if (*scan) take_scan(now, **scan);
}

void HidScanner::take(Moment, const usb::Sent&) {}

void HidScanner::take(Moment, const usb::ControlDone&) {}

void HidScanner::take(Moment, const usb::Gone& gone) {
  assembler_.reset();
  trigger_again_.reset();
  unusable(gone.why);
}

void HidScanner::take_scan(Moment now, const RawScan& scan) {
  if (wanted_ == CodeWanted::yes) trigger(now);  // a good read ends the trigger
  if (auto event = filter_.judge(now, scan, wanted_)) out_.events.push_back(std::move(*event));
}

void HidScanner::trigger(Moment now) {
  trigger_again_.reset();
  if (!assembler_ || !has_trigger_) return;
  kiosk::Bytes report = honeywell_command(wanted_);
  if (out_endpoint_) {
    out_.transfers.emplace_back(usb::Send{*out_endpoint_, std::move(report), send_limit});
  } else {
    constexpr std::uint16_t output_report = 0x0200;
    const auto length = static_cast<std::uint16_t>(report.size());
    out_.transfers.emplace_back(
        usb::Control{{0x21, 0x09, output_report | honeywell_report, interface_, length},
                     std::move(report),
                     send_limit});
  }
  if (wanted_ == CodeWanted::yes) trigger_again_ = now + trigger_refresh;
}

void HidScanner::unreadable(kiosk::Error why) {
  if (wanted_ == CodeWanted::yes) out_.events.push_back(unreadable_code(std::move(why)));
}

void HidScanner::unusable(kiosk::Error why) {
  if (told_unusable_ == why.code) return;
  told_unusable_ = why.code;
  out_.events.emplace_back(ScannerUnusable{std::move(why)});
}

}  // namespace drivers::scanner
