#include "printing/ticket_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "kiosk/base/overloaded.h"
#include "printing/cell_text.h"

namespace printing {
namespace {

namespace text = kiosk::text;

constexpr int line_dots = 2;  // of rules and underlines: a quarter of a millimetre
constexpr int curve_dots = 6;
// Noto CJK's em box ends 0.12 em beneath the baseline; Latin descenders reach to about 0.22.
constexpr float baseline_from_bottom_em = 0.12F;
constexpr int invert_margin_dots = 3;

enum class Paint { black, white };

/// Glyphs in a picture, drawn or erased.
class Ink : public text::Target {
 public:
  Ink(Picture& picture, Paint paint) : picture_(picture), paint_(paint) {}

  text::Area area() const override { return {0, 0, picture_.width_dots, picture_.height_dots}; }
  void row(int x, int y, std::span<const std::uint8_t> coverage) override {
    for (const std::uint8_t value : coverage) {
      if (value >= 128) {
        paint_ == Paint::black ? picture_.set_black(x, y) : picture_.set_white(x, y);
      }
      ++x;
    }
  }

 private:
  Picture& picture_;
  Paint paint_;
};

/// A part of a text that is set as one: full-width characters, or letters and single spaces.
struct Segment {
  std::string text;
  int first_cell = 0;
  int cells = 0;
  int glyph_cells = 1;  ///< of each character: 1 or 2
};

std::vector<Segment> segments_of(const LaidText& laid) {
  std::vector<Segment> segments;
  const int wide = laid.look.wide();
  int cell = 0;
  int spaces = 0;
  for (const Cluster& cluster : clusters_of(laid.text, laid.look)) {
    const int cells = cluster.cells * wide;
    if (cluster.space()) {
      ++spaces;
    } else {
      const bool apart = segments.empty() || spaces > 1 ||
                         segments.back().glyph_cells != cluster.cells ||
                         (spaces > 0 && cluster.cells == 2);
      if (apart) {
        segments.push_back({{}, cell, 0, cluster.cells});
      } else if (spaces == 1) {
        segments.back().text += ' ';
      }
      segments.back().text += cluster.text;
      segments.back().cells = cell + cells - segments.back().first_cell;
      spaces = 0;
    }
    cell += cells;
  }
  return segments;
}

class Artist {
 public:
  /// All x count from `margin`.
  Artist(Picture& picture, text::Fonts& fonts, int margin)
      : picture_(picture), fonts_(fonts), margin_(margin) {}

  void draw_rule(const RuleRow& row, int y) {
    fill(row.area.left * cell_dots, y + row_dots / 2 - line_dots / 2, row.area.width * cell_dots,
         line_dots);
  }

  void draw_row(const TextRow& row, int y, int height);
  void draw_frame(const FrameRow& row, int y, int height);
  void draw_image(const ImageRow& row, int y);
  void draw_symbol(const SymbolRow& row, int y);

 private:
  void draw_text(const LaidText& laid, int left, int bottom);
  void draw_segment(const Segment& segment, const LaidText& laid, int left, int bottom,
                    int slack_dots);
  void draw_run(const text::GlyphRun& run, float x, int bottom, const LaidText& laid);
  void fill(int x, int y, int width, int height);
  void draw_fence(const Fence& fence, int y, int legs_from, int legs_to, bool round_left,
                  bool round_right);

  Picture& picture_;
  text::Fonts& fonts_;
  int margin_;
};

void Artist::fill(int x, int y, int width, int height) {
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column) picture_.set_black(margin_ + column, row);
  }
}

text::Style style_of(const Look& look) {
  text::Style style;
  style.size_px = static_cast<float>(row_dots * look.high());
  style.weight = look.emphasis == Toggle::on ? text::Weight::bold : text::Weight::regular;
  style.figures = text::Figures::tabular;
  style.stretch = static_cast<float>(look.wide()) / static_cast<float>(look.high());
  return style;
}

void Artist::draw_run(const text::GlyphRun& run, float x, int bottom, const LaidText& laid) {
  Ink ink(picture_, laid.look.invert == Toggle::on ? Paint::white : Paint::black);
  const float em = static_cast<float>(row_dots * laid.look.high());
  const float baseline = static_cast<float>(bottom) - std::round(em * baseline_from_bottom_em);
  fonts_.draw(run, {static_cast<float>(margin_) + x, baseline}, text::Ink::mono, ink);
}

