#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"
#include "screens/ui/geometry.h"
#include "screens/ui/surface.h"
#include "screens/ui/touch.h"

// The seam between the kiosk and whatever shows its screen: SDL on a display, nothing without one.

namespace screens::ui {

/// How a canvas lies in a window: as large as possible, in the middle.
struct Viewport {
  double scale = 1;
  /// Top left corner of the canvas, in window pixels.
  Point origin;

  bool operator==(const Viewport&) const = default;
};

Viewport fit_canvas(Size canvas, Size window);

/// Window pixels to logical pixels of the canvas.
Point to_logical(const Viewport& viewport, Point window_place);

/// Puts a 32 bit millisecond stamp, which wraps every 49 days, on a clock that does not. Stamps lie
/// before `now` (or a moment after, which counts as now).
kiosk::Milliseconds unwrapped(kiosk::Milliseconds now, std::uint32_t stamp_ms);

/// The user or the system asked the program to end.
struct CloseAsked {
  bool operator==(const CloseAsked&) const = default;
};
/// The window's contents are lost, or its size changed: paint at `viewport().scale` and present
/// all.
struct Exposed {
  bool operator==(const Exposed&) const = default;
};
/// Another thread called `wake`.
struct Woken {
  bool operator==(const Woken&) const = default;
};

using WindowEvent = std::variant<TouchEvent, CloseAsked, Exposed, Woken>;

/// Thread: the one that created it, except `wake`.
class Window {
 public:
  virtual ~Window() = default;

  /// The next event; none when `limit` passed without one. Several wake-ups may come as one.
  virtual std::optional<WindowEvent> wait(kiosk::Milliseconds limit) = 0;
  /// Makes `wait` return soon. Thread: any.
  virtual void wake() = 0;
  /// How the canvas lies in the window now; its scale is that of the surface to present.
  virtual Viewport viewport() const = 0;
  /// Shows the surface; `changed` (surface pixels) is what differs from the last one.
  virtual void present(const Surface& surface, const Rect& changed) = 0;
  /// The monotonic clock of the touch events.
  virtual kiosk::Milliseconds ticks() const = 0;
};

struct WindowOptions {
  enum class Mode { fullscreen, sized };
  Mode mode = Mode::fullscreen;
  std::string title = "Kiosk";
  /// Logical size of what is shown.
  Size canvas = {canvas_width, canvas_height};
  /// Window size for Mode::sized; 0 x 0: as large as the display allows.
  Size size;
};

/// Opens a window with a software surface. Sets SDL's environment hints; one window a process.
/// Errors: ui/no_display with SDL's reason.
kiosk::Result<std::unique_ptr<Window>> open_window(const WindowOptions& options);

}  // namespace screens::ui
