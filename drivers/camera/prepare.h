#pragma once

// What is done to a picture so that a code in it can be read: pure functions on grey pictures.
// All of them return a new picture; none of them fails. Thread: any.

#include "drivers/camera/frame.h"

namespace drivers::camera {

/// The part of a picture inside a box that is cut to what there is; shares the pixels.
GreyView part_of(const GreyView& picture, int left, int top, int width, int height);

Grey copy_of(const GreyView& picture);

/// Dark for light.
Grey inverted(const GreyView& picture);

/// The darkest and lightest hundredth become 0 and 255.
Grey stretched(const GreyView& picture);

/// Light made even: each pixel against the mean and the spread of the square of `side` pixels
/// around it.
Grey flattened(const GreyView& picture, int side);

/// Weighted mean of 3 x 3 pixels (1 2 1).
Grey smoothed(const GreyView& picture);

/// Undoes blur: `rounds` times, what a Gaussian blur of `sigma` pixels would still take away is
/// added (Van Cittert's iteration). One round with a sigma of 1 is plain sharpening.
Grey sharpened(const GreyView& picture, double sigma, int rounds);

/// Half as wide and high, each pixel the mean of four.
Grey halved(const GreyView& picture);

/// Twice as wide and high, interpolated.
Grey doubled(const GreyView& picture);

/// A turned box of a picture.
struct TurnedBox {
  double centre_x = 0;
  double centre_y = 0;
  double angle = 0;  ///< radians, of its width against the picture's rows
  double width = 0;  ///< pixels of the picture
  double height = 0;
  double zoom_width = 1;  ///< pixels of the result to one of the picture
  double zoom_height = 1;
};

/// What lies in the box, upright; beyond the picture's edge its edge pixels go on.
Grey upright(const GreyView& picture, const TurnedBox& box);

/// The whole picture turned by so many radians, with all its corners.
Grey rotated(const GreyView& picture, double angle);

/// The means of as many equal bands of rows, one row each: bars become clean, noise is averaged
/// out.
Grey banded(const GreyView& picture, int bands);

}  // namespace drivers::camera
