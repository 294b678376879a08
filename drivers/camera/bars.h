#pragma once

// Linear codes, and how to see one in a bad picture: its bars are long, so the picture is turned
// until they stand upright and averaged along them. What is left is one clean row, or a few that
// have to agree.

#include "drivers/camera/frame.h"
#include "drivers/camera/locate.h"

namespace drivers::camera {

/// The region with the angle at which its bars, averaged along themselves, are sharpest: the edges'
/// own direction is some degrees off where pixels make stairs of them.   Thread: any; pure.
Region straightened(const GreyView& picture, Region region);

enum class Bars { dark, light };

struct BarsOptions {
  int bands = 6;     ///< rows of the result
  double sigma = 0;  ///< pixels of blur to undo; 0: none
  Bars bars = Bars::dark;
};

/// The bars of a region as dark rows on light, stretched for subpixel edges, with their quiet
/// zones.   Thread: any; pure.
Grey bars_of(const GreyView& picture, const Region& region, const BarsOptions& options);

}  // namespace drivers::camera
