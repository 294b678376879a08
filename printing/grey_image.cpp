#include "printing/grey_image.h"

#include <algorithm>

namespace printing {
namespace {

/// The pixels of `from` that pixel `at` of `to` covers, at least one.
struct Range {
  int begin = 0;
  int end = 0;
};

Range covered(int at, int to, int from) {
  const int begin = at * from / to;
  return {begin, std::max(begin + 1, (at + 1) * from / to)};
}

std::uint8_t mean(const GreyImage& image, Range xs, Range ys) {
  int sum = 0;
  for (int y = ys.begin; y < ys.end; ++y) {
    for (int x = xs.begin; x < xs.end; ++x) {
      sum += image.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                          static_cast<std::size_t>(x)];
    }
  }
  return static_cast<std::uint8_t>(sum / ((xs.end - xs.begin) * (ys.end - ys.begin)));
}

}  // namespace

GreyImage shrink(const GreyImage& image, int width) {
  if (width <= 0 || image.width <= width) return image;
  const int height = std::max(1, image.height * width / image.width);
  GreyImage small{width, height, {}};
  small.pixels.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      small.pixels.push_back(
          mean(image, covered(x, width, image.width), covered(y, height, image.height)));
    }
  }
  return small;
}

}  // namespace printing
