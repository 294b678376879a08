#pragma once

#include <string>
#include <vector>

#include "screens/face.h"
#include "tests/demo/world.h"

namespace demo {

/// The device tray beside the kiosk's face: what a person would hold and turn by hand. Thread: UI.
class Tray {
 public:
  explicit Tray(World& world);

  /// Drawn beside the face; its taps turn the world's knobs.
  screens::Panel panel();

 private:
  /// A person whose card or code lies on the tray.
  struct Hand {
    emulators::DemoPerson person;
    std::string about;  ///< what a newcomer should know of her
  };

  screens::ui::Node tree();
  screens::ui::Node cards();
  screens::ui::Node codes();
  screens::ui::Node printer();
  screens::ui::Node network();
  screens::ui::Node paper();
  void tapped(const std::string& action);
  void lay(std::size_t index, bool damaged);

  World& world_;
  std::vector<Hand> hands_;
  std::string lying_;  ///< action of the card that lies on the reader
};

}  // namespace demo
