#pragma once

#include <optional>

#include "drivers/camera/frame.h"
#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

namespace drivers::camera {

/// Where frames come from.   Thread: its owner's.
class FrameSource {
 public:
  FrameSource() = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;
  virtual ~FrameSource() = default;

  /// Switches the camera on; no frames are taken before.
  /// Errors: camera/not_there, camera/busy, camera/no_permission, camera/unsupported, camera/io.
  virtual kiosk::Result<void> open() = 0;

  /// The newest frame; none when no good one came within the limit.
  /// Errors: camera/unplugged, camera/io; then it is closed and may be opened again later.
  virtual kiosk::Result<std::optional<Frame>> next(kiosk::Milliseconds limit) = 0;

  /// Switches it off.
  virtual void close() = 0;
};

}  // namespace drivers::camera
