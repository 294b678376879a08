#pragma once

// Frames as a bad camera in a lobby gives them: a code on a label somewhere in 1280 x 720 pixels,
// clutter around it, and one degradation.

#include <cstdint>
#include <string>

#include "drivers/camera/decoder_protocol.h"
#include "drivers/camera/frame.h"

namespace bench::camera {

using drivers::camera::Grey;
using drivers::camera::Symbology;

enum class Degradation {
  blur,
  motion,
  noise,
  low_contrast,
  uneven_light,
  inverted,
  rotation,  ///< half of them to 15 degrees, half to any angle
  perspective,
  small_modules,
  glare,
  jpeg,
  damage,
  easy,   ///< none: large, sharp, upright
  empty,  ///< no code at all
};

constexpr int degradation_count = 14;
constexpr int hard_count = 12;

const char* name_of(Degradation degradation);

struct Sample {
  Symbology symbology = Symbology::none;
  Degradation degradation = Degradation::easy;
  std::string text;  ///< empty in an empty frame
  Grey frame;
};

/// The same sample for the same arguments.
Sample make_sample(Symbology symbology, Degradation degradation, std::uint64_t seed);

}  // namespace bench::camera
