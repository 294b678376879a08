#pragma once

#include <cstdint>

#include "screens/ui/node.h"

// The tokens of the look, as data.

namespace screens::ui {

struct Rgba {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  std::uint8_t alpha = 255;

  bool operator==(const Rgba&) const = default;
};

constexpr int canvas_width = 1080;
constexpr int canvas_height = 1920;
constexpr int px_per_mm = 4;

/// Lengths that screens share.
namespace measure {
constexpr int margin = 64;
constexpr int body_top = 52;
constexpr int head_height = 150;
constexpr int foot_height = 160;
constexpr int radius = 36;
constexpr int body_bottom = 36;
constexpr int gap = 36;
constexpr int gap_least = 20;
constexpr int row_gap = 32;
constexpr int card_padding = 48;
constexpr int primary_height = 160;
constexpr int secondary_height = 144;
constexpr int minor_height = 132;
constexpr int more_time_height = 112;
constexpr int pill_height = 104;
}  // namespace measure

/// Font sizes by what is said with them.
namespace type {
constexpr int key = 36;
constexpr int pill = 38;
constexpr int org = 40;
constexpr int tag = 40;
constexpr int more_time = 40;
constexpr int minor_button = 44;
constexpr int body = 44;
constexpr int choice = 46;
constexpr int secondary_button = 48;
constexpr int value = 56;
constexpr int outcome = 60;
constexpr int primary_button = 64;
constexpr int place = 72;
constexpr int heading = 80;
constexpr int time = 112;
constexpr int number = 300;
}  // namespace type

/// What a site may change: now the size of all text (large text is 125).
struct Theme {
  int text_percent = 100;

  bool operator==(const Theme&) const = default;
};

/// The colour of a token; `none` is fully transparent.
Rgba rgba(Color color);

/// The colour a pressable thing's fill takes while a finger is on it.
Color pressed_fill(Color fill);

/// WCAG 2.1 contrast ratio of two opaque colours, 1.0 to 21.0.
double contrast(Rgba a, Rgba b);

}  // namespace screens::ui
