// A picture file, as a web camera's MJPEG or a folder gives it: unpacked, and searched for regions.
#include <cstdint>

#include "drivers/camera/cascade.h"
#include "drivers/camera/locate.h"
#include "drivers/camera/picture_file.h"
#include "kiosk/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drivers::camera;
  constexpr std::size_t pixels_max = 1 << 20;  // for speed
  const auto grey = read_picture({data, size});
  if (!grey || grey->pixels.size() > pixels_max) return 0;
  KIOSK_CHECK(grey->pixels.size() == std::size_t(grey->width) * std::size_t(grey->height));
  const auto regions = find_regions(grey->view());
  for (const Region& region : regions) KIOSK_CHECK(region.width > 0 && region.height > 0);
  static_cast<void>(plan_looks(regions));
  return 0;
}
