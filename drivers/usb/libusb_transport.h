#pragma once

#include <memory>

#include "drivers/usb/id_table.h"
#include "drivers/usb/transport.h"

namespace drivers::usb {

/// The real transport, over libusb-1.0 with asynchronous transfers: one IN transfer is always
/// queued on every IN endpoint, OUT and control transfers are carried one at a time. A kernel
/// driver (usblp, usbhid) is detached while the interface is claimed and attached again on close.
/// A device that is plugged in ends a wait at once, and `take_arrival` then says so.
/// Errors: usb/failed when libusb cannot start.
kiosk::Result<std::unique_ptr<Transport>> libusb_transport(DeviceChoice choice);

}  // namespace drivers::usb
