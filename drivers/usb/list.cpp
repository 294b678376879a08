#include "drivers/usb/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "drivers/usb/hid_items.h"

namespace drivers::usb {
namespace {

constexpr std::uint8_t class_communication = 0x02;
constexpr std::uint8_t class_hid = 0x03;
constexpr std::uint8_t class_printer = 0x07;
constexpr std::uint8_t class_smart_card = 0x0B;
constexpr std::uint8_t class_video = 0x0E;
constexpr std::uint8_t subclass_video_streaming = 0x02;
constexpr std::uint8_t subclass_modem = 0x02;
constexpr std::uint8_t protocol_keyboard = 0x01;
constexpr std::uint32_t usage_keyboard = 0x0001'0006;

Role role_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::printer:
      return Role::printer;
    case DeviceKind::id_reader:
      return Role::id_reader;
    case DeviceKind::scanner:
      return Role::scanner;
  }
  return Role::none;
}

bool is_listed(DeviceKind kind, const InterfaceDescription& interface,
               std::span<const UsbId> also) {
  const UsbId id{interface.vendor, interface.product};
  return find_known(kind, interface.vendor, interface.product) != nullptr ||
         std::find(also.begin(), also.end(), id) != also.end();
}

/// Whether the device says itself that it is of the kind, whatever it is worth.
bool claims_to_be(DeviceKind kind, const SeenInterface& seen, std::span<const UsbId> also) {
  const InterfaceDescription& interface = seen.interface;
  const bool listed = is_listed(kind, interface, also);
  switch (kind) {
    case DeviceKind::printer:
      return interface.class_code == class_printer || (listed && interface.number == 0);
    case DeviceKind::id_reader:
      return listed && interface.number == 0;
    case DeviceKind::scanner:
      // Without its own driver the kernel shows no report descriptor, and asking would open it.
      return listed && interface.class_code == class_hid && interface.report_descriptor.empty();
  }
  return false;
}

/// What needs no libusb: other drivers of the kiosk, or the kernel's, serve it.
Role role_elsewhere(const SeenInterface& seen) {
  const InterfaceDescription& interface = seen.interface;
  const bool scanner =
      find_known(DeviceKind::scanner, interface.vendor, interface.product) != nullptr;
  const bool keyboard = interface.class_code == class_hid &&
                        (interface.protocol == protocol_keyboard ||
                         first_application(interface.report_descriptor) == usage_keyboard);
  if (scanner && keyboard) return Role::keyboard_scanner;
  const bool modem =
      interface.class_code == class_communication && interface.subclass == subclass_modem;
  if (scanner && modem) return Role::serial_scanner;
  if (interface.class_code == class_smart_card) return Role::smart_card_reader;
  const bool camera =
      interface.class_code == class_video && interface.subclass != subclass_video_streaming;
  return camera ? Role::camera : Role::none;
}

bool is_asked_for(const DeviceChoice& choice, const SeenInterface& seen) {
  if (!choice.port.empty() && choice.port != seen.port) return false;
  return choice.serial.empty() || choice.serial == seen.serial;
}

std::string why_unusable(DeviceKind kind, const InterfaceDescription& interface) {
  const KnownDevice* known = find_known(kind, interface.vendor, interface.product);
  if (known != nullptr && known->quirk == Quirk::not_escpos) {
    return "It says that it is a printer, but it does not speak ESC/POS.";
  }
  switch (kind) {
    case DeviceKind::printer:
      return "It has no interface through which ESC/POS can be sent.";
    case DeviceKind::id_reader:
      return "It lacks an endpoint in one direction: it may be in another mode.";
    case DeviceKind::scanner:
      break;
  }
  return {};
}

/// Fills standing and words of an interface that suits a choice.
void judge_suited(const DeviceChoice& choice, bool first, ListedInterface& listed) {
  const SeenInterface& seen = listed.seen;
  if (!is_asked_for(choice, seen)) {
    listed.standing = Standing::passed_by;
    listed.why = fmt::format("The configuration asks for {} {}.",
                             choice.port.empty() ? "serial number" : "port",
                             choice.port.empty() ? choice.serial : choice.port);
  } else if (seen.kernel_driver == "usbfs") {
    listed.standing = Standing::in_use;
    listed.why = "A program has it: the kiosk, if it runs.";
  } else if (seen.access == Access::denied) {
    listed.standing = Standing::denied;
    listed.why = fmt::format(
        "No permission for {}: install the rules of `kiosk devices --udev-rules` and plug it in "
        "again.",
        seen.node);
  } else if (!first) {
    listed.standing = Standing::passed_by;
    listed.why = "Another one is taken; name this one's port or serial number to take it instead.";
  } else {
    listed.standing = Standing::usable;
    listed.why = seen.kernel_driver.empty()
                     ? "The kiosk takes it."
                     : fmt::format("The kiosk takes it from {} while it runs.", seen.kernel_driver);
  }
}

