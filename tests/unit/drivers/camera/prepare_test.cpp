#include "drivers/camera/prepare.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

using namespace drivers::camera;

namespace {

template <typename Light>
Grey painted(int width, int height, Light light) {
  Grey grey(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) grey.row(y)[x] = static_cast<std::uint8_t>(light(x, y));
  }
  return grey;
}

/// Upright bars, `pitch` pixels each.
Grey bars(int width, int height, int pitch, int dark, int light) {
  return painted(width, height, [=](int x, int) { return x / pitch % 2 == 0 ? dark : light; });
}

int at(const Grey& grey, int x, int y) {
  return grey.view().row(y)[x];
}

}  // namespace

TEST_CASE("prepare: a part is cut to what there is") {
  const Grey grey = painted(20, 10, [](int x, int y) { return x + 10 * y; });
  const GreyView part = part_of(grey.view(), -5, 4, 12, 100);
  CHECK(part.width == 7);
  CHECK(part.height == 6);
  CHECK(part.row(0)[0] == 40);
  CHECK(part_of(grey.view(), 30, 30, 5, 5).width == 0);
  CHECK(inverted(inverted(part).view()) == copy_of(part));
}

TEST_CASE("prepare: faint light and dark are stretched to white and black") {
  const Grey grey = stretched(bars(40, 8, 4, 100, 120).view());
  CHECK(at(grey, 0, 0) == 0);
  CHECK(at(grey, 4, 0) == 255);
  CHECK(stretched(bars(8, 8, 4, 77, 77).view()).pixels.size() == 64);
}

TEST_CASE("prepare: flattening brings bars in the shade and in the light to one threshold") {
  const Grey slope = painted(240, 60, [](int x, int) {
    const int light = 20 + x * 4 / 5;
    return x / 6 % 2 == 0 ? light / 3 : light;
  });
  const Grey flat = flattened(slope.view(), 31);
  for (int x = 15; x < 225; ++x) {
    if (x % 6 < 2 || x % 6 > 3) continue;  // the middle of a bar
    CAPTURE(x);
    CHECK((at(flat, x, 30) < 128) == (x / 6 % 2 == 0));
  }
}

TEST_CASE("prepare: smoothing takes noise away, sharpening gives blurred bars back") {
  const Grey noisy =
      painted(60, 60, [](int x, int y) { return 128 + ((x * 7 + y * 13) % 5 - 2) * 20; });
  const auto spread = [](const Grey& grey) {
    double sum = 0;
    for (const std::uint8_t pixel : grey.pixels) sum += std::abs(pixel - 128.0);
    return sum / static_cast<double>(grey.pixels.size());
  };
  CHECK(spread(smoothed(noisy.view())) < 0.6 * spread(noisy));

  const Grey blurred = smoothed(smoothed(bars(60, 20, 3, 40, 200).view()).view());
  const Grey sharp = sharpened(blurred.view(), 1.0, 4);
  const auto contrast = [](const Grey& grey) { return at(grey, 31, 10) - at(grey, 28, 10); };
  CHECK(std::abs(contrast(sharp)) > 1.2 * std::abs(contrast(blurred)));
}

TEST_CASE("prepare: halved and doubled keep the picture, at their size") {
  const Grey grey = bars(48, 24, 8, 30, 220);
  const Grey half = halved(grey.view());
  CHECK(half.width == 24);
  CHECK(at(half, 2, 5) == 30);
  CHECK(at(half, 6, 5) == 220);
  const Grey twice = doubled(grey.view());
  CHECK(twice.width == 96);
  CHECK(twice.height == 48);
  CHECK(at(twice, 8, 20) == 30);
  CHECK(at(twice, 24, 20) == 220);
}

TEST_CASE("prepare: what was turned is upright again after turning back") {
  const Grey grey = bars(120, 120, 10, 20, 230);
  for (const double degrees : {22.5, 45.0, 67.5}) {
    CAPTURE(degrees);
    const double angle = degrees * std::numbers::pi / 180;
    const Grey turned = rotated(grey.view(), angle);
    const Grey back =
        upright(turned.view(), {turned.width / 2.0, turned.height / 2.0, -angle, 120, 120, 1, 1});
    int same = 0;
    for (int y = 30; y < 90; ++y) {
      for (int x = 30; x < 90; ++x)
        same += (at(back, x, y) < 128) == (at(grey, x, y) < 128) ? 1 : 0;
    }
    CHECK(same > 60 * 60 * 9 / 10);
  }
}

TEST_CASE("prepare: bands are the means of their rows") {
  const Grey grey = painted(10, 12, [](int, int y) { return y < 6 ? (y % 2) * 100 : 200; });
  const Grey bands = banded(grey.view(), 2);
  CHECK(bands.height == 2);
  CHECK(at(bands, 3, 0) == 50);
  CHECK(at(bands, 3, 1) == 200);
  CHECK(banded(grey.view(), 50).height == 12);
}
