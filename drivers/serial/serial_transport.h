#pragma once

#include <string>

#include "drivers/stream/stream_transport.h"

namespace drivers::serial {

/// A tty: built-in, behind a USB adapter, or a USB CDC device.
struct SerialPort {
  std::string path;    ///< best a name that follows the device: /dev/serial/by-id/...
  int speed = 115200;  ///< baud; CDC devices take any

  bool operator==(const SerialPort&) const = default;
};

/// The class of the interface a serial port opens as: engines know by it that the line has a speed,
/// which they set with the control transfer of `set_speed`.
inline constexpr std::uint8_t class_serial = 0x0A;

/// SET_LINE_CODING for 8 data bits, no parity, one stop bit.
/// Source: USB CDC PSTN subclass 1.2, 6.3.10.
usb::Control set_speed(int baud);

/// A transport over termios: 8N1, raw, no flow control, DTR and RTS on, for this process alone
/// (TIOCEXCL and a lock). Opening fails with the errors of Transport::open, usb/failed for what is
/// no tty or has no such speed. A tty that hangs up is Gone.
kiosk::Result<std::unique_ptr<usb::Transport>> serial_transport(SerialPort port);

}  // namespace drivers::serial
