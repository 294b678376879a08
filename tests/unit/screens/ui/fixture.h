#pragma once

#include "kiosk/base/check.h"
#include "kiosk/text/fonts.h"
#include "screens/ui/kit.h"
#include "screens/ui/layout.h"

// One set of fonts for all tests of the program: opening them is the slow part.

namespace screens::ui {

inline kiosk::text::Fonts& test_fonts() {
  static kiosk::text::Fonts fonts = [] {
    auto opened =
        kiosk::text::Fonts::create(kiosk::text::debian_fonts(kiosk::text::Pitch::proportional));
    KIOSK_CHECK(opened.has_value());
    return std::move(*opened);
  }();
  return fonts;
}

inline Scene laid_out(Node root, const Setting& setting = {}) {
  return Layout(test_fonts()).lay_out(std::move(root), setting);
}

}  // namespace screens::ui
