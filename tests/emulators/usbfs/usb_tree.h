#pragma once

#include <string>
#include <vector>

#include "drivers/usb/transfer.h"

namespace emulators::usbfs {

/// Where a device is plugged in, and what it says of itself beyond its interface.
struct Plug {
  std::string port;  ///< as in sysfs: "1-2", or "1-2.3" behind a hub
  int address = 1;   ///< device number on its bus
  std::string serial;
  std::string manufacturer = "TESTCO";
  std::string product;
  std::string kernel_driver;  ///< binds by itself; empty: none

  std::string sys_path() const;    ///< "/sys/devices/..."
  std::string sys_folder() const;  ///< the same without "/sys"
  std::string node() const;        ///< "/dev/bus/usb/001/004"
};

/// The kernel driver that binds to such an interface by itself; empty if none does.
std::string kernel_driver_for(const drivers::usb::InterfaceDescription& interface);

/// Device and configuration descriptors as sysfs shows them. Source: USB 2.0, chapter 9.6.
kiosk::Bytes descriptors(const drivers::usb::InterfaceDescription& interface, const Plug& plug);

/// The device and its interface in umockdev's text form, without the node.
std::string tree_text(const drivers::usb::InterfaceDescription& interface, const Plug& plug);

struct Hub {
  std::string name;  ///< "usb1", "1-2"
  std::string tree_text;
};

/// The root hub and the hubs that must stand before a device, in this order.
std::vector<Hub> hubs_before(const std::string& port);

}  // namespace emulators::usbfs
