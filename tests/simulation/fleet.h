#pragma once

#include <string>

#include "kiosk/base/instant.h"

namespace simulation {

/// How many kiosks whose power comes back at one instant are joined to one server.
inline constexpr std::size_t fleet_kiosks = 10'000;

/// Requests that reach the server in the first minutes after the power came back.
struct Recovery {
  double mean = 0;  ///< a second
  int peak = 0;     ///< the busiest second
};

/// Steps so many real sync engines, each with a day in its ledger, against a server that counts.
Recovery recover(std::size_t kiosks, kiosk::Milliseconds start_spread);

/// What kiosks ask of a server, as the Markdown table of the README.
std::string fleet_table();

}  // namespace simulation
