#pragma once

#include <optional>

#include "drivers/id_card/sdt_reader.h"
#include "drivers/printer/escpos_printer.h"
#include "drivers/scanner/hid_scanner.h"
#include "kiosk/shell/loop.h"

namespace kiosk::app {

// What the drivers say, in the words of the journeys. Pure; an event that means nothing to a
// patient or to staff gives nothing.

std::optional<shell::LoopInput> loop_input(const drivers::id_card::ReaderEvent& event);
std::optional<shell::LoopInput> loop_input(const drivers::scanner::ScannerEvent& event);
journeys::PrinterHealth health_of(drivers::printer::PrinterState state);

}  // namespace kiosk::app
