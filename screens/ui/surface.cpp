#include "screens/ui/surface.h"

#include "kiosk/base/check.h"

namespace screens::ui {

void SurfaceDeleter::operator()(cairo_surface_t* surface) const {
  cairo_surface_destroy(surface);
}

Surface make_surface(Size pixels) {
  constexpr int side_max = 16384;
  KIOSK_CHECK(pixels.width > 0 && pixels.width <= side_max);
  KIOSK_CHECK(pixels.height > 0 && pixels.height <= side_max);
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels.width, pixels.height));
  KIOSK_CHECK(cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS);
  return surface;
}

Size size_of(const Surface& surface) {
  return {cairo_image_surface_get_width(surface.get()),
          cairo_image_surface_get_height(surface.get())};
}

kiosk::Result<void> write_png(const Surface& surface, const std::string& path) {
  const cairo_status_t status = cairo_surface_write_to_png(surface.get(), path.c_str());
  if (status == CAIRO_STATUS_SUCCESS) return {};
  return kiosk::fail("ui", "write_png", path + ": " + cairo_status_to_string(status));
}

}  // namespace screens::ui
