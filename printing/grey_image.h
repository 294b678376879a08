#pragma once

#include <cstdint>
#include <vector>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace printing {

inline constexpr int image_side_max = 2048;

/// A grey picture, row-major, 0 black .. 255 white.
struct GreyImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;

  bool operator==(const GreyImage&) const = default;
};

/// Decodes a PNG of any colour type, laid over white.
///
/// Errors: image/bad; image/too_large if a side exceeds `image_side_max`.   Thread: any; pure.
kiosk::Result<GreyImage> read_png(kiosk::ByteView png);

/// The picture made smaller to `width`, each new pixel the mean of what it covers; unchanged when
/// it is no wider.
GreyImage shrink(const GreyImage& image, int width);

}  // namespace printing
