// A printer that says anything at any time: a job ends once, and never as printed before all of its
// bytes were taken.
#include "drivers/printer/escpos_printer.h"
#include "kiosk/base/check.h"
#include "kiosk/base/overloaded.h"

using namespace drivers;

namespace {

/// The wire to a device that is made of the fuzzer's bytes.
class Wire {
 public:
  Wire(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool empty() const { return at_ >= size_; }
  std::uint8_t byte() { return empty() ? std::uint8_t{0} : data_[at_++]; }
  kiosk::Bytes bytes(std::size_t count) {
    kiosk::Bytes some(count);
    for (std::uint8_t& each : some) each = byte();
    return some;
  }
  usb::Status status() { return static_cast<usb::Status>(byte() % 4); }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

usb::InterfaceDescription interface() {
  usb::InterfaceDescription description;
  description.endpoints = {{0x02, usb::EndpointType::bulk, 64},
                           {0x81, usb::EndpointType::bulk, 64}};
  return description;
}

usb::Input answered(Wire& wire, const usb::Transfer& transfer, std::size_t& taken) {
  if (const auto* send = std::get_if<usb::Send>(&transfer)) {
    const usb::Status status = wire.status();
    const std::size_t size = send->bytes.size();
    const std::size_t some = status == usb::Status::done ? size : wire.byte() % size;
    taken += some;
    return usb::Sent{status, some};
  }
  if (std::holds_alternative<usb::Reset>(transfer)) return usb::Gone{{"usb", "reset", ""}};
  return usb::ControlDone{wire.status(), wire.bytes(wire.byte() % 40)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  Wire wire(data, size);
  printer::EscposPrinter engine{printer::SiteProfile{}};
  kiosk::Bytes job = {0x1B, 0x40, 0x1D, 0x76, 0x30, 0, 8, 0, 100, 0};
  job.insert(job.end(), 800, 0x55);
  usb::Moment now{};
  bool open = false;
  bool posted = false;
  int ends = 0;
  std::size_t taken = 0;
  std::vector<usb::Transfer> waiting;
  while (!wire.empty()) {
    std::vector<usb::Input> inputs;
    std::vector<printer::Print> commands;
    const std::uint8_t what = wire.byte();
    now += kiosk::Milliseconds(wire.byte() * 4);
    if (!open) {
      inputs.emplace_back(usb::Opened{interface()});
      open = true;
    } else if (what < 120 && !waiting.empty()) {
      inputs.push_back(answered(wire, waiting.front(), taken));
      waiting.erase(waiting.begin());
    } else if (what < 230) {
      inputs.emplace_back(usb::Received{0x81, wire.bytes(1U + wire.byte() % 12U)});
    } else if (what < 240) {
      inputs.emplace_back(usb::Gone{{"usb", "absent", ""}});
    } else if (!posted) {
      posted = true;
      taken = 0;
      commands.push_back({{1}, job});
    }
    for (const auto& input : inputs) {
      if (!std::holds_alternative<usb::Gone>(input)) continue;
      open = false;
      waiting.clear();
    }
    auto outputs = engine.step(now, inputs, commands);
    for (auto& transfer : outputs.transfers) {
      if (open) waiting.push_back(std::move(transfer));
    }
    for (const auto& event : outputs.events) {
      const bool printed = std::holds_alternative<printer::Printed>(event);
      KIOSK_CHECK(!printed || taken >= job.size());
      ends += printed || std::holds_alternative<printer::Failed>(event) ||
                      std::holds_alternative<printer::Unknown>(event)
                  ? 1
                  : 0;
    }
  }
  KIOSK_CHECK(ends <= 1);
  return 0;
}
