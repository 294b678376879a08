#pragma once

#include <string>
#include <vector>

#include "drivers/stream/stream_transport.h"
#include "drivers/usb/id_table.h"

struct libevdev;

namespace drivers::input {

/// Which keyboard is the scanner: the one at `path`, else the one called `name`, else the first USB
/// keyboard whose maker stands in the table of ids as a maker of scanners.
struct WedgeChoice {
  std::string path;  ///< best a name that follows the device: /dev/input/by-id/...-event-kbd
  std::string name;  ///< as the kernel tells it: `grep Name /proc/bus/input/devices`
  std::vector<usb::UsbId> also;  ///< ids a site adds to the table

  bool operator==(const WedgeChoice&) const = default;
};

/// Whether a device that is not chosen by its path is the scanner. It must type letters, digits and
/// Enter, and be no pointer: the keyboard of a touch screen or a mouse is never taken.
bool is_scanner(const libevdev* device, const WedgeChoice& choice);

/// A transport that takes a keyboard for itself (EVIOCGRAB), so that no scan types into anything
/// else, and delivers its events as the bytes of struct input_event. Errors: as Transport::open;
/// usb/failed for what is no keyboard.
kiosk::Result<std::unique_ptr<usb::Transport>> evdev_transport(WedgeChoice choice);

}  // namespace drivers::input
