#pragma once

#include "drivers/printer/profile.h"
#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "printing/picture.h"

namespace printing {

/// The picture as commands for a receipt printer: initialise, bands of raster, paper fed where
/// nothing is printed, cuts, feed and cut. Bands are parted, and cut off at the right, so that few
/// bytes go over the bus; no band has more than `profile.band_rows` rows.
///
/// Errors: printer/too_wide if the picture is wider than the profile's head.   Thread: any; pure.
kiosk::Result<kiosk::Bytes> encode(const Picture& picture,
                                   const drivers::printer::Profile& profile);

}  // namespace printing
