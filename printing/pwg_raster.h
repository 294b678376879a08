#pragma once

#include <span>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "printing/cups_document.h"
#include "printing/picture.h"

namespace printing {

/// Pages, as they are printed dot by dot, as PWG raster (PWG 5102.4-2012).
/// Errors: printer/raster (libcups gave up).   Thread: any; pure.
kiosk::Result<kiosk::Bytes> write_pwg(std::span<const Picture> pages, int resolution_dpi,
                                      DotDepth depth);

}  // namespace printing
