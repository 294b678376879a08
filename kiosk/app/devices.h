#pragma once

#include <functional>
#include <memory>

#include "drivers/usb/transport.h"
#include "kiosk/base/result.h"
#include "kiosk/shell/config.h"

namespace kiosk::app {

/// Where the three devices are: libusb in production, models in the demo.
class DeviceFactory {
 public:
  virtual ~DeviceFactory() = default;
  virtual Result<std::unique_ptr<drivers::usb::Transport>> id_reader() = 0;
  virtual Result<std::unique_ptr<drivers::usb::Transport>> scanner() = 0;
  virtual Result<std::unique_ptr<drivers::usb::Transport>> printer() = 0;
};

/// The real devices, found by class and by the table of ids.
std::unique_ptr<DeviceFactory> usb_devices();

}  // namespace kiosk::app
