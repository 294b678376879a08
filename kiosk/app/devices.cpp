#include "kiosk/app/devices.h"

#include "drivers/usb/device_worker.h"
#include "drivers/usb/libusb_transport.h"

namespace kiosk::app {
namespace {

using drivers::usb::DeviceKind;
using drivers::usb::DeviceWorker;

class RealDevices final : public DeviceFactory {
 public:
  Result<std::unique_ptr<DeviceSet>> start(const shell::Config& config,
                                           DeviceSinks sinks) override {
    auto devices = std::make_unique<DeviceSet>(std::move(sinks));
    auto printer = drivers::usb::libusb_transport({DeviceKind::printer, {}});
    if (!printer) return fail("printer", printer.error());
    devices->add<DeviceWorker<drivers::printer::EscposPrinter>>(
        {"printer/usb", journeys::PrinterHealth::missing, {}, {}},
        drivers::printer::EscposPrinter(config.printer), std::move(*printer));
    auto reader = drivers::usb::libusb_transport({DeviceKind::id_reader, {}});
    if (!reader) return fail("ID-card reader", reader.error());
    devices->add<DeviceWorker<drivers::id_card::SdtReader>>(
        {"id_reader/usb", journeys::ReaderHealth::missing, {}, {}}, drivers::id_card::SdtReader(),
        std::move(*reader));
    auto scanner = drivers::usb::libusb_transport({DeviceKind::scanner, {}});
    if (!scanner) return fail("scanner", scanner.error());
    devices->add<DeviceWorker<drivers::scanner::HidScanner>>(
        {"scanner/usb", journeys::ScannerHealth::missing, {}, {}}, drivers::scanner::HidScanner(),
        std::move(*scanner));
    return devices;
  }
};

}  // namespace

std::unique_ptr<DeviceFactory> real_devices() {
  return std::make_unique<RealDevices>();
}

}  // namespace kiosk::app
