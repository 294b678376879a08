#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "drivers/usb/libusb_handles.h"
#include "drivers/usb/list.h"
#include "drivers/usb/sysfs.h"

namespace drivers::usb {
namespace {

SeenInterface seen_of(FoundInterface found) {
  const Sysfs sysfs;
  const std::string interface =
      Sysfs::interface_name(found.port, found.configuration, found.description.number);
  SeenInterface seen;
  seen.interface = std::move(found.description);
  seen.manufacturer = sysfs.attribute(found.port, "manufacturer");
  seen.product = sysfs.attribute(found.port, "product");
  seen.serial = sysfs.attribute(found.port, "serial");
  seen.port = found.port;
  seen.node = fmt::format("/dev/bus/usb/{:03}/{:03}", libusb_get_bus_number(found.device.get()),
                          libusb_get_device_address(found.device.get()));
  seen.kernel_driver = sysfs.driver(interface);
  seen.kernel_nodes = sysfs.nodes(interface);
  seen.access = access(seen.node.c_str(), R_OK | W_OK) == 0 ? Access::allowed : Access::denied;
  return seen;
}

/// Of an interface's alternate settings the one that serves best, so that each is listed once.
int best_score(const InterfaceDescription& interface, std::span<const DeviceChoice> choices) {
  int best = 0;
  for (const DeviceChoice& choice : choices) {
    best = std::max(best, suitability(choice.kind, interface, choice.also));
  }
  return best;
}

}  // namespace

kiosk::Result<std::vector<ListedInterface>> list_interfaces(std::span<const DeviceChoice> choices) {
  libusb_context* created = nullptr;
  if (const int code = libusb_init(&created); code != 0) {
    return kiosk::pass_on(libusb_failure("start libusb", code));
  }
  const LibusbPtr<libusb_context> context(created);
  auto all = all_interfaces(created);
  if (!all) return kiosk::pass_on(all.error());
  std::vector<FoundInterface> chosen;
  for (FoundInterface& one : *all) {
    if (one.description.class_code == LIBUSB_CLASS_HUB) continue;
    const bool same = !chosen.empty() && chosen.back().port == one.port &&
                      chosen.back().description.number == one.description.number;
    if (!same) {
      chosen.push_back(std::move(one));
    } else if (best_score(one.description, choices) >
               best_score(chosen.back().description, choices)) {
      chosen.back() = std::move(one);
    }
  }
  std::vector<SeenInterface> seen;
  for (FoundInterface& one : chosen) seen.push_back(seen_of(std::move(one)));
  return judge(std::move(seen), choices);
}

}  // namespace drivers::usb
