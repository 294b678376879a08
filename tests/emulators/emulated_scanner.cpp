#include "tests/emulators/emulated_scanner.h"

#include <algorithm>
#include <utility>

namespace emulators {

using namespace drivers::usb;

namespace {

constexpr std::uint8_t in_endpoint = 0x81;
constexpr std::size_t data_bytes = 56;
constexpr std::size_t report_bytes = 64;

const kiosk::Bytes honeywell_descriptor = {
    0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, 0x15, 0x00, 0x26,
    0xFF, 0x00, 0x75, 0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, 0x95, 0x03, 0x05,
    0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02, 0x95, 0x38, 0x09, 0xFE, 0x82, 0x02,
    0x01, 0x06, 0x66, 0xFF, 0x95, 0x02, 0x09, 0x04, 0x09, 0x00, 0x81, 0x02, 0x05, 0x8C, 0x25,
    0x01, 0x75, 0x01, 0x95, 0x08, 0x09, 0xFF, 0x81, 0x02, 0xC0, 0xC0};

const kiosk::Bytes descriptor_without_count = {
    0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02, 0x85, 0x01, 0x15, 0x00,
    0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x03, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81,
    0x02, 0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08,
    0x09, 0xFF, 0x81, 0x02, 0x75, 0x08, 0x95, 0x03, 0x81, 0x03, 0xC0, 0xC0};

}  // namespace

void EmulatedScanner::show(std::string_view code, std::string_view aim_identifier) {
  if (waits_for_trigger_ && !triggered_) return;
  kiosk::Bytes data(code.begin(), code.end());
  kiosk::append(data, kiosk::as_bytes(suffix_));
  for (std::size_t done = 0; done < data.size() || done == 0; done += data_bytes) {
    const kiosk::ByteView rest = kiosk::ByteView(data).subspan(done);
    const bool more = rest.size() > data_bytes;
    if (!more && std::exchange(lose_last_, false)) break;
    reports_.push_back(report(rest.first(std::min(rest.size(), data_bytes)), aim_identifier,
                              more ? std::uint8_t{1} : std::uint8_t{0}));
  }
  triggered_ = false;
}

kiosk::Bytes EmulatedScanner::report(kiosk::ByteView data, std::string_view aim_identifier,
                                     std::uint8_t continued) const {
  kiosk::Bytes bytes;
  if (make_ == ScannerMake::honeywell) {
    bytes = {0x02, static_cast<std::uint8_t>(data.size())};
  } else {
    bytes = {0x01};
  }
  kiosk::append(bytes, kiosk::as_bytes(aim_identifier));
  kiosk::append(bytes, data);
  bytes.resize(bytes.size() + data_bytes - data.size());
  if (make_ == ScannerMake::honeywell) {
    bytes.push_back(aim_identifier.starts_with("]C") ? 0x6A : 0x73);
    bytes.push_back(0);
  }
  bytes.push_back(continued);
  bytes.resize(report_bytes);
  return bytes;
}

InterfaceDescription EmulatedScanner::describe() const {
  InterfaceDescription description;
  description.vendor = make_ == ScannerMake::honeywell ? 0x0C2E : 0x1EAB;
  description.product = make_ == ScannerMake::honeywell ? 0x0907 : 0x0110;
  description.class_code = 0x03;
  description.endpoints = {{in_endpoint, EndpointType::interrupt, 64}};
  description.report_descriptor =
      make_ == ScannerMake::honeywell ? honeywell_descriptor : descriptor_without_count;
  return description;
}

void EmulatedScanner::detach(Moment) {
  reports_.clear();
  triggered_ = false;
}

std::size_t EmulatedScanner::write(Moment, std::uint8_t, kiosk::ByteView) {
  return 0;
}

kiosk::Bytes EmulatedScanner::read(Moment, std::uint8_t) {
  if (reports_.empty()) return {};
  kiosk::Bytes bytes = std::move(reports_.front());
  reports_.pop_front();
  return bytes;
}

std::optional<kiosk::Bytes> EmulatedScanner::control(Moment, const Control& request) {
  const kiosk::Bytes switch_on = {0xFD, 0x03, 0x16, 0x54, 0x0D};
  const kiosk::Bytes switch_off = {0xFD, 0x03, 0x16, 0x55, 0x0D};
  const bool set_report = request.setup.request_type == 0x21 && request.setup.request == 0x09;
  if (!set_report || request.setup.value != 0x02FD || make_ != ScannerMake::honeywell) {
    return std::nullopt;
  }
  const auto begins_with = [&](const kiosk::Bytes& command) {
    return request.bytes.size() == report_bytes &&
           std::equal(command.begin(), command.end(), request.bytes.begin());
  };
  if (begins_with(switch_on)) {
    triggered_ = true;
    ++triggers_;
  } else if (begins_with(switch_off)) {
    triggered_ = false;
  } else {
    return std::nullopt;
  }
  return kiosk::Bytes{};
}

std::optional<Moment> EmulatedScanner::next_change(Moment now) const {
  if (reports_.empty()) return std::nullopt;
  return now;
}

}  // namespace emulators
