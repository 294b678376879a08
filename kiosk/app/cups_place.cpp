#include "kiosk/app/cups_place.h"

namespace kiosk::app {

printing::Sheet sheet_of(const shell::PrinterPlace& place) {
  printing::Sheet sheet;
  if (place.cups_paper == shell::CupsPaper::a4) {
    sheet = printing::a4_sheet;
  } else {
    sheet.width_mm = place.cups_width_mm;
  }
  sheet.resolution_dpi = place.cups_resolution_dpi;
  if (place.cups_format == shell::CupsFormat::png) {
    sheet.format = printing::DocumentFormat::png;
  }
  return sheet;
}

printing::CupsSettings cups_settings(const shell::PrinterPlace& place) {
  printing::CupsSettings settings;
  settings.address.printer = place.cups_queue;
  if (!place.cups_server.empty()) settings.address.server = place.cups_server;
  settings.sheet = sheet_of(place);
  return settings;
}

}  // namespace kiosk::app
