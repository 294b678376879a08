#pragma once

#include <string>
#include <vector>

#include "kiosk/text/fonts.h"
#include "screens/ui/geometry.h"
#include "screens/ui/node.h"
#include "screens/ui/theme.h"
#include "screens/ui/typeset.h"

// Node tree -> rectangles and lines of text. The rules are a small part of CSS flexbox: children
// follow one another in a row or column, `grow` shares what is left, everything else is as large
// as its content. Nothing is ever cut: what does not fit is laid out all the same and reported.

namespace screens::ui {

/// One line of text; `x` and `baseline` are its start on the canvas.
struct Line {
  kiosk::text::GlyphRun run;
  int x = 0;
  int baseline = 0;

  bool operator==(const Line&) const = default;
};

/// Where a node came to lie; children in the order of the node's children.
struct Box {
  Rect rect;
  std::vector<Line> lines;
  std::vector<Box> children;

  bool operator==(const Box&) const;
};

/// What a reader would see as wrong.
struct Flaw {
  enum class Kind {
    text_too_wide,   ///< a line sticks out of its node
    too_many_lines,  ///< more than the style's `max_lines`
    text_too_high,   ///< the lines stick out of their node
    child_outside,   ///< a node sticks out of the one around it
    no_glyph,        ///< no font has one of the characters
  };
  Kind kind;
  /// The node, by its name.
  std::string node;
  /// By how much it sticks out, in pixels or lines.
  int excess = 0;

  bool operator==(const Flaw&) const = default;
};

/// A screen laid out: what painter, touch and automation work on.
struct Scene {
  Node root;
  Box box;
  std::vector<Flaw> flaws;

  bool operator==(const Scene&) const = default;
};

struct Setting {
  Theme theme;
  /// BCP 47 language of the screen's texts.
  std::string language = "zh-Hans";
  Size canvas = {canvas_width, canvas_height};

  bool operator==(const Setting&) const = default;
};

/// Lays screens out. Thread: one at a time, as its Fonts. Deterministic; never fails.
class Layout {
 public:
  /// Borrows `fonts` for its life.
  explicit Layout(kiosk::text::Fonts& fonts) : texts_(fonts) {}

  /// The screen in the whole canvas.
  Scene lay_out(Node root, const Setting& setting);

 private:
  Typesetter texts_;
};

}  // namespace screens::ui
