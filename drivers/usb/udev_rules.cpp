#include "drivers/usb/udev_rules.h"

#include <fmt/format.h>

#include "drivers/usb/id_table.h"

namespace drivers::usb {
namespace {

constexpr const char* allow = R"(GROUP="kiosk", MODE="0660")";

/// `attribute` is ATTR for the device itself, ATTRS for what lies above a node.
std::string ids_of(const KnownDevice& device, const char* attribute) {
  std::string text = fmt::format(R"({}{{idVendor}}=="{:04x}")", attribute, device.vendor);
  if (device.product != 0) {
    text += fmt::format(R"(, {}{{idProduct}}=="{:04x}")", attribute, device.product);
  }
  return text;
}

std::string device_rule(const KnownDevice& device) {
  return fmt::format("SUBSYSTEM==\"usb\", ENV{{DEVTYPE}}==\"usb_device\", {}, {}\n",
                     ids_of(device, "ATTR"), allow);
}

/// A scanner is what its barcode menu says: HID POS, a serial port or a keyboard.
std::string scanner_rules(const KnownDevice& device) {
  const std::string ids = ids_of(device, "ATTRS");
  return fmt::format(
      "SUBSYSTEM==\"usb\", ENV{{DEVTYPE}}==\"usb_device\", {0}, {2}, "
      "ENV{{ID_MM_DEVICE_IGNORE}}=\"1\"\n"
      "SUBSYSTEM==\"hidraw\", KERNEL==\"hidraw*\", {1}, {2}\n"
      "SUBSYSTEM==\"tty\", KERNEL==\"ttyACM*\", {1}, {2}, ENV{{ID_MM_DEVICE_IGNORE}}=\"1\"\n"
      "SUBSYSTEM==\"input\", KERNEL==\"event*\", {1}, {2}, ENV{{LIBINPUT_IGNORE_DEVICE}}=\"1\"\n",
      ids_of(device, "ATTR"), ids, allow);
}

}  // namespace

std::string udev_rules() {
  std::string text =
      "# Made by `kiosk devices --udev-rules` from the kiosk's table of devices; not to be "
      "edited.\n"
      "# To be installed as /etc/udev/rules.d/70-kiosk.rules.\n"
      "ACTION==\"remove\", GOTO=\"kiosk_end\"\n"
      "\n# Every printer of the USB printer class\n";
  text += fmt::format(
      "SUBSYSTEM==\"usb\", ENV{{DEVTYPE}}==\"usb_device\", "
      "ENV{{ID_USB_INTERFACES}}==\"*:0701??:*\", {}\n",
      allow);
  for (const KnownDevice& device : known_devices()) {
    if (device.quirk == Quirk::not_escpos) continue;
    text += fmt::format("\n# {}\n", device.name);
    text += device.kind == DeviceKind::scanner ? scanner_rules(device) : device_rule(device);
  }
  return text + "\nLABEL=\"kiosk_end\"\n";
}

}  // namespace drivers::usb
