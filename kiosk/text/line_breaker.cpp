#include "kiosk/text/line_breaker.h"

#include <unicode/uchar.h>

#include <utility>

namespace kiosk::text {

LineBreaker::LineBreaker(std::u32string_view text, const Shaped& whole, Places lines,
                         Places clusters)
    : text_(text),
      lines_(std::move(lines)),
      clusters_(std::move(clusters)),
      before_(text.size() + 1, 0.0F) {
  for (std::size_t i = 0; i < whole.origins.size(); ++i) {
    before_[whole.origins[i] + 1] += whole.run.glyphs[i].advance;
  }
  for (std::size_t i = 1; i < before_.size(); ++i) before_[i] += before_[i - 1];
}

std::size_t LineBreaker::line_end(std::size_t begin, std::size_t end_max, float width_px) const {
  std::size_t line = begin;
  std::size_t cluster = begin;
  std::size_t first_cluster = begin;
  for (std::size_t end = begin + 1; end <= end_max; ++end) {
    if (!clusters_[end]) continue;
    if (first_cluster == begin) first_cluster = end;
    const std::size_t visible = without_spaces(begin, end);
    if (visible == end && width(begin, end) > width_px) break;
    cluster = end;
    if (lines_[end] && width(begin, visible) <= width_px) line = end;
  }
  if (line > begin) return line;
  return cluster > begin ? cluster : first_cluster;
}

std::size_t LineBreaker::without_spaces(std::size_t begin, std::size_t end) const {
  while (end > begin && u_isWhitespace(static_cast<UChar32>(text_[end - 1])) != 0) --end;
  return end;
}

}  // namespace kiosk::text
