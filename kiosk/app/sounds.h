#pragma once

#include <memory>

#include "kiosk/journeys/effect.h"

namespace kiosk::app {

/// Short tones through SDL's audio queue; silent where there is no sound device. Thread: UI; never
/// waits.
class Sounds {
 public:
  Sounds();
  ~Sounds();
  void play(journeys::Sound sound);

 private:
  struct Device;
  std::unique_ptr<Device> device_;
};

}  // namespace kiosk::app
