#pragma once

#include "kiosk/text/fonts.h"
#include "printing/picture.h"
#include "printing/ticket_layout.h"

namespace printing {

/// Draws a layout with the site's fonts. Letters narrower than their cells stand in them as their
/// column is aligned; wider ones are narrowed to fit; ideographs stand each in the middle of two.
/// The picture is `width_dots` wide, at least the layout's cells; the rest is shared out at both
/// sides. Thread: that of `fonts`.
Picture draw(const Layout& layout, kiosk::text::Fonts& fonts, int width_dots);

}  // namespace printing
