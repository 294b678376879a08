#include "screens/ui/layout.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "kiosk/base/check.h"

namespace screens::ui {
namespace {

/// Ideographs and capital letters are about 0.74 em high, so a baseline 0.37 em below the middle
/// of the line centres them for the eye, whatever the font says about itself.
constexpr int centre_of_letters_percent = 37;

using Widths = std::vector<int>;

Edges inset(const Style& style) {
  return {style.padding.top + style.border, style.padding.right + style.border,
          style.padding.bottom + style.border, style.padding.left + style.border};
}

int across(const Edges& edges) {
  return edges.left + edges.right;
}
int along(const Edges& edges) {
  return edges.top + edges.bottom;
}

int gaps(const Node& node) {
  return node.children.empty() ? 0 : node.style.gap * static_cast<int>(node.children.size() - 1);
}

int baseline_in_line(const Paragraph& text) {
  return text.line_height / 2 + text.font_size * centre_of_letters_percent / 100;
}

int offset(int free, Justify justify) {
  if (justify == Justify::center) return free / 2;
  return justify == Justify::end ? free : 0;
}

int offset(int free, Align align) {
  if (align == Align::center) return free / 2;
  return align == Align::end ? free : 0;
}

int offset(int free, TextAlign align) {
  if (align == TextAlign::center) return free / 2;
  return align == TextAlign::end ? free : 0;
}

/// Shares `space` by weight; the pieces add up to it exactly.
void share(int space, const Widths& weights, Widths& sizes) {
  int left = 0;
  for (const int weight : weights) left += weight;
  for (std::size_t i = 0; i < weights.size() && left > 0; ++i) {
    const int piece = static_cast<int>(static_cast<long long>(space) * weights[i] / left);
    sizes[i] += piece;
    space -= piece;
    left -= weights[i];
  }
}

/// One screen being laid out. Measures are remembered by node, or every level would measure all
/// levels below it again.
class Pass {
 public:
  Pass(Typesetter& texts, std::vector<Flaw>& flaws) : texts_(texts), flaws_(flaws) {}

  Box place(const Node& node, const Rect& rect);

 private:
  int natural_width(const Node& node);
  int content_width(const Node& node);
  int height_at(const Node& node, int width);
  int content_height(const Node& node, int width);
  int baseline(const Node& node, int width);
  bool is_row(const Node& node, int inner_width);
  bool texts_fit(const Node& node, int width);
  Widths row_widths(const Node& node, int inner_width);

  void place_text(const Node& node, const Rect& inner, Box& box);
  void place_row(const Node& node, const Rect& inner, Box& box);
  void place_column(const Node& node, const Rect& inner, Box& box);
  void add_child(const Node& child, const Rect& rect, const Rect& inner, Box& box);
  void report(Flaw::Kind kind, const Node& node, int excess);

