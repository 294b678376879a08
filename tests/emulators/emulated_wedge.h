#pragma once

#include <linux/input.h>

#include <deque>

#include "tests/emulators/usb_model.h"

namespace emulators {

/// The keys of a scanner that plays a keyboard, as the kernel's events.
class KeyStrokes {
 public:
  /// Types ASCII as a US keyboard does, with Shift where it is needed; CR is Enter.
  KeyStrokes& type(std::string_view text);
  KeyStrokes& press(std::uint16_t key) { return event(EV_KEY, key, 1); }
  KeyStrokes& release(std::uint16_t key) { return event(EV_KEY, key, 0); }
  KeyStrokes& stroke(std::uint16_t key) { return press(key).release(key); }
  KeyStrokes& repeat(std::uint16_t key) { return event(EV_KEY, key, 2); }
  KeyStrokes& drop() { return event(EV_SYN, SYN_DROPPED, 0); }

  /// Holds Alt and types a number on the keypad.
  KeyStrokes& alt_number(std::string_view digits);

  /// The bytes of struct input_event; a SYN_REPORT is behind every event.
  kiosk::Bytes bytes;

 private:
  KeyStrokes& event(std::uint16_t type, std::uint16_t code, std::int32_t value);
};

/// A keyboard-wedge scanner as its transport sees it.
class EmulatedWedge : public UsbModel {
 public:
  void send(const KeyStrokes& strokes) { pieces_.push_back(strokes.bytes); }
  void send_bytes(kiosk::ByteView bytes) { pieces_.emplace_back(bytes.begin(), bytes.end()); }

  drivers::usb::InterfaceDescription describe() const override;
  void detach(drivers::usb::Moment) override { pieces_.clear(); }
  std::size_t write(drivers::usb::Moment, std::uint8_t, kiosk::ByteView) override { return 0; }
  kiosk::Bytes read(drivers::usb::Moment, std::uint8_t) override;
  std::optional<drivers::usb::Moment> next_change(drivers::usb::Moment now) const override;

 private:
  std::deque<kiosk::Bytes> pieces_;
};

}  // namespace emulators