/// The node through which another driver of the kiosk serves it.
std::string node_for(Role role, const std::vector<std::string>& nodes) {
  const std::string_view begins = role == Role::serial_scanner     ? "/dev/tty"
                                  : role == Role::keyboard_scanner ? "/dev/input/event"
                                                                   : "/dev/video";
  const auto is_it = [&](const std::string& node) { return node.starts_with(begins); };
  const auto found = std::find_if(nodes.begin(), nodes.end(), is_it);
  return found == nodes.end() ? std::string() : *found;
}

void judge_elsewhere(ListedInterface& listed) {
  const std::string node = node_for(listed.role, listed.seen.kernel_nodes);
  listed.standing = Standing::usable;
  if (listed.role == Role::none) {
    listed.standing = Standing::not_ours;
    listed.why = "Not a device of the kiosk.";
  } else if (listed.role == Role::smart_card_reader) {
    listed.why = "Served by pcscd.";
  } else if (node.empty()) {
    listed.standing = Standing::unusable;
    listed.why = "No driver of the kernel serves it.";
  } else {
    listed.why = fmt::format("The kiosk takes it if its configuration names {}.", node);
  }
}

/// The suited interface that a choice takes: the best, the first of equals; none: no.
std::size_t taken_by(const DeviceChoice& choice, const std::vector<SeenInterface>& seen) {
  std::size_t best = seen.size();
  int best_score = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const int score = suitability(choice.kind, seen[i].interface, choice.also);
    if (score <= best_score || !is_asked_for(choice, seen[i])) continue;
    best_score = score;
    best = i;
  }
  return best;
}

ListedInterface judge_one(SeenInterface seen, std::span<const DeviceChoice> choices,
                          std::span<const std::size_t> taken, std::size_t index) {
  ListedInterface listed;
  listed.seen = std::move(seen);
  const InterfaceDescription& interface = listed.seen.interface;
  for (std::size_t c = 0; c < choices.size(); ++c) {
    const DeviceChoice& choice = choices[c];
    const bool suits = suitability(choice.kind, interface, choice.also) > 0;
    if (!suits && !claims_to_be(choice.kind, listed.seen, choice.also)) continue;
    listed.role = role_of(choice.kind);
    if (const auto* known = find_known(choice.kind, interface.vendor, interface.product)) {
      listed.model = known->name;
    }
    if (suits || choice.kind == DeviceKind::scanner) {
      judge_suited(choice, !suits || taken[c] == index, listed);
    } else {
      listed.standing = Standing::unusable;
      listed.why = why_unusable(choice.kind, interface);
    }
    return listed;
  }
  listed.role = role_elsewhere(listed.seen);
  const auto* known = find_known(DeviceKind::scanner, interface.vendor, interface.product);
  if (known != nullptr && listed.role != Role::none) listed.model = known->name;
  judge_elsewhere(listed);
  return listed;
}

}  // namespace

const char* name_of(Role role) {
  switch (role) {
    case Role::none:
      return "none";
    case Role::printer:
      return "printer";
    case Role::id_reader:
      return "id_reader";
    case Role::scanner:
      return "scanner";
    case Role::serial_scanner:
      return "serial_scanner";
    case Role::keyboard_scanner:
      return "keyboard_scanner";
    case Role::smart_card_reader:
      return "smart_card_reader";
    case Role::camera:
      return "camera";
  }
  return "";
}

const char* name_of(Standing standing) {
  switch (standing) {
    case Standing::usable:
      return "usable";
    case Standing::in_use:
      return "in_use";
    case Standing::passed_by:
      return "passed_by";
    case Standing::denied:
      return "denied";
    case Standing::unusable:
      return "unusable";
    case Standing::not_ours:
      return "not_ours";
  }
  return "";
}

std::vector<ListedInterface> judge(std::vector<SeenInterface> seen,
                                   std::span<const DeviceChoice> choices) {
  std::vector<std::size_t> taken;
  for (const DeviceChoice& choice : choices) taken.push_back(taken_by(choice, seen));
  std::vector<ListedInterface> list;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    list.push_back(judge_one(std::move(seen[i]), choices, taken, i));
  }
  return list;
}

}  // namespace drivers::usb
