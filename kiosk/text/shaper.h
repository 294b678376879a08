#pragma once

#include <string_view>
#include <vector>

#include "kiosk/text/faces.h"

namespace kiosk::text {

/// One line of code points shaped, and where in the text each glyph came from.
struct Shaped {
  GlyphRun run;
  std::vector<std::size_t> origins;  ///< for each glyph the first code point of its cluster
};

/// Shapes cleaned text without line ends as one line, with `face_of` naming the list entry of each
/// code point.
Shaped shape_line(std::u32string_view text, const std::vector<std::uint16_t>& face_of,
                  const Style& style, Faces& faces);

}  // namespace kiosk::text
