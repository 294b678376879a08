#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "kiosk/text/fonts.h"

namespace kiosk::text {

inline Fonts test_fonts(Pitch pitch = Pitch::proportional) {
  Result<Fonts> fonts = Fonts::create(debian_fonts(pitch));
  if (!fonts) FAIL(fonts.error().what);
  return std::move(*fonts);
}

inline Style sized(float size_px) {
  Style style;
  style.size_px = size_px;
  return style;
}

/// Names of the typefaces a text is set in; "missing" for the box.
inline std::set<std::string> faces_of(Fonts& fonts, std::string_view text,
                                      const Style& style = Style()) {
  std::set<std::string> names;
  for (const Glyph& glyph : fonts.shape(text, style).glyphs) {
    names.insert(glyph.id == 0 ? "missing" : std::string(fonts.face_name(glyph)));
  }
  return names;
}

/// Keeps what is drawn, darkest wins, and notes rows outside its area.
class Picture : public Target {
 public:
  explicit Picture(Area area)
      : area_(area),
        pixels_(static_cast<std::size_t>((area.right - area.left) * (area.bottom - area.top))) {}

  Area area() const override { return area_; }
  void row(int x, int y, std::span<const std::uint8_t> coverage) override {
    const int right = x + static_cast<int>(coverage.size());
    if (x < area_.left || right > area_.right || y < area_.top || y >= area_.bottom) {
      outside = true;
      return;
    }
    for (std::size_t i = 0; i < coverage.size(); ++i) {
      std::uint8_t& pixel = at(x + static_cast<int>(i), y);
      pixel = std::max(pixel, coverage[i]);
    }
  }

  std::uint8_t& at(int x, int y) {
    return pixels_[static_cast<std::size_t>((y - area_.top) * (area_.right - area_.left) +
                                            (x - area_.left))];
  }
  const std::vector<std::uint8_t>& pixels() const { return pixels_; }
  /// The sum of coverage in whole black pixels.
  int ink() const {
    int sum = 0;
    for (const std::uint8_t pixel : pixels_) sum += pixel;
    return sum / 255;
  }

  bool outside = false;

 private:
  Area area_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace kiosk::text
