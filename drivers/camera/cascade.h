#pragma once

// In which order a frame's regions are looked at, and how. The first looks are cheap and read what
// is easy; they are taken at every frame. Of the extra ones, each for another fault of the picture,
// the live camera takes one a frame, so that no frame waits long for the one before it.

#include <cstdint>
#include <vector>

#include "drivers/camera/locate.h"

namespace drivers::camera {

/// How a region is brought before the reader.
enum class View {
  bars,    ///< averaged along its bars: linear codes
  turned,  ///< turned until its bars stand upright: PDF417
  patch,   ///< cut out: matrix codes
  grid,    ///< drawn anew on its module grid: matrix codes
  whole,   ///< the whole frame, turned by `angle`
};

enum class Light { as_is, inverted, flattened, smoothed, doubled };

struct Look {
  View view = View::patch;
  std::size_t region = 0;
  Light light = Light::as_is;
  double sigma = 0;        ///< pixels of blur to undo; 0: none
  std::size_t choice = 0;  ///< of the grid: the most likely pitch, the second
  double angle = 0;        ///< of the whole frame, radians

  bool operator==(const Look&) const = default;
};

struct Plan {
  std::vector<Look> first;  ///< for every frame
  std::vector<Look> extra;  ///< the likeliest to help first

  bool operator==(const Plan&) const = default;
};

/// What to do with a frame in which these regions were found, the most code-like first; nothing
/// where none of them is like a code at all.   Thread: any; pure.
Plan plan_looks(const std::vector<Region>& regions);

}  // namespace drivers::camera
