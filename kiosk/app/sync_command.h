#pragma once

#include <string>

#include "kiosk/shell/config.h"

namespace kiosk::app {

/// `kiosk sync --once`: sends what waits and reads the day, through the running kiosk or itself
/// where none runs; gives the exit status: 0 all was sent and read, 1 something was refused or is
/// left, 69 the server does not answer. `credentials_folder`: of systemd, for the vault's key.
int sync_once(const shell::Config& config, const std::string& socket, Seconds limit,
              const std::string& credentials_folder);

}  // namespace kiosk::app
