#pragma once

// Who a printer says it is: the answer to GET_DEVICE_ID and the texts of GS I, made fit for logs.

#include <optional>
#include <string>

#include "kiosk/base/bytes.h"

namespace drivers::printer {

inline constexpr std::size_t device_name_max = 64;  ///< characters of a name that are kept

/// What IEEE 1284 calls the device id; empty where a key is missing.
struct DeviceId {
  std::string maker;     ///< MFG or MANUFACTURER
  std::string model;     ///< MDL or MODEL
  std::string commands;  ///< CMD or COMMAND SET, "ESC/POS"
  std::string serial;    ///< SN, SERN or SERIALNUMBER

  bool operator==(const DeviceId&) const = default;
};

/// Reads "MFG:...;MDL:...;" behind its two bytes of length, which count themselves, high byte
/// first; some printers send them low byte first or wrong, so whatever fits is taken.
/// None when there is no key that is known. Source: USB printer class 1.1, 4.2.1; IEEE 1284, 7.6.
std::optional<DeviceId> parse_device_id(kiosk::ByteView answer);

/// A device's name for itself without what does not print in ASCII, at most `device_name_max`.
std::string clean_name(kiosk::ByteView text);

}  // namespace drivers::printer
