#pragma once

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "printing/picture.h"

namespace printing {

/// The picture as a PNG of one bit a dot; marks are not in it. Errors: image/bad if libpng refuses
/// it (a side is 0).   Thread: any; pure.
kiosk::Result<kiosk::Bytes> write_png(const Picture& picture);

}  // namespace printing
