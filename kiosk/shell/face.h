#pragma once

#include <string>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"
#include "kiosk/journeys/model.h"

namespace kiosk::shell {

/// One node of what is on the screen, in logical pixels (1080 x 1920), in reading order.
struct SceneNode {
  std::string role;
  std::string text;
  std::string action;  ///< empty: cannot be pressed
  bool enabled = true;
  double x = 0, y = 0, width = 0, height = 0;

  bool operator==(const SceneNode&) const = default;
};

/// What the shell needs of a screen. All calls but `wake` on the UI thread.
class Face {
 public:
  virtual ~Face() = default;

  /// Shows the model; does nothing when that changes no pixel.
  virtual void show(const journeys::Model& model) = 0;
  /// Waits for touches, at most `limit`; returns the actions that were tapped by the rules of
  /// touch.
  virtual std::vector<std::string> wait(Milliseconds limit) = 0;
  /// Ends a `wait` that is under way, or the next one. Thread: any.
  virtual void wake() = 0;
  /// The person closed the window (only where there is a desktop).
  virtual bool closed() const = 0;

  virtual std::vector<SceneNode> nodes() const = 0;
  /// The action of the enabled node at a point in logical pixels; empty when there is none.
  virtual std::string hit(double x, double y) const = 0;
  /// Writes what is shown as a PNG. Errors: shell/screenshot.
  virtual Result<void> screenshot(const std::string& path) = 0;
};

}  // namespace kiosk::shell
