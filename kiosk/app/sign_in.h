#pragma once

#include <memory>
#include <string>

#include "kiosk/shell/config.h"
#include "kiosk/sync/authorizer.h"

namespace kiosk::app {

/// 128 random bits as 32 hexadecimal digits, of the operating system.
std::string random_hex();
/// A random number in [0, 1).
double random_unit();

/// Who the kiosk is to the server, as its configuration says. Errors: those of kiosk/sync.
Result<std::unique_ptr<sync::Authorizer>> make_authorizer(const shell::Config& config);

}  // namespace kiosk::app