void Artist::draw_segment(const Segment& segment, const LaidText& laid, int left, int bottom,
                          int slack_dots) {
  text::Style style = style_of(laid.look);
  const auto room = static_cast<float>(segment.cells * cell_dots);
  const float x = static_cast<float>(left + segment.first_cell * cell_dots);
  text::GlyphRun run = fonts_.shape(segment.text, style);
  if (segment.glyph_cells == 2 && std::abs(run.width - room) > 1) {
    // Some of these come from a typeface with another advance: each to its own cells.
    const auto each = static_cast<float>(2 * laid.look.wide() * cell_dots);
    float at = x;
    for (const Cluster& cluster : clusters_of(segment.text, laid.look)) {
      text::GlyphRun single = fonts_.shape(cluster.text, style);
      if (single.width > each) {
        text::Style narrow = style;
        narrow.stretch *= each / single.width;
        single = fonts_.shape(cluster.text, narrow);
      }
      draw_run(single, at + (each - single.width) / 2, bottom, laid);
      at += each;
    }
    return;
  }
  const float most = room + static_cast<float>(slack_dots);
  if (run.width > most) {
    style.stretch *= most / run.width;
    run = fonts_.shape(segment.text, style);
  }
  draw_run(run, x + std::round((room - run.width) * static_cast<float>(laid.align) / 2), bottom,
           laid);
}

void Artist::draw_text(const LaidText& laid, int left, int bottom) {
  const int width = laid.cells * cell_dots;
  const int high = laid.look.high();
  if (laid.look.invert == Toggle::on) {
    fill(left, bottom - row_dots * high, width, row_dots * high + invert_margin_dots);
  }
  const std::vector<Segment> segments = segments_of(laid);
  const bool bound = laid.look.invert == Toggle::on || laid.look.underline == Toggle::on;
  for (const Segment& segment : segments) {
    const bool last = &segment == &segments.back();
    const bool free = segments.size() == 1 || (last && laid.align == Align::left);
    draw_segment(segment, laid, left, bottom, free && !bound ? laid.slack_dots : 0);
  }
  if (laid.look.underline == Toggle::on) fill(left, bottom, width, line_dots * ((high + 1) / 2));
}

void Artist::draw_row(const TextRow& row, int y, int height) {
  const int left = row.area.left * cell_dots;
  const int bottom = y + row.lead_dots + row.high * row_dots;
  for (const int bar : row.bars) {
    fill(left + bar * cell_dots + cell_dots / 2 - line_dots / 2, y, line_dots, height);
  }
  for (const LaidText& laid : row.texts) draw_text(laid, left + laid.x_dots, bottom);
}

/// The bars of a fence stand in the middle of their cells.
std::vector<int> bars_of(const Fence& fence) {
  std::vector<int> bars = {fence.left * cell_dots + cell_dots / 2};
  for (const int width : fence.widths) bars.push_back(bars.back() + (width + 1) * cell_dots);
  return bars;
}

void Artist::draw_fence(const Fence& fence, int y, int legs_from, int legs_to, bool round_left,
                        bool round_right) {
  const std::vector<int> bars = bars_of(fence);
  const int middle = y + row_dots / 2 - line_dots / 2;
  const bool down = legs_to > middle + line_dots;
  const int start = bars.front() + (round_left ? curve_dots : -line_dots / 2);
  const int end = bars.back() + (round_right ? -curve_dots : line_dots / 2);
  fill(start, middle, end - start, line_dots);
  for (const int bar : bars) {
    const bool round = (bar == bars.front() && round_left) || (bar == bars.back() && round_right);
    const int from = round && down ? middle + curve_dots : legs_from;
    const int to = round && !down ? middle + line_dots - curve_dots : legs_to;
    fill(bar - line_dots / 2, from, line_dots, to - from);
    if (!round) continue;
    // A quarter circle between the leg and the rule.
    const int side = bar == bars.front() ? 1 : -1;
    constexpr std::array<int, 6> depth = {6, 4, 2, 1, 1, 0};
    for (int i = 0; i < curve_dots; ++i) {
      const int dy = depth[static_cast<std::size_t>(i)];
      const int x = bar + side * i - (side > 0 ? line_dots / 2 : 0);
      fill(x, down ? middle + dy : middle - dy, 1, line_dots);
    }
  }
}

