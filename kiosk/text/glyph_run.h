#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kiosk/text/font_list.h"

namespace kiosk::text {

enum class Figures { as_designed, tabular };

/// How text looks. Sizes outside `size_px_min`..`size_px_max` are brought inside.
struct Style {
  float size_px = 24;  ///< the em, in pixels or printer dots
  Weight weight = Weight::regular;
  Figures figures = Figures::as_designed;
  std::string language = "zh-Hans";  ///< BCP 47; picks glyph forms, line breaks and direction
  float stretch = 1;                 ///< widens letters: 2 = double width, as receipt printers do

  bool operator==(const Style&) const = default;
};

inline constexpr float size_px_min = 4;
inline constexpr float size_px_max = 400;
inline constexpr float stretch_min = 0.25F;
inline constexpr float stretch_max = 8;

/// One glyph, placed. `x` runs right from the start of the line, `y` down from the baseline.
struct Glyph {
  std::uint16_t face = 0;  ///< index into the FontList
  std::uint32_t id = 0;    ///< 0 is the box that says: no font has this character
  float x = 0;
  float y = 0;
  float advance = 0;

  bool operator==(const Glyph&) const = default;
};

/// One line of shaped text, glyphs from left to right. All measures in pixels.
///
/// `ascent` and `descent` are those of the leading typeface, the same for every text of a style,
/// so that lines stand evenly; their sum is the natural line height.
struct GlyphRun {
  std::vector<Glyph> glyphs;
  float width = 0;
  float ascent = 0;
  float descent = 0;
  float size_px = 0;
  float stretch = 1;
  Weight weight = Weight::regular;

  bool operator==(const GlyphRun&) const = default;
};

}  // namespace kiosk::text
