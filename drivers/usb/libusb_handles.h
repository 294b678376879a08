#pragma once

// RAII for what libusb hands out, and its errors in our words. Included by the adapter only.

#include <libusb.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/usb/id_table.h"
#include "drivers/usb/transfer.h"

namespace drivers::usb {

struct LibusbDelete {
  void operator()(libusb_context* context) const { libusb_exit(context); }
  void operator()(libusb_device* device) const { libusb_unref_device(device); }
  void operator()(libusb_device_handle* handle) const { libusb_close(handle); }
  void operator()(libusb_transfer* transfer) const { libusb_free_transfer(transfer); }
  void operator()(libusb_config_descriptor* config) const { libusb_free_config_descriptor(config); }
};

template <typename T>
using LibusbPtr = std::unique_ptr<T, LibusbDelete>;

/// A libusb return code as an Error: who unplugged, who holds it, who may not.
kiosk::Error libusb_failure(std::string_view doing, int code);

/// An interface in one alternate setting, with the device it belongs to.
struct FoundInterface {
  LibusbPtr<libusb_device> device;
  std::string port;  ///< "1-2.3"; empty if libusb cannot tell
  int configuration = 1;
  InterfaceDescription description;
};

/// Every interface in every alternate setting of all that is plugged in, lowest port first; HID
/// report descriptors as far as the kernel shows them. Opens nothing. Errors: what libusb said.
kiosk::Result<std::vector<FoundInterface>> all_interfaces(libusb_context* context);

/// Whether there are devices that libusb does not know: it only hears of them from udev, and that
/// message was lost, or no udev runs.
bool knows_too_few(libusb_context* context);

/// The interface that suits best. Drivers in use stay attached while looking; a HID device without
/// a driver is asked for its report descriptor. Errors: usb/absent, or what libusb said.
kiosk::Result<FoundInterface> find_interface(libusb_context* context, const DeviceChoice& choice);

}  // namespace drivers::usb
