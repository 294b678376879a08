#pragma once

// What the keys of a keyboard-wedge scanner type: bytes of struct input_event -> characters.
// The scanner plays a keyboard with the US layout. What that has no key for comes as Ctrl and a
// letter (control characters) or as Alt and a number on the keypad (anything else).
// Source: linux/input-event-codes.h; Documentation/input/event-codes.rst.

#include <optional>

#include "kiosk/base/bytes.h"

namespace drivers::scanner {

class KeyText {
 public:
  /// Stands where events were lost or a number is no character: a byte of no encoding, so that the
  /// code is unreadable instead of wrong.
  static constexpr std::uint8_t lost = 0xFF;

  /// The characters typed by these events, which may be cut anywhere. Enter is CR, Tab is HT; Alt
  /// and a number to 255 is that byte, above it is that code point in UTF-8.
  kiosk::Bytes feed(kiosk::ByteView events);

  /// The device was opened anew: no key is down.
  void reset() { *this = KeyText(); }

 private:
  struct Held {
    unsigned shifts = 0;  ///< a bit a key that is down
    unsigned controls = 0;
    unsigned alts = 0;
    bool caps_lock = false;
    std::optional<std::uint32_t> alt_number;
  };

  void take(std::uint16_t type, std::uint16_t code, std::int32_t value);
  void take_key(std::uint16_t code, std::int32_t value);
  void take_alt(std::int32_t value);
  void type(std::uint16_t key);

  kiosk::Bytes torn_;  ///< the first part of an event
  kiosk::Bytes typed_;
  Held held_;
  bool dropping_ = false;
};

}  // namespace drivers::scanner