  Typesetter& texts_;
  std::vector<Flaw>& flaws_;
  std::map<const Node*, int> natural_widths_;
  std::map<std::pair<const Node*, int>, int> heights_;
  std::map<std::pair<const Node*, int>, bool> rows_;
};

int Pass::natural_width(const Node& node) {
  if (node.style.width > 0) return node.style.width;
  if (const auto found = natural_widths_.find(&node); found != natural_widths_.end()) {
    return found->second;
  }
  const int width = std::max(node.style.min_width, content_width(node) + across(inset(node.style)));
  natural_widths_.emplace(&node, width);
  return width;
}

int Pass::content_width(const Node& node) {
  if (!node.text.empty()) return texts_.unwrapped(node.text, node.style).width;
  const bool side_by_side =
      node.style.direction == Direction::row || node.style.direction == Direction::row_if_fits;
  int width = side_by_side ? gaps(node) : 0;
  for (const Node& child : node.children) {
    const int one = natural_width(child);
    width = side_by_side ? width + one : std::max(width, one);
  }
  return width;
}

int Pass::height_at(const Node& node, int width) {
  if (node.style.height > 0) return node.style.height;
  const std::pair<const Node*, int> key{&node, width};
  if (const auto found = heights_.find(key); found != heights_.end()) return found->second;
  const Edges edges = inset(node.style);
  const int height =
      std::max(node.style.min_height, content_height(node, width - across(edges)) + along(edges));
  heights_.emplace(key, height);
  return height;
}

int Pass::content_height(const Node& node, int width) {
  if (!node.text.empty()) return texts_.set(node.text, node.style, width).height();
  const bool side_by_side = is_row(node, width);
  const bool on_one_another = node.style.direction == Direction::stack;
  if (!side_by_side) {
    int height = on_one_another ? 0 : gaps(node);
    for (const Node& child : node.children) {
      const int own = node.style.align == Align::stretch || on_one_another
                          ? width
                          : std::min(width, natural_width(child));
      const int one = height_at(child, child.style.width > 0 ? child.style.width : own);
      height = on_one_another ? std::max(height, one) : height + one;
    }
    return height;
  }
  const Widths widths = row_widths(node, width);
  int above = 0;
  int below = 0;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const int one = height_at(node.children[i], widths[i]);
    const int line =
        node.style.align == Align::baseline ? baseline(node.children[i], widths[i]) : 0;
    above = std::max(above, line);
    below = std::max(below, one - line);
  }
  return above + below;
}

/// Of the first line of text, from the node's top.
int Pass::baseline(const Node& node, int width) {
  const Edges edges = inset(node.style);
  const int inner = width - across(edges);
  if (!node.text.empty()) {
    return edges.top + baseline_in_line(texts_.set(node.text, node.style, inner));
  }
  if (node.children.empty()) return height_at(node, width);
  const int first = is_row(node, inner) ? row_widths(node, inner).front() : inner;
  return edges.top + baseline(node.children.front(), first);
}

bool Pass::is_row(const Node& node, int inner_width) {
  if (node.style.direction != Direction::row_if_fits) {
    return node.style.direction == Direction::row;
  }
  const std::pair<const Node*, int> key{&node, inner_width};
  if (const auto found = rows_.find(key); found != rows_.end()) return found->second;
  const Widths widths = row_widths(node, inner_width);
  bool fit = true;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    fit = fit && texts_fit(node.children[i], widths[i]);
  }
  rows_.emplace(key, fit);
  return fit;
}

bool Pass::texts_fit(const Node& node, int width) {
  const int inner = width - across(inset(node.style));
  if (!node.text.empty()) {
    const Paragraph& text = texts_.wrapped(node.text, node.style, inner);
    return text.width <= inner &&
           static_cast<int>(text.lines.size()) <= std::max(1, node.style.max_lines);
  }
  const bool side_by_side = is_row(node, inner);
  const Widths widths = side_by_side ? row_widths(node, inner) : Widths();
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (!texts_fit(node.children[i], side_by_side ? widths[i] : inner)) return false;
  }
  return true;
}

/// The growing children share what the others leave. Without any, and with too little space, the
/// children that have no fixed width give way in proportion to their widths.
Widths Pass::row_widths(const Node& node, int inner_width) {
  Widths widths;
  Widths growing;
  Widths yielding;
  int free = inner_width - gaps(node);
  for (const Node& child : node.children) {
    const bool grows = child.style.grow > 0;
    const int own = grows ? child.style.min_width : natural_width(child);
    widths.push_back(own);
    growing.push_back(child.style.grow);
    yielding.push_back(grows || child.style.width > 0 ? 0 : own);
    free -= own;
  }
  share(free, free < 0 ? yielding : growing, widths);
  for (int& width : widths) width = std::max(0, width);
  return widths;
}

void Pass::report(Flaw::Kind kind, const Node& node, int excess) {
  flaws_.push_back({kind, name_of(node), excess});
}

Box Pass::place(const Node& node, const Rect& rect) {
  KIOSK_CHECK(node.text.empty() || node.children.empty());
  Box box{.rect = rect, .lines = {}, .children = {}};
  const Edges edges = inset(node.style);
  const Rect inner{rect.x + edges.left, rect.y + edges.top, std::max(0, rect.width - across(edges)),
                   std::max(0, rect.height - along(edges))};
  box.children.reserve(node.children.size());
  if (!node.text.empty()) {
    place_text(node, inner, box);
  } else if (node.style.direction == Direction::stack) {
    for (const Node& child : node.children) add_child(child, inner, inner, box);
  } else if (is_row(node, inner.width)) {
    place_row(node, inner, box);
  } else {
    place_column(node, inner, box);
  }
  return box;
}

