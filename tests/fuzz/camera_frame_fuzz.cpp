// A small grey frame, 8 columns in the first byte's terms: every way to look at it, without ZXing.
#include <algorithm>
#include <cstdint>

#include "drivers/camera/bars.h"
#include "drivers/camera/locate.h"
#include "drivers/camera/module_grid.h"
#include "drivers/camera/picture_file.h"
#include "drivers/camera/prepare.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drivers::camera;
  if (size < 3) return 0;
  const int width = 1 + data[0];
  Frame frame{data[1] % 2 == 0 ? PixelFormat::grey : PixelFormat::yuyv, width, 0, width * 2, {}};
  frame.height =
      static_cast<int>(std::min<std::size_t>((size - 2) / std::size_t(frame.stride), 255));
  frame.bytes.assign(data + 2, data + size);
  const auto grey = to_grey(frame);
  if (!grey) return 0;
  for (const Region& region : find_regions(grey->view())) {
    static_cast<void>(bars_of(grey->view(), region, {6, 1.7}));
    static_cast<void>(modules_of(grey->view(), region, {1.5, 0.3, 0}));
  }
  static_cast<void>(flattened(stretched(grey->view()).view(), 9));
  static_cast<void>(rotated(halved(smoothed(grey->view()).view()).view(), 0.4));
  return 0;
}
