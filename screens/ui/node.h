#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// A screen as plain data. The tree is the one truth about a screen: layout, painter, touch, focus
// and speech order, automation and the checks over texts and contrast all read it. Screens are
// written with the builders of kit.h; every length is a logical pixel of the 1080 x 1920 canvas
// (4.0 px a millimetre).

namespace screens::ui {

enum class Role { screen, group, heading, text, label, button, field, picture, status, strip };

enum class Enabled { yes, no };

/// Colours by what they are for; theme.h says which they are.
enum class Color {
  none,
  paper,
  card,
  ink,
  ink2,
  line,
  teal,
  teal_press,
  teal_soft,
  teal_line,
  amber,
  amber_soft,
  amber_line,
  green,
  green_soft,
  green_line,
  red,
  red_soft,
  red_line,
  white,
  white_veil,
};

/// `row_if_fits` is a row while every text in it fits on its lines, else a column (translations
/// differ in length); in `stack` the children lie on one another, later ones in front.
enum class Direction { column, row, row_if_fits, stack };

/// Across the direction. `baseline` (rows only) puts the first lines of text on one line.
enum class Align { stretch, start, center, end, baseline };

/// Along the direction; for a leaf, where its text or picture stands in its height.
enum class Justify { start, center, end, between };

enum class TextAlign { start, center, end };
enum class Weight { regular, bold };

/// `wrap` breaks lines; `shrink` makes the text smaller until it needs no more than `max_lines`,
/// down to half its size: names and numbers are fitted, never cut.
enum class Fit { wrap, shrink };

/// What is drawn as vectors by pictures.cpp, in the node's `color`.
enum class Picture {
  none,
  // Icons, on a square.
  check,
  check_disc,
  cross,
  warning,
  warning_disc,
  info_disc,
  question,
  clock,
  globe,
  printer,
  phone,
  qr_code,
  barcode,
  no_card,
  id_card,
  hospital,
  person,
  backspace,
  paper_out,
  network_off,
  arrow_up,
  arrow_down,
  arrow_left,
  arrow_right,
  turn_left,
  turn_right,
  stairs,
  lift,
  wheelchair,
  // Illustrations, 952 x 560.
  card_above_reader,
  code_above_scanner,
  lift_card,
  take_ticket,
};

/// A finished picture (the printed paper, for instance): row-major, one byte a pixel, 0 black.
struct Bitmap {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> grey;

  bool operator==(const Bitmap&) const = default;
};

struct Edges {
  int top = 0;
  int right = 0;
  int bottom = 0;
  int left = 0;

  bool operator==(const Edges&) const = default;
};

/// The same on all four sides.
constexpr Edges all(int px) {
  return {px, px, px, px};
}
/// `y` above and below, `x` left and right.
constexpr Edges sides(int y, int x) {
  return {y, x, y, x};
}

/// How a node is laid out and painted. Written with designated initialisers: only what differs.
struct Style {
  Direction direction = Direction::column;
  int gap = 0;
  /// How small a column's gap may become where the children would not fit; 0: it stays.
  int gap_least = 0;
  Edges padding = {};
  /// Its share of the space that is left: in a row of all that the others leave (equal shares give
  /// equal widths), in a column of what is free beyond the contents or,
  /// where the contents are too high, of what must give way.
  int grow = 0;
  /// Fixed outer size; 0: as the content and the parent want it.
  int width = 0;
  int height = 0;
  int min_width = 0;
  int min_height = 0;
  Align align = Align::stretch;
  Justify justify = Justify::start;

  Color fill = Color::none;
  Color border_color = Color::none;
  int border = 0;
  int radius = 0;
  /// The children's paint stays inside the rounded corners.
  bool clip = false;

  Color color = Color::ink;
  int font_size = 44;
  Weight weight = Weight::regular;
  TextAlign text_align = TextAlign::start;
  int line_height_percent = 135;
  /// 0: as many as the text needs.
  int max_lines = 0;
  Fit fit = Fit::wrap;

  bool operator==(const Style&) const = default;
};

/// One thing on a screen. It has a text, or a picture, or a bitmap, or children: one of these.
struct Node {
  Role role = Role::group;
  std::string text = {};
  /// What pressing it asks for; empty: it cannot be pressed.
  std::string action = {};
  Enabled enabled = Enabled::yes;
  Picture picture = Picture::none;
  std::shared_ptr<const Bitmap> bitmap = {};
  Style style = {};
  std::vector<Node> children = {};

  bool operator==(const Node&) const;
};

/// What speech and automation call a node: its text, or those of its descendants in reading order,
/// separated by one space.
std::string name_of(const Node& node);

}  // namespace screens::ui
