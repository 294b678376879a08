#include "kiosk/app/devices.h"

#include "drivers/usb/libusb_transport.h"

namespace kiosk::app {
namespace {

class UsbDevices final : public DeviceFactory {
 public:
  Result<std::unique_ptr<drivers::usb::Transport>> id_reader() override {
    return drivers::usb::libusb_transport({drivers::usb::DeviceKind::id_reader, {}});
  }
  Result<std::unique_ptr<drivers::usb::Transport>> scanner() override {
    return drivers::usb::libusb_transport({drivers::usb::DeviceKind::scanner, {}});
  }
  Result<std::unique_ptr<drivers::usb::Transport>> printer() override {
    return drivers::usb::libusb_transport({drivers::usb::DeviceKind::printer, {}});
  }
};

}  // namespace

std::unique_ptr<DeviceFactory> usb_devices() {
  return std::make_unique<UsbDevices>();
}

}  // namespace kiosk::app
