#pragma once

#include <string>

#include "kiosk/text/fonts.h"
#include "screens/ui/layout.h"
#include "screens/ui/surface.h"

namespace screens::ui {

/// Draws scenes into a software surface and only what differs from the last one.
/// Thread: one at a time, as its Fonts. Holds the last scene until the next `paint`.
class Painter {
 public:
  /// Borrows `fonts` for its life.
  explicit Painter(kiosk::text::Fonts& fonts) : fonts_(fonts) {}

  /// Draws the scene, with the nodes of action `pressed` as pressed; `scale` is device pixels a
  /// logical pixel, 0.1 to 4. Gives the part of the surface that changed, in device pixels; empty
  /// when the scene looks as the last one did.
  Rect paint(const Scene& scene, const std::string& pressed, double scale);

  /// What was painted last; none before the first `paint`.
  const Surface& surface() const { return surface_; }

 private:
  kiosk::text::Fonts& fonts_;
  Surface surface_;
  Scene scene_;
  std::string pressed_;
  double scale_ = 0;
};

}  // namespace screens::ui
