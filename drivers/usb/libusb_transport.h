#pragma once

#include <memory>
#include <vector>

#include "drivers/usb/id_table.h"
#include "drivers/usb/transport.h"

namespace drivers::usb {

/// Which device a transport looks for.
struct DeviceChoice {
  DeviceKind kind = DeviceKind::printer;
  std::vector<UsbId> also;  ///< ids a site adds to the table
};

/// The real transport, over libusb-1.0 with asynchronous transfers: one IN transfer is always
/// queued on every IN endpoint, OUT and control transfers are carried one at a time. A kernel
/// driver (usblp, usbhid) is detached while the interface is claimed and attached again on close.
/// Errors: usb/failed when libusb cannot start.
kiosk::Result<std::unique_ptr<Transport>> libusb_transport(DeviceChoice choice);

}  // namespace drivers::usb
