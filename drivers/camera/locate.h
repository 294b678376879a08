#pragma once

// Where in a frame a code may be. A code is a patch that is full of edges; its bars all run one way
// if it is linear, its modules run both ways if it is not. So the frame is cut into cells, each
// with its structure tensor (the sum of gradient x gradient^T), and cells that hold more than the
// frame's noise are joined to regions. A frame without any is dismissed: that is most of them.

#include <vector>

#include "drivers/camera/frame.h"

namespace drivers::camera {

/// A patch full of edges, in pixels.
struct Region {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  double angle = 0;      ///< radians, across the bars, in (-pi/2, pi/2]; 0: bars stand upright
  double coherence = 0;  ///< 0: edges run every way, 1: all one way
  double centre_x = 0;   ///< of the turned box around the edges that run that way
  double centre_y = 0;
  double across = 0;  ///< length of that box across the bars
  double along = 0;   ///< and along them
  double weight = 0;  ///< how much like a code

  bool operator==(const Region&) const = default;
};

constexpr std::size_t regions_max = 5;
constexpr double region_weight_min = 6;    ///< what weighs less is like no code
constexpr double region_weight_sure = 34;  ///< most codes weigh more, most else less

/// The regions of a picture, the most code-like first.   Thread: any; pure.
std::vector<Region> find_regions(const GreyView& picture);

}  // namespace drivers::camera
