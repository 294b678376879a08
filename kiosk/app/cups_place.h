#pragma once

#include "kiosk/shell/device_settings.h"
#include "printing/cups_engine.h"

namespace kiosk::app {

/// A site's CUPS printer in the words of the driver: what its documents look like, and where it is.
printing::Sheet sheet_of(const shell::PrinterPlace& place);
printing::CupsSettings cups_settings(const shell::PrinterPlace& place);

}  // namespace kiosk::app
