#pragma once

#include "drivers/camera/frame.h"
#include "kiosk/base/result.h"

namespace drivers::camera {

/// The grey picture in a PNG, JPEG or binary PGM (8 bit) file.
///
/// Errors: camera/unknown_picture, camera/damaged_picture (also one that ends early: a torn MJPEG
/// frame), camera/too_large (a side over `side_max`).   Thread: any; pure.
kiosk::Result<Grey> read_picture(kiosk::ByteView file);

/// The grey picture of a frame of any format.
/// Errors: as read_picture, and camera/damaged_picture when there are fewer bytes than pixels.
kiosk::Result<Grey> to_grey(const Frame& frame);

/// The same for bytes that lie elsewhere; `shape.bytes` is not looked at.
kiosk::Result<Grey> to_grey(const Frame& shape, kiosk::ByteView bytes);

}  // namespace drivers::camera
