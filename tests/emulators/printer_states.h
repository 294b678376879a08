#pragma once

#include <string_view>

#include "kiosk/base/result.h"
#include "tests/emulators/emulated_printer.h"

namespace emulators {

/// Puts the printer right and then into one state: "ok", "paper_near_end", "paper_out",
/// "cover_open" or "cutter_error". Errors: demo/bad_state.
kiosk::Result<void> set_printer_state(EmulatedPrinter& printer, std::string_view state);

}  // namespace emulators
