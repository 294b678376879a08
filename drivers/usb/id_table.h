#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/usb/transfer.h"

namespace drivers::usb {

enum class DeviceKind { printer, id_reader, scanner };

/// What is special about a model beyond its class.
enum class Quirk {
  none,
  honeywell_trigger,  ///< report FD carries the trigger commands
  not_escpos,         ///< declares class 07 but speaks another language
};

/// One row of the one table of ids; udev rules are made from it. Product 0 means any.
struct KnownDevice {
  DeviceKind kind;
  std::uint16_t vendor;
  std::uint16_t product;
  Quirk quirk;
  const char* name;
};

/// A vendor and product a site adds to the table for a device we have not met.
struct UsbId {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;

  bool operator==(const UsbId&) const = default;
};

/// Which device a transport looks for. Several that suit alike: the lowest port is taken, so that
/// it does not depend on who was plugged in first.
struct DeviceChoice {
  DeviceKind kind = DeviceKind::printer;
  std::vector<UsbId> also{};  ///< ids a site adds to the table
  std::string port{};         ///< only there, "1-2.3" as in sysfs; empty: anywhere
  std::string serial{};       ///< only the one with this serial number; empty: any

  bool operator==(const DeviceChoice&) const = default;
};

std::span<const KnownDevice> known_devices();

/// The most specific row for a device, or nullptr.
const KnownDevice* find_known(DeviceKind kind, std::uint16_t vendor, std::uint16_t product);

/// How well an interface serves a kind of device: 0 not at all, more is better. Printers go by
/// class 07 (two-way before one-way) and else by id; readers by id; scanners by HID usage 8C:02.
int suitability(DeviceKind kind, const InterfaceDescription& interface,
                std::span<const UsbId> also = {});

}  // namespace drivers::usb