void Pass::place_text(const Node& node, const Rect& inner, Box& box) {
  const Paragraph& text = texts_.set(node.text, node.style, inner.width);
  int top = inner.y + offset(inner.height - text.height(), node.style.justify);
  bool glyph_missing = false;
  for (const kiosk::text::GlyphRun& run : text.lines) {
    const int free = inner.width - static_cast<int>(run.width);
    box.lines.push_back(
        {run, inner.x + offset(free, node.style.text_align), top + baseline_in_line(text)});
    top += text.line_height;
    for (const kiosk::text::Glyph& glyph : run.glyphs) {
      glyph_missing = glyph_missing || glyph.id == 0;
    }
  }
  const int lines = static_cast<int>(text.lines.size());
  if (text.width > inner.width) {
    report(Flaw::Kind::text_too_wide, node, text.width - inner.width);
  }
  if (node.style.max_lines > 0 && lines > node.style.max_lines) {
    report(Flaw::Kind::too_many_lines, node, lines - node.style.max_lines);
  }
  if (text.height() > inner.height) {
    report(Flaw::Kind::text_too_high, node, text.height() - inner.height);
  }
  if (glyph_missing) report(Flaw::Kind::no_glyph, node, 0);
}

void Pass::place_row(const Node& node, const Rect& inner, Box& box) {
  const Widths widths = row_widths(node, inner.width);
  int used = gaps(node);
  int line = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    used += widths[i];
    if (node.style.align == Align::baseline) {
      line = std::max(line, baseline(node.children[i], widths[i]));
    }
  }
  const int free = std::max(0, inner.width - used);
  const bool between = node.style.justify == Justify::between && widths.size() > 1;
  int x = inner.x + (between ? 0 : offset(free, node.style.justify));
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const Node& child = node.children[i];
    const bool stretched = node.style.align == Align::stretch && child.style.height == 0;
    const int height = stretched ? inner.height : height_at(child, widths[i]);
    const int down = node.style.align == Align::baseline
                         ? line - baseline(child, widths[i])
                         : offset(inner.height - height, node.style.align);
    add_child(child, {x, inner.y + down, widths[i], height}, inner, box);
    x += widths[i] + node.style.gap;
    if (between) x += free / static_cast<int>(widths.size() - 1);
  }
}

void Pass::place_column(const Node& node, const Rect& inner, Box& box) {
  Widths widths;
  Widths heights;
  Widths growing;
  int used = 0;
  for (const Node& child : node.children) {
    const bool stretched = node.style.align == Align::stretch;
    const int wanted = stretched ? inner.width : std::min(inner.width, natural_width(child));
    widths.push_back(child.style.width > 0 ? child.style.width : wanted);
    heights.push_back(height_at(child, widths.back()));
    growing.push_back(node.style.direction == Direction::column ? child.style.grow : 0);
    used += heights.back();
  }
  const int spaces = static_cast<int>(heights.size()) - 1;
  int gap = node.style.gap;
  if (node.style.gap_least > 0 && spaces > 0 && used + spaces * gap > inner.height) {
    gap = std::clamp((inner.height - used) / spaces, node.style.gap_least, gap);
  }
  share(inner.height - used - std::max(0, spaces) * gap, growing, heights);
  used = std::max(0, spaces) * gap;
  for (int& height : heights) used += height = std::max(0, height);
  const int free = std::max(0, inner.height - used);
  const bool between = node.style.justify == Justify::between && spaces > 0;
  int y = inner.y + (between ? 0 : offset(free, node.style.justify));
  for (std::size_t i = 0; i < heights.size(); ++i) {
    const int x = inner.x + offset(inner.width - widths[i], node.style.align);
    add_child(node.children[i], {x, y, widths[i], heights[i]}, inner, box);
    y += heights[i] + gap;
    if (between) y += free / spaces;
  }
}

void Pass::add_child(const Node& child, const Rect& rect, const Rect& inner, Box& box) {
  if (!rect.empty() && !inner.contains(rect)) {
    const int excess = std::max({inner.x - rect.x, inner.y - rect.y, rect.right() - inner.right(),
                                 rect.bottom() - inner.bottom()});
    report(Flaw::Kind::child_outside, child, excess);
  }
  box.children.push_back(place(child, rect));
}

}  // namespace

// Written out for clang 14, as in node.cpp.
bool Box::operator==(const Box& other) const {
  return rect == other.rect && lines == other.lines && children == other.children;
}

Scene Layout::lay_out(Node root, const Setting& setting) {
  texts_.begin(setting.language, setting.theme.text_percent);
  Scene scene{.root = std::move(root), .box = {}, .flaws = {}};
  const Style& style = scene.root.style;
  Pass pass(texts_, scene.flaws);
  scene.box = pass.place(scene.root, {0, 0, style.width > 0 ? style.width : setting.canvas.width,
                                      style.height > 0 ? style.height : setting.canvas.height});
  return scene;
}

}  // namespace screens::ui
