#include "kiosk/shell/device_report.h"

namespace kiosk::shell {

const char* text_of(journeys::ReaderHealth health) {
  switch (health) {
    case journeys::ReaderHealth::ok:
      return "ok";
    case journeys::ReaderHealth::missing:
      return "unplugged";
    case journeys::ReaderHealth::out_of_service:
      return "out_of_service";
  }
  return "unplugged";
}

const char* text_of(journeys::ScannerHealth health) {
  return health == journeys::ScannerHealth::ok ? "ok" : "unplugged";
}

const char* text_of(journeys::PrinterHealth health) {
  switch (health) {
    case journeys::PrinterHealth::ok:
      return "ok";
    case journeys::PrinterHealth::paper_near_end:
      return "paper_near_end";
    case journeys::PrinterHealth::paper_out:
      return "paper_out";
    case journeys::PrinterHealth::cover_open:
      return "cover_open";
    case journeys::PrinterHealth::cutter_error:
      return "cutter_error";
    case journeys::PrinterHealth::overheated:
      return "overheated";
    case journeys::PrinterHealth::offline:
      return "offline";
    case journeys::PrinterHealth::missing:
      return "unplugged";
  }
  return "unplugged";
}

const char* word_of(const DeviceReport& report) {
  return std::visit([](auto health) { return text_of(health); }, report.health);
}

std::vector<DeviceLine> lines_of(const std::map<std::string, DeviceReport>& reports) {
  std::vector<DeviceLine> lines;
  for (const auto& [name, report] : reports) {
    lines.push_back({name, word_of(report), report.detail, report.wrong});
  }
  return lines;
}

bool is_well(const DeviceLine& line) {
  return line.state == "ok" || line.state == "paper_near_end";
}

}  // namespace kiosk::shell
