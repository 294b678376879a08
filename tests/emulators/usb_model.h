#pragma once

#include <optional>

#include "drivers/usb/transfer.h"

namespace emulators {

/// A USB device as its host sees it: a steppable model of transfers without threads or a clock.
/// The same model stands behind an in-process transport and, elsewhere, behind an emulated bus.
class UsbModel {
 public:
  virtual ~UsbModel() = default;

  virtual drivers::usb::InterfaceDescription describe() const = 0;

  /// The cable was put in or taken out; a device may keep its own power meanwhile.
  virtual void attach(drivers::usb::Moment) {}
  virtual void detach(drivers::usb::Moment) {}

  /// A port reset or power-on: all that was in flight is forgotten.
  virtual void reset(drivers::usb::Moment) {}

  /// Takes bytes for an OUT endpoint; how many it accepted now, 0 is NAK.
  virtual std::size_t write(drivers::usb::Moment now, std::uint8_t endpoint,
                            kiosk::ByteView bytes) = 0;

  /// What one IN transfer brings now; empty is NAK.
  virtual kiosk::Bytes read(drivers::usb::Moment now, std::uint8_t endpoint) = 0;

  /// Answers a control transfer; none is a stall.
  virtual std::optional<kiosk::Bytes> control(drivers::usb::Moment, const drivers::usb::Control&) {
    return std::nullopt;
  }

  /// When it will have something new without being asked; none if never.
  virtual std::optional<drivers::usb::Moment> next_change(drivers::usb::Moment) const {
    return std::nullopt;
  }
};

}  // namespace emulators
