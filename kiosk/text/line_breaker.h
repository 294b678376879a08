#pragma once

#include <string_view>
#include <vector>

#include "kiosk/text/breaks.h"
#include "kiosk/text/shaper.h"

namespace kiosk::text {

/// Parts of a paragraph that become lines.
class LineBreaker {
 public:
  /// `whole` is the paragraph shaped as one line; `text` must outlive this.
  LineBreaker(std::u32string_view text, const Shaped& whole, Places lines, Places clusters);

  /// The furthest good end of a line that begins at `begin` and may be `width_px` wide, at most
  /// `end_max`: a line break if one fits, else a cluster's end, and one cluster at the least.
  std::size_t line_end(std::size_t begin, std::size_t end_max, float width_px) const;

  /// `end` without the spaces before it, which hang over the edge and are not drawn.
  std::size_t without_spaces(std::size_t begin, std::size_t end) const;

 private:
  float width(std::size_t begin, std::size_t end) const { return before_[end] - before_[begin]; }

  std::u32string_view text_;
  Places lines_;
  Places clusters_;
  std::vector<float> before_;  ///< the width of all code points before each place
};

}  // namespace kiosk::text
