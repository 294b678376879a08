#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "drivers/usb/libusb_handles.h"

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

/// The kernel's HID driver shows the report descriptor as a file, so that looking for a scanner
/// does not take the touch screen away from it.
kiosk::Bytes report_descriptor_of_kernel(libusb_device* device, int configuration, int interface) {
  std::array<std::uint8_t, 8> ports{};
  const int depth = libusb_get_port_numbers(device, ports.data(), static_cast<int>(ports.size()));
  if (depth <= 0) return {};
  std::string path = fmt::format("/sys/bus/usb/devices/{}-{}", libusb_get_bus_number(device),
                                 static_cast<unsigned>(ports[0]));
  for (int i = 1; i < depth; ++i) {
    path += fmt::format(".{}", static_cast<unsigned>(ports[static_cast<std::size_t>(i)]));
  }
  path += fmt::format(":{}.{}", configuration, interface);
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(path, none)) {
    std::ifstream file(entry.path() / "report_descriptor", std::ios::binary);
    if (file) return {std::istreambuf_iterator<char>(file), {}};
  }
  return {};
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

struct Best {
  int score = 0;
  libusb_device* device = nullptr;
  InterfaceDescription description;
};

void look_at(libusb_device* device, DeviceKind kind, std::span<const UsbId> also, Best& best) {
  libusb_device_descriptor descriptor{};
  libusb_config_descriptor* active = nullptr;
  if (libusb_get_device_descriptor(device, &descriptor) != 0) return;
  if (libusb_get_active_config_descriptor(device, &active) != 0) return;
  const LibusbPtr<libusb_config_descriptor> config(active);
  for (int i = 0; i < config->bNumInterfaces; ++i) {
    const libusb_interface& interface = config->interface[i];
    for (int a = 0; a < interface.num_altsetting; ++a) {
      InterfaceDescription description = describe(descriptor, interface.altsetting[a]);
      if (kind == DeviceKind::scanner && description.class_code == LIBUSB_CLASS_HID) {
        description.report_descriptor =
            report_descriptor_of_kernel(device, config->bConfigurationValue, description.number);
        if (description.report_descriptor.empty()) {
          description.report_descriptor = report_descriptor_of_device(device, description.number);
        }
      }
      const int score = suitability(kind, description, also);
      if (score > best.score) best = {score, device, std::move(description)};
    }
  }
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

kiosk::Result<FoundInterface> find_interface(libusb_context* context, DeviceKind kind,
                                             std::span<const UsbId> also) {
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(context, &list);
  if (count < 0) return kiosk::pass_on(libusb_failure("list devices", static_cast<int>(count)));
  Best best;
  for (ssize_t i = 0; i < count; ++i) look_at(list[i], kind, also, best);
  if (best.device != nullptr) libusb_ref_device(best.device);
  libusb_free_device_list(list, 1);
  if (best.device == nullptr) return kiosk::fail("usb", "absent", "no such device is plugged in");
  return FoundInterface{LibusbPtr<libusb_device>(best.device), std::move(best.description)};
}

}  // namespace drivers::usb
