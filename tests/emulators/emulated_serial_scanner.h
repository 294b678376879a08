#pragma once

#include <deque>

#include "tests/emulators/usb_model.h"

namespace emulators {

/// A scanner on a serial line: bytes without any frame, cut wherever somebody wants them cut.
class EmulatedSerialScanner : public UsbModel {
 public:
  /// Sends the pieces one after the other, `apart` between two.
  void send(std::vector<std::string> pieces, kiosk::Milliseconds apart = kiosk::Milliseconds(0)) {
    for (std::string& piece : pieces) pieces_.push_back({std::move(piece), apart});
  }

  drivers::usb::InterfaceDescription describe() const override {
    drivers::usb::InterfaceDescription description;
    description.class_code = 0x0A;
    description.endpoints = {{0x81, drivers::usb::EndpointType::bulk, 64},
                             {0x01, drivers::usb::EndpointType::bulk, 64}};
    return description;
  }
  void detach(drivers::usb::Moment) override { pieces_.clear(); }
  std::size_t write(drivers::usb::Moment, std::uint8_t, kiosk::ByteView bytes) override {
    return bytes.size();
  }
  kiosk::Bytes read(drivers::usb::Moment now, std::uint8_t) override {
    if (pieces_.empty() || now < due_) return {};
    const Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    due_ = now + piece.apart;
    return {piece.text.begin(), piece.text.end()};
  }
  std::optional<drivers::usb::Moment> next_change(drivers::usb::Moment now) const override {
    if (pieces_.empty()) return std::nullopt;
    return std::max(due_, now);
  }

 private:
  struct Piece {
    std::string text;
    kiosk::Milliseconds apart;
  };
  std::deque<Piece> pieces_;
  drivers::usb::Moment due_{};
};

}  // namespace emulators
