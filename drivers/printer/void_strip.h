#pragma once

#include "kiosk/base/bytes.h"

namespace drivers::printer {

/// A raster that says "VOID 作废" between two bars, for the end of a part of a ticket: whoever
/// finds the part must see that it is none. About 14 mm high; fits `width_dots` (8 or more).
/// Complete commands, without initialising, feed and cut.
kiosk::Bytes void_strip(int width_dots);

}  // namespace drivers::printer
