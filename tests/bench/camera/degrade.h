#pragma once

#include <array>
#include <vector>

#include "tests/bench/camera/generator.h"
#include "tests/bench/camera/random.h"

namespace bench::camera {

/// Brightness as a sensor sees it, 0 to 255, before it is rounded.
struct Canvas {
  int width = 0;
  int height = 0;
  std::vector<float> light;

  float& at(int x, int y) { return light[static_cast<std::size_t>(y * width + x)]; }
  float at(int x, int y) const { return light[static_cast<std::size_t>(y * width + x)]; }
};

/// Where the code lies in the frame.
struct Area {
  double module = 0;  ///< pixels
  double width = 0;   ///< of the code, pixels
  double height = 0;
  std::vector<std::array<int, 2>> points;  ///< every fourth pixel of it
};

/// A background: uneven walls, boxes, lines of print.
Canvas lobby(Random& random, int width, int height);

/// Applies the degradation, what every camera does, and rounds.
void finish(Random& random, Canvas& canvas, Degradation degradation, const Area& area, Grey& frame);

}  // namespace bench::camera