void Artist::draw_frame(const FrameRow& row, int y, int height) {
  const int middle = y + row_dots / 2;
  const auto left_of = [](const Fence& a, const Fence& b) { return a.left < b.left; };
  const auto right_of = [](const Fence& a, const Fence& b) {
    return bars_of(a).back() > bars_of(b).back();
  };
  if (row.above) {
    draw_fence(*row.above, y, y, middle + line_dots / 2,
               !row.below || left_of(*row.above, *row.below),
               !row.below || right_of(*row.above, *row.below));
  }
  if (row.below) {
    draw_fence(*row.below, y, middle - line_dots / 2, y + height,
               !row.above || left_of(*row.below, *row.above),
               !row.above || right_of(*row.below, *row.above));
  }
}

/// Grey becomes dots by spreading each dot's error over its neighbours (Floyd and Steinberg, 1976);
/// the paper's darkening is evened out by gamma 1.8, the reference's default.
void Artist::draw_image(const ImageRow& row, int y) {
  const GreyImage& image = *row.image;
  std::array<float, 256> light{};
  for (std::size_t i = 0; i < light.size(); ++i) {
    light[i] = 255 * std::pow(static_cast<float>(i) / 255, 1 / 1.8F);
  }
  const auto width = static_cast<std::size_t>(image.width);
  std::vector<float> here(width + 2);
  std::vector<float> below(width + 2);
  for (int dy = 0; dy < image.height; ++dy) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t at = static_cast<std::size_t>(dy) * width + x;
      const float wanted = light[image.pixels[at]] + here[x + 1];
      const float got = wanted < 128 ? 0.0F : 255.0F;
      if (got == 0) picture_.set_black(margin_ + row.x_dots + static_cast<int>(x), y + dy);
      const float error = wanted - got;
      here[x + 2] += error * 7 / 16;
      below[x] += error * 3 / 16;
      below[x + 1] += error * 5 / 16;
      below[x + 2] += error * 1 / 16;
    }
    here.swap(below);
    std::fill(below.begin(), below.end(), 0.0F);
  }
}

void Artist::draw_symbol(const SymbolRow& row, int y) {
  const Symbol& symbol = row.symbol;
  int top = y;
  for (const std::vector<char>& fields : symbol.rows) {
    int x = row.x_dots;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i] == 1) fill(x, top, symbol.column_dots[i], symbol.row_dots);
      x += symbol.column_dots[i];
    }
    top += symbol.row_dots;
  }
  if (symbol.hri.empty()) return;
  const int cells = cells_of(symbol.hri);
  const LaidText laid{0, cells, 0, Look{}, Align::center, symbol.hri};
  const int x = row.x_dots + (symbol.width_dots() - cells * cell_dots) / 2;
  draw_text(laid, x, top + 2 + row_dots);
}

}  // namespace

Picture draw(const Layout& layout, text::Fonts& fonts, int width_dots) {
  const int width = std::max(width_dots, layout.cells * cell_dots);
  Picture picture(width, layout.height_dots);
  Artist artist(picture, fonts, (width - layout.cells * cell_dots) / 2);
  for (std::size_t i = 0; i < layout.items.size(); ++i) {
    const LayoutItem& item = layout.items[i];
    const int y = item.y_dots;
    const bool last = i + 1 == layout.items.size();
    const int height = (last ? layout.height_dots : layout.items[i + 1].y_dots) - y;
    std::visit(
        kiosk::overloaded{[&](const TextRow& row) { artist.draw_row(row, y, height); },
                          [&](const RuleRow& row) { artist.draw_rule(row, y); },
                          [&](const FrameRow& row) { artist.draw_frame(row, y, height); },
                          [&](const ImageRow& row) { artist.draw_image(row, y + row.lead_dots); },
                          [&](const SymbolRow& row) { artist.draw_symbol(row, y + row.lead_dots); },
                          [&](const CutRow&) {
                            picture.marks.push_back({y, {}});
                          },
                          [&](const CommandRow& row) {
                            picture.marks.push_back({y, row.bytes});
                          }},
        item.row);
  }
  return picture;
}

}  // namespace printing
