#pragma once

#include <string>

namespace drivers::usb {

/// A udev rules file, made from the table of ids: the group `kiosk` may open printers, ID readers,
/// and scanners in each of their modes, so that the kiosk needs no root. Scanners are kept from
/// typing into the desktop and from being probed as modems. To be installed as
/// /etc/udev/rules.d/70-kiosk.rules: behind the rules that find out what a device is. Pure.
std::string udev_rules();

}  // namespace drivers::usb
