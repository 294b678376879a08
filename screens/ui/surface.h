#pragma once

#include <cairo.h>

#include <memory>
#include <string>

#include "kiosk/base/result.h"
#include "screens/ui/geometry.h"

namespace screens::ui {

struct SurfaceDeleter {
  void operator()(cairo_surface_t* surface) const;
};

/// An opaque software picture, 32 bits a pixel (CAIRO_FORMAT_RGB24).
using Surface = std::unique_ptr<cairo_surface_t, SurfaceDeleter>;

/// A black surface; the size is in device pixels, each side 1..16384.
Surface make_surface(Size pixels);

Size size_of(const Surface& surface);

/// Errors: ui/write_png, naming the file and why.
kiosk::Result<void> write_png(const Surface& surface, const std::string& path);

}  // namespace screens::ui
