#include "kiosk/shell/device_report.h"

#include "kiosk/base/overloaded.h"
#include "kiosk/shell/records.h"

namespace kiosk::shell {
namespace {

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

}  // namespace

const char* word_of(const DeviceReport& report) {
  return std::visit(overloaded{
                        [](journeys::ReaderHealth health) { return text_of(health); },
                        [](journeys::ScannerHealth health) { return text_of(health); },
                        [](journeys::PrinterHealth health) { return shell::text_of(health); },
                    },
                    report.health);
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
