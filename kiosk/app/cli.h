#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kiosk/app/application.h"

namespace kiosk::app {

/// Exit statuses, after sysexits(3) where one fits.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 64;        ///< EX_USAGE
inline constexpr int exit_unavailable = 69;  ///< EX_UNAVAILABLE: no kiosk, or no server, answers
inline constexpr int exit_config = 78;       ///< EX_CONFIG

/// The command line of `kiosk`; see `kiosk --help`.
int run_cli(int argc, char** argv);

/// How long a running kiosk may take to answer a command.
inline constexpr Milliseconds reply_limit{10'000};

/// Says on stderr what went wrong; the exit status for it.
int complain(const Error& error);

/// Loads a configuration and prints what is wrong with it to stderr; empty when something is.
std::optional<shell::Config> load_or_complain(const std::string& path,
                                              const std::string& overrides);

}  // namespace kiosk::app
