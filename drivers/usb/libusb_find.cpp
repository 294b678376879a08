#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <utility>

#include "drivers/usb/libusb_handles.h"
#include "drivers/usb/sysfs.h"

namespace drivers::usb {
namespace {

constexpr std::uint16_t report_descriptor_max = 4096;
constexpr unsigned control_limit_ms = 500;
constexpr std::uint8_t request_in_interface = 0x81;  // standard, device to host

InterfaceDescription describe(const libusb_device_descriptor& device,
                              const libusb_interface_descriptor& setting) {
  InterfaceDescription description;
  description.vendor = device.idVendor;
  description.product = device.idProduct;
  description.number = setting.bInterfaceNumber;
  description.alternate = setting.bAlternateSetting;
  description.class_code = setting.bInterfaceClass;
  description.subclass = setting.bInterfaceSubClass;
  description.protocol = setting.bInterfaceProtocol;
  for (int i = 0; i < setting.bNumEndpoints; ++i) {
    const libusb_endpoint_descriptor& endpoint = setting.endpoint[i];
    const int type = endpoint.bmAttributes & LIBUSB_TRANSFER_TYPE_MASK;
    if (type != LIBUSB_TRANSFER_TYPE_BULK && type != LIBUSB_TRANSFER_TYPE_INTERRUPT) continue;
    description.endpoints.push_back(
        {endpoint.bEndpointAddress,
         type == LIBUSB_TRANSFER_TYPE_BULK ? EndpointType::bulk : EndpointType::interrupt,
         endpoint.wMaxPacketSize & 0x7FF});
  }
  return description;
}

using Ports = std::vector<std::uint8_t>;

/// The ports from the root to the device; empty for a root hub.
Ports ports_to(libusb_device* device) {
  Ports ports(7);  // USB 2.0, chapter 4.1.1: at most seven tiers
  const int depth = libusb_get_port_numbers(device, ports.data(), static_cast<int>(ports.size()));
  ports.resize(depth > 0 ? static_cast<std::size_t>(depth) : 0);
  return ports;
}

std::string port_name(int bus, const Ports& ports) {
  return ports.empty() ? std::string() : fmt::format("{}-{}", bus, fmt::join(ports, "."));
}

/// Asks the device itself; only where no kernel driver works with it.
kiosk::Bytes report_descriptor_of_device(libusb_device* device, int interface) {
  libusb_device_handle* opened = nullptr;
  if (libusb_open(device, &opened) != 0) return {};
  const LibusbPtr<libusb_device_handle> handle(opened);
  if (libusb_kernel_driver_active(opened, interface) == 1) return {};
  if (libusb_claim_interface(opened, interface) != 0) return {};
  kiosk::Bytes bytes(report_descriptor_max);
  const int length = libusb_control_transfer(
      opened, request_in_interface, LIBUSB_REQUEST_GET_DESCRIPTOR, LIBUSB_DT_REPORT << 8,
      static_cast<std::uint16_t>(interface), bytes.data(), report_descriptor_max, control_limit_ms);
  libusb_release_interface(opened, interface);
  bytes.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return bytes;
}

void add_interfaces_of(libusb_device* device, const std::string& port,
                       std::vector<FoundInterface>& found) {
  libusb_device_descriptor descriptor{};
  libusb_config_descriptor* active = nullptr;
  if (libusb_get_device_descriptor(device, &descriptor) != 0) return;
  if (libusb_get_active_config_descriptor(device, &active) != 0) return;
  const LibusbPtr<libusb_config_descriptor> config(active);
  for (int i = 0; i < config->bNumInterfaces; ++i) {
    const libusb_interface& interface = config->interface[i];
    for (int a = 0; a < interface.num_altsetting; ++a) {
      FoundInterface one{LibusbPtr<libusb_device>(libusb_ref_device(device)), port,
                         config->bConfigurationValue,
                         describe(descriptor, interface.altsetting[a])};
      InterfaceDescription& description = one.description;
      if (description.class_code == LIBUSB_CLASS_HID && !port.empty()) {
        description.report_descriptor = Sysfs().report_descriptor(
            Sysfs::interface_name(port, one.configuration, description.number));
      }
      found.push_back(std::move(one));
    }
  }
}

bool is_chosen(const DeviceChoice& choice, const std::string& port) {
  if (!choice.port.empty() && choice.port != port) return false;
  return choice.serial.empty() || Sysfs().attribute(port, "serial") == choice.serial;
}

}  // namespace

kiosk::Error libusb_failure(std::string_view doing, int code) {
  const std::string what = fmt::format("{}: {}", doing, libusb_error_name(code));
  switch (code) {
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND:
      return {"usb", "absent", what};
    case LIBUSB_ERROR_ACCESS:
      return {"usb", "denied", what};
    case LIBUSB_ERROR_BUSY:
      return {"usb", "busy", what};
    default:
      return {"usb", "failed", what};
  }
}

kiosk::Result<std::vector<FoundInterface>> all_interfaces(libusb_context* context) {
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(context, &list);
  if (count < 0) return kiosk::pass_on(libusb_failure("list devices", static_cast<int>(count)));
  std::multimap<std::pair<int, Ports>, libusb_device*> by_port;
  for (ssize_t i = 0; i < count; ++i) {
    by_port.insert({{libusb_get_bus_number(list[i]), ports_to(list[i])}, list[i]});
  }
  std::vector<FoundInterface> found;
  for (const auto& [where, device] : by_port) {
    add_interfaces_of(device, port_name(where.first, where.second), found);
  }
  libusb_free_device_list(list, 1);
  return found;
}

bool knows_too_few(libusb_context* context) {
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(context, &list);
  if (count < 0) return false;
  libusb_free_device_list(list, 1);
  return static_cast<std::size_t>(count) < Sysfs().devices();
}

kiosk::Result<FoundInterface> find_interface(libusb_context* context, const DeviceChoice& choice) {
  auto all = all_interfaces(context);
  if (!all) return kiosk::pass_on(all.error());
  int best_score = 0;
  FoundInterface* best = nullptr;
  for (FoundInterface& one : *all) {
    if (!is_chosen(choice, one.port)) continue;
    InterfaceDescription& description = one.description;
    const bool hid = description.class_code == LIBUSB_CLASS_HID;
    if (choice.kind == DeviceKind::scanner && hid && description.report_descriptor.empty()) {
      description.report_descriptor =
          report_descriptor_of_device(one.device.get(), description.number);
    }
    const int score = suitability(choice.kind, description, choice.also);
    if (score <= best_score) continue;
    best_score = score;
    best = &one;
  }
  if (best == nullptr) return kiosk::fail("usb", "absent", "no such device is plugged in");
  return std::move(*best);
}

}  // namespace drivers::usb
