#pragma once

// Matrix codes, and how to see one in a bad picture: their edges all lie on one square grid. The
// grid is found from the whole patch at once, by its direction (edges run two ways only) and its
// pitch (the period of the edges), so noise and blur that hide single modules do not hide it. Then
// each module is measured at its middle and the code is drawn anew, clean.

#include <optional>

#include "drivers/camera/frame.h"
#include "drivers/camera/locate.h"

namespace drivers::camera {

struct GridOptions {
  double sigma = 0;        ///< pixels of blur to undo first; 0: none
  double sharpen = 0;      ///< how much of its neighbours' light is taken off each module
  std::size_t choice = 0;  ///< the most likely pitch, the second ...
};

/// The code of a region in black and white, several pixels a module; none where no grid shows.
/// Thread: any; pure.
std::optional<Grey> modules_of(const GreyView& picture, const Region& region,
                               const GridOptions& options);

}  // namespace drivers::camera
