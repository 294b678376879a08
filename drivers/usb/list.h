#pragma once

#include <span>
#include <string>
#include <vector>

#include "drivers/usb/id_table.h"
#include "drivers/usb/transfer.h"
#include "kiosk/base/result.h"

namespace drivers::usb {

enum class Access { allowed, denied };

/// What can be seen of one USB interface without opening its device.
struct SeenInterface {
  InterfaceDescription interface;
  std::string manufacturer;
  std::string product;
  std::string serial;
  std::string port;                       ///< "1-2.3"
  std::string node;                       ///< "/dev/bus/usb/001/004"
  std::string kernel_driver;              ///< "usblp"; "usbfs": a program has it; empty: nobody
  std::vector<std::string> kernel_nodes;  ///< what that driver made of it: "/dev/ttyACM0"
  Access access = Access::allowed;        ///< whether this process may open the node
};

/// Which part of the kiosk deals with such an interface.
enum class Role {
  none,
  printer,
  id_reader,
  scanner,           ///< HID POS, over libusb
  serial_scanner,    ///< the kernel's ttyACM
  keyboard_scanner,  ///< the kernel's input device
  smart_card_reader,
  camera,
};

enum class Standing {
  usable,     ///< the kiosk takes it, or it is one that the configuration may name
  in_use,     ///< a program has it: the kiosk, if it runs
  passed_by,  ///< another one that is alike comes first, or another was asked for
  denied,     ///< no permission
  unusable,   ///< of the right kind, but cannot serve
  not_ours,
};

struct ListedInterface {
  SeenInterface seen;
  Role role = Role::none;
  Standing standing = Standing::not_ours;
  std::string model;  ///< as the table of ids names it; empty if unlisted
  std::string why;    ///< one sentence for staff
};

const char* name_of(Role role);
const char* name_of(Standing standing);

/// Judges what is plugged in by the kiosk's choices. `seen` lists one setting an interface, in the
/// order of their ports. Pure.
std::vector<ListedInterface> judge(std::vector<SeenInterface> seen,
                                   std::span<const DeviceChoice> choices);

/// All that is plugged in but hubs. Opens nothing and takes nothing from anybody, so that it may
/// run beside the kiosk. Errors: usb/failed when libusb cannot start.
kiosk::Result<std::vector<ListedInterface>> list_interfaces(std::span<const DeviceChoice> choices);

}  // namespace drivers::usb
