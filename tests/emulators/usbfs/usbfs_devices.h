#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/shell/control.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/emulators/emulated_printer.h"
#include "tests/emulators/emulated_scanner.h"
#include "tests/emulators/usbfs/usb_bus.h"

namespace emulators::usbfs {

/// The devices on the bus under their names, and what can be done to them by control lines.
class UsbfsDevices {
 public:
  /// `out` is the folder where tickets are written as they fall; empty: nowhere.
  UsbfsDevices(UsbBus& bus, std::string out) : bus_(bus), out_(std::move(out)) {}

  /// The KINDs of devices, for people.
  static std::string kinds();

  /// Adds a device as NAME=KIND@PORT or NAME=KIND@PORT/SERIAL; not plugged in yet. Errors:
  /// usbfs/bad_device.
  kiosk::Result<void> add(const std::string& description);
  kiosk::Result<void> plug_all();

  /// Who has which device, as "printer=usblp reader=none".
  std::string drivers_text() const;

  /// Operations: card, lift_card, scan, printer, device, paper as in the demo; halt, silence,
  /// bus; trouble (at the n-th system call the device leaves, or the call fails); take_paper tells
  /// the tickets since the last time, and which of them are void. A member "device" names one of
  /// several alike.
  std::string control(const kiosk::shell::ControlRequest& request);

 private:
  struct Device {
    std::string name;
    // One of these.
    std::unique_ptr<EmulatedPrinter> printer;
    std::unique_ptr<EmulatedIdReader> reader;
    std::unique_ptr<EmulatedScanner> scanner;
    std::unique_ptr<UsbBus::Port> port;
  };

  UsbModel* make(Device& device, const std::string& kind);
  kiosk::Result<void> act(const kiosk::shell::ControlRequest& request);
  kiosk::Result<void> act_on_printer(const kiosk::shell::ControlRequest& request);
  kiosk::Result<void> lay_card(const kiosk::shell::ControlRequest& request);
  template <typename Is>
  Device* find(const kiosk::shell::ControlRequest& request, Is is);
  std::string paper(const Device& device) const;
  std::string take_paper(Device& device);
  std::string state() const;

  UsbBus& bus_;
  std::string out_;
  std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace emulators::usbfs
