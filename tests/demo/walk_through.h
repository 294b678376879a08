#pragma once

#include <string>

#include "tests/demo/world.h"

namespace demo {

/// Plays five visits through the kiosk's automation socket, as a patient would: ID card; booking
/// code; server gone, then back; paper out, then the patient returns; already checked in on another
/// kiosk. Writes every screen and ticket into `out`, hospital.json too, prints a timeline, and
/// compares what was confirmed and printed with what the hospital knows. Returns the exit status.
int walk_through(World& world, const std::string& socket, const std::string& out);

}  // namespace demo
