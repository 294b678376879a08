#pragma once

// What passes between a device engine and a transport, as values: the engine asks for transfers and
// is told what came of them. So an engine is the same under libusb, under a model in the same
// process, and under a test with a virtual clock.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/base/bytes.h"
#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

namespace drivers::usb {

/// A point on the monotonic clock: device time limits must not follow a wall clock that is set.
using Moment = std::chrono::time_point<std::chrono::steady_clock, kiosk::Milliseconds>;

enum class EndpointType { bulk, interrupt };

struct Endpoint {
  std::uint8_t address = 0;  ///< bit 7 set: device to host
  EndpointType type = EndpointType::bulk;
  int packet_bytes = 64;

  bool is_in() const { return (address & 0x80) != 0; }
  bool operator==(const Endpoint&) const = default;
};

/// One USB interface in one alternate setting, as its descriptors tell it.
struct InterfaceDescription {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::uint8_t number = 0;
  std::uint8_t alternate = 0;
  std::uint8_t class_code = 0;
  std::uint8_t subclass = 0;
  std::uint8_t protocol = 0;
  std::vector<Endpoint> endpoints;
  kiosk::Bytes report_descriptor;  ///< HID only

  bool operator==(const InterfaceDescription&) const = default;
};

/// Bytes for one OUT endpoint; never empty, because an empty packet wedges printers.
struct Send {
  std::uint8_t endpoint = 0;
  kiosk::Bytes bytes;
  kiosk::Milliseconds limit{1000};

  bool operator==(const Send&) const = default;
};

/// The eight setup bytes of a control transfer; `length` bytes are asked for or sent.
struct ControlSetup {
  std::uint8_t request_type = 0;
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
  std::uint16_t length = 0;

  bool operator==(const ControlSetup&) const = default;
};

struct Control {
  ControlSetup setup;
  kiosk::Bytes bytes;  ///< host to device only
  kiosk::Milliseconds limit{500};

  bool operator==(const Control&) const = default;
};

/// Resets the device's port: what was asked is lost, `Gone` follows, and the worker opens anew.
struct Reset {
  bool operator==(const Reset&) const = default;
};

/// Carried out one after the other; IN endpoints are read all the time without being asked.
using Transfer = std::variant<Send, Control, Reset>;

enum class Status { done, timed_out, stalled, failed };

struct Opened {
  InterfaceDescription interface;
};

struct Received {
  std::uint8_t endpoint = 0;
  kiosk::Bytes bytes;  ///< never empty
};

/// Answers a Send. `transferred` bytes left even if it timed out: they must not be sent again.
struct Sent {
  Status status = Status::done;
  std::size_t transferred = 0;
};

struct ControlDone {
  Status status = Status::done;
  kiosk::Bytes bytes;
};

/// The device is not there (any more); outstanding transfers get no other answer.
struct Gone {
  kiosk::Error why;
};

using Input = std::variant<Opened, Received, Sent, ControlDone, Gone>;

/// What an engine's step returns.
template <typename Event>
struct Outputs {
  std::vector<Transfer> transfers;
  std::vector<Event> events;
  std::optional<Moment> wake_at;  ///< step again then at the latest; none: only on input
};

}  // namespace drivers::usb
