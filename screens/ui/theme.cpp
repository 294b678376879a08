#include "screens/ui/theme.h"

#include <algorithm>
#include <cmath>

#include "kiosk/base/check.h"

namespace screens::ui {
namespace {

constexpr Rgba hex(std::uint32_t rgb, std::uint8_t alpha = 255) {
  return {static_cast<std::uint8_t>(rgb >> 16), static_cast<std::uint8_t>(rgb >> 8),
          static_cast<std::uint8_t>(rgb), alpha};
}

double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(Rgba color) {
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

}  // namespace

Rgba rgba(Color color) {
  switch (color) {
    case Color::none:
      return hex(0, 0);
    case Color::paper:
      return hex(0xF7F5F0);
    case Color::card:
      return hex(0xFFFFFF);
    case Color::ink:
      return hex(0x12303A);
    case Color::ink2:
      return hex(0x4A636C);
    case Color::line:
      return hex(0xD9DED9);
    case Color::teal:
      return hex(0x0A6A68);
    case Color::teal_press:
      return hex(0x07504F);
    case Color::teal_soft:
      return hex(0xE1F0EE);
    case Color::teal_line:
      return hex(0xBFDDD9);
    case Color::amber:
      return hex(0x8A5200);
    case Color::amber_soft:
      return hex(0xFFF1D6);
    case Color::amber_line:
      return hex(0xF0D9A8);
    case Color::green:
      return hex(0x1F6B43);
    case Color::green_soft:
      return hex(0xE2F3E8);
    case Color::green_line:
      return hex(0xB9DEC8);
    case Color::red:
      return hex(0xA3341F);
    case Color::red_soft:
      return hex(0xFBE7E2);
    case Color::red_line:
      return hex(0xEBC0B5);
    case Color::white:
      return hex(0xFFFFFF);
    case Color::white_veil:
      return hex(0xFFFFFF, 0x26);
  }
  KIOSK_CHECK(false);
  return {};
}

Color pressed_fill(Color fill) {
  switch (fill) {
    case Color::teal:
      return Color::teal_press;
    case Color::teal_soft:
      return Color::teal_line;
    case Color::amber_soft:
      return Color::amber_line;
    case Color::red_soft:
      return Color::red_line;
    case Color::green_soft:
      return Color::green_line;
    case Color::paper:
    case Color::card:
    case Color::white:
    case Color::none:
      return Color::teal_soft;
    default:
      return fill;
  }
}

double contrast(Rgba a, Rgba b) {
  const double first = luminance(a);
  const double second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

}  // namespace screens::ui
