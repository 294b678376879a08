#include "screens/ui/window.h"

#include <algorithm>
#include <cmath>

namespace screens::ui {

Viewport fit_canvas(Size canvas, Size window) {
  constexpr double scale_min = 0.1;
  constexpr double scale_max = 4;
  const double scale = std::clamp(std::min(static_cast<double>(window.width) / canvas.width,
                                           static_cast<double>(window.height) / canvas.height),
                                  scale_min, scale_max);
  const Size shown{static_cast<int>(std::lround(canvas.width * scale)),
                   static_cast<int>(std::lround(canvas.height * scale))};
  return {scale, {(window.width - shown.width) / 2, (window.height - shown.height) / 2}};
}

Point to_logical(const Viewport& viewport, Point window_place) {
  const auto logical = [&](int at, int origin) {
    return static_cast<int>(std::floor((at - origin) / viewport.scale));
  };
  return {logical(window_place.x, viewport.origin.x), logical(window_place.y, viewport.origin.y)};
}

kiosk::Milliseconds unwrapped(kiosk::Milliseconds now, std::uint32_t stamp_ms) {
  const std::uint32_t age = static_cast<std::uint32_t>(now.count()) - stamp_ms;
  constexpr std::uint32_t future = 0x8000'0000U;
  return age >= future ? now : now - kiosk::Milliseconds(age);
}

}  // namespace screens::ui
