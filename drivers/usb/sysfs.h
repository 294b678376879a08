#pragma once

#include <string>
#include <vector>

#include "kiosk/base/bytes.h"

namespace drivers::usb {

/// What the kernel shows of USB devices in files, for which no permission is needed and no device
/// is opened. Ports are written as the kernel does: "1-2.3" is bus 1, port 2, there port 3. What
/// cannot be read is empty. Thread: any.
class Sysfs {
 public:
  /// `root` is "/sys" but in tests.
  explicit Sysfs(std::string root = "/sys") : root_(std::move(root)) {}

  /// An attribute of a device: "serial", "manufacturer", "product".
  std::string attribute(const std::string& port, const std::string& name) const;

  /// How many devices there are, hubs among them.
  std::size_t devices() const;

  /// "1-2.3:1.0", as the other calls name an interface.
  static std::string interface_name(const std::string& port, int configuration, int number);

  /// The kernel driver that has the interface; "usbfs" is a program.
  std::string driver(const std::string& interface) const;

  /// Device nodes that the driver made of it: "/dev/ttyACM0", "/dev/input/event5". Sorted.
  std::vector<std::string> nodes(const std::string& interface) const;

  /// As the kernel's HID driver read it.
  kiosk::Bytes report_descriptor(const std::string& interface) const;

 private:
  std::string folder(const std::string& device) const;

  std::string root_;
};

}  // namespace drivers::usb
