#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/journeys/model.h"

namespace kiosk::shell {

/// What one device last told of itself: for `kiosk devices`, and for what the screens may offer.
struct DeviceReport {
  std::string name;  ///< unique: "id_reader/usb", "scanner/camera", "printer/usb"
  std::variant<journeys::ReaderHealth, journeys::ScannerHealth, journeys::PrinterHealth> health =
      journeys::ReaderHealth::missing;
  std::string detail;  ///< SAM number, model, interface: nothing of a patient
  std::string wrong;   ///< in words; empty: nothing

  bool operator==(const DeviceReport&) const = default;
};

/// The protocol's word for a health: "ok", "unplugged", "out_of_service", "paper_out" ...
const char* text_of(journeys::ReaderHealth health);
const char* text_of(journeys::ScannerHealth health);
const char* text_of(journeys::PrinterHealth health);
const char* word_of(const DeviceReport& report);

/// A report as `kiosk devices` shows it.
struct DeviceLine {
  std::string device;
  std::string state;
  std::string detail;
  std::string wrong;

  bool operator==(const DeviceLine&) const = default;
};
std::vector<DeviceLine> lines_of(const std::map<std::string, DeviceReport>& reports);
bool is_well(const DeviceLine& line);

}  // namespace kiosk::shell
