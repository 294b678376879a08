#pragma once

#include <optional>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "printing/picture.h"

namespace printing {

/// The picture as a PNG of one bit a dot, which says its resolution if there is one; marks are not
/// in it. Errors: image/bad if libpng refuses it (a side is 0).   Thread: any; pure.
kiosk::Result<kiosk::Bytes> write_png(const Picture& picture,
                                      std::optional<int> resolution_dpi = std::nullopt);

}  // namespace printing
