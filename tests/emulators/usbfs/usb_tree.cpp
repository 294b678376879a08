#include "tests/emulators/usbfs/usb_tree.h"

#include <fmt/format.h>

#include <vector>

namespace emulators::usbfs {

using namespace drivers::usb;

namespace {

constexpr const char* controller = "/devices/pci0000:00/0000:00:14.0";

std::string bus_of(const std::string& port) {
  return port.substr(0, port.find('-'));
}

/// "1-2", "1-2.3" for "1-2.3.4": the hubs on the way, outermost first.
std::vector<std::string> ports_before(const std::string& port) {
  std::vector<std::string> hubs;
  for (std::size_t dot = port.find('.'); dot != std::string::npos; dot = port.find('.', dot + 1)) {
    hubs.push_back(port.substr(0, dot));
  }
  return hubs;
}

std::string folder_of(const std::string& port) {
  std::string folder = fmt::format("{}/usb{}", controller, bus_of(port));
  for (const std::string& hub : ports_before(port)) folder += "/" + hub;
  return folder + "/" + port;
}

std::string hex(const kiosk::Bytes& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02X}", byte);
  return text;
}

void add_word(kiosk::Bytes& bytes, std::size_t word) {
  bytes.push_back(static_cast<std::uint8_t>(word & 0xFF));
  bytes.push_back(static_cast<std::uint8_t>(word >> 8 & 0xFF));
}

kiosk::Bytes device_descriptor(std::uint16_t vendor, std::uint16_t product, std::uint8_t device) {
  kiosk::Bytes bytes = {18, 1, 0x00, 0x02, device, 0, 0, 64};
  add_word(bytes, vendor);
  add_word(bytes, product);
  kiosk::append(bytes, kiosk::Bytes{0x00, 0x01, 1, 2, 3, 1});
  return bytes;
}

void add_setting(kiosk::Bytes& body, const InterfaceDescription& interface) {
  kiosk::append(body,
                kiosk::Bytes{9, 4, interface.number, interface.alternate,
                             static_cast<std::uint8_t>(interface.endpoints.size()),
                             interface.class_code, interface.subclass, interface.protocol, 0});
  if (!interface.report_descriptor.empty()) {
    kiosk::append(body, kiosk::Bytes{9, 0x21, 0x11, 0x01, 0, 1, 0x22});
    add_word(body, interface.report_descriptor.size());
  }
  for (const Endpoint& endpoint : interface.endpoints) {
    const bool interrupt = endpoint.type == EndpointType::interrupt;
    kiosk::append(
        body, kiosk::Bytes{7, 5, endpoint.address, static_cast<std::uint8_t>(interrupt ? 3 : 2)});
    add_word(body, static_cast<std::size_t>(endpoint.packet_bytes));
    body.push_back(interrupt ? 1 : 0);
  }
}

std::string hub_device(const std::string& folder, const std::string& bus, int address) {
  const kiosk::Bytes config = {9, 2, 25, 0, 1, 1, 0, 0xE0, 0, 9, 4, 0,  0,
                               1, 9, 0,  0, 0, 7, 5, 0x81, 3, 4, 0, 255};
  kiosk::Bytes all = device_descriptor(0x1D6B, 0x0002, 9);
  kiosk::append(all, config);
  return fmt::format(
      "P: {}\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM={:03}\nE: DEVNUM={:03}\n"
      "E: DEVNAME=/dev/bus/usb/{:03}/{:03}\n"
      "A: busnum={}\nA: devnum={}\nA: bConfigurationValue=1\nA: speed=480\nA: idVendor=1d6b\n"
      "A: idProduct=0002\nH: descriptors={}\n\n",
      folder, std::stoi(bus), address, std::stoi(bus), address, bus, address, hex(all));
}

}  // namespace

std::string Plug::sys_folder() const {
  return folder_of(port);
}

std::string Plug::sys_path() const {
  return "/sys" + sys_folder();
}

std::string Plug::node() const {
  return fmt::format("/dev/bus/usb/{:03}/{:03}", std::stoi(bus_of(port)), address);
}

std::string kernel_driver_for(const InterfaceDescription& interface) {
  if (interface.class_code == 0x07) return "usblp";
  return interface.class_code == 0x03 ? "usbhid" : "";
}

kiosk::Bytes descriptors(const InterfaceDescription& interface, const Plug& plug) {
  kiosk::Bytes body;
  if (interface.alternate != 0) {  // before it a setting that can only be written to
    InterfaceDescription first = interface;
    first.alternate = 0;
    first.protocol = 1;
    std::erase_if(first.endpoints, [](const Endpoint& endpoint) { return endpoint.is_in(); });
    add_setting(body, first);
  }
  add_setting(body, interface);
  kiosk::Bytes all = device_descriptor(interface.vendor, interface.product, 0);
  if (plug.serial.empty()) all[16] = 0;
  kiosk::append(all, kiosk::Bytes{9, 2});
  add_word(all, 9 + body.size());
  kiosk::append(all, kiosk::Bytes{1, 1, 0, 0x80, 50});
  kiosk::append(all, body);
  return all;
}

std::string tree_text(const InterfaceDescription& interface, const Plug& plug) {
  const std::string bus = bus_of(plug.port);
  std::string text = fmt::format(
      "P: {0}\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: DEVNAME={1}\nE: BUSNUM={2:03}\n"
      "E: DEVNUM={3:03}\nA: busnum={2}\nA: devnum={3}\nA: bConfigurationValue=1\nA: speed=12\n"
      "A: idVendor={4:04x}\nA: idProduct={5:04x}\nA: manufacturer={6}\\n\nA: product={7}\\n\n",
      plug.sys_folder(), plug.node(), std::stoi(bus), plug.address, interface.vendor,
      interface.product, plug.manufacturer, plug.product);
  if (!plug.serial.empty()) text += fmt::format("A: serial={}\\n\n", plug.serial);
  text += fmt::format("H: descriptors={}\n\n", hex(descriptors(interface, plug)));
  text += fmt::format(
      "P: {}/{}:1.{}\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\nA: bInterfaceClass={:02x}\n"
      "A: bInterfaceNumber={:02x}\n\n",
      plug.sys_folder(), plug.port, interface.number, interface.class_code, interface.number);
  return text;
}

std::vector<Hub> hubs_before(const std::string& port) {
  const std::string bus = bus_of(port);
  const std::string root = "usb" + bus;
  std::vector<Hub> hubs = {{root, hub_device(fmt::format("{}/{}", controller, root), bus, 1)}};
  for (const std::string& hub : ports_before(port)) {
    // Far from the addresses that devices get.
    const int address = 100 + std::stoi(hub.substr(hub.find_last_of("-.") + 1));
    hubs.push_back({hub, hub_device(folder_of(hub), bus, address)});
  }
  return hubs;
}

}  // namespace emulators::usbfs
