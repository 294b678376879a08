#pragma once

#include <string>

#include "kiosk/shell/config.h"

// `kiosk devices` and `kiosk test`: for whoever installs or repairs a kiosk, from a terminal.
namespace kiosk::app {

/// Prints what is plugged in, which driver would take it, its state and what is wrong. A running
/// kiosk is asked; where none runs the configured devices are opened for a moment. The exit status:
/// 1 when a configured device does not work.
int list_devices(const shell::Config& config, const std::string& socket);

enum class Trial { print, card, scan, camera };

/// Tries one device. Refuses while a kiosk runs, for that holds the devices. The exit status: 0
/// when it did what it should.
int try_device(const shell::Config& config, const std::string& socket, Trial trial);

}  // namespace kiosk::app
