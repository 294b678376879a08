#pragma once

#include <optional>

#include "drivers/id_card/sdt_reader.h"
#include "drivers/printer/escpos_printer.h"
#include "drivers/scanner/hid_scanner.h"
#include "drivers/smart_card/smart_card_worker.h"
#include "kiosk/journeys/event.h"
#include "kiosk/shell/device_report.h"
#include "kiosk/shell/device_settings.h"

namespace kiosk::app {

// What the drivers say, in the words of the journeys and of staff. Pure.

using JourneyEvent = decltype(journeys::Event::what);

/// A control character stands for what could not be read: the code is damaged.
inline constexpr const char* damaged_code = "\x1A";

/// None: it means nothing to a patient.
std::optional<JourneyEvent> journey_event(const drivers::id_card::ReaderEvent& event);
std::optional<JourneyEvent> journey_event(const drivers::scanner::ScannerEvent& event);
/// The first identifier for which the site has a system; a card without one is not supported.
std::optional<JourneyEvent> journey_event(const drivers::smart_card::SmartCardEvent& event,
                                          const shell::SmartCardSettings& settings);

enum class Reported { nothing_new, changed };
/// Brings a device's report up to date.
Reported report(shell::DeviceReport& report, const drivers::id_card::ReaderEvent& event);
Reported report(shell::DeviceReport& report, const drivers::scanner::ScannerEvent& event);
Reported report(shell::DeviceReport& report, const drivers::smart_card::SmartCardEvent& event);
Reported report(shell::DeviceReport& report, const drivers::printer::PrinterEvent& event);

/// Writes what staff and IT need to know of an event to the log.
void log_event(const std::string& device, const drivers::id_card::ReaderEvent& event);
void log_event(const std::string& device, const drivers::scanner::ScannerEvent& event);
void log_event(const std::string& device, const drivers::smart_card::SmartCardEvent& event);
void log_event(const std::string& device, const drivers::printer::PrinterEvent& event);

journeys::PrinterHealth health_of(drivers::printer::PrinterState state);

}  // namespace kiosk::app
