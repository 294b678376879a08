#pragma once

#include <string>

#include "screens/ui/catalogue.h"
#include "screens/view.h"
#include "tests/unit/screens/sample_models.h"
#include "tests/unit/screens/ui/fixture.h"

namespace screens {

inline const std::string test_languages[] = {"zh-Hans", "en"};

inline const ui::Catalogue& test_texts(const std::string& language) {
  static const auto load = [](const std::string& tag) {
    auto texts = ui::Catalogue::load(KIOSK_BUILD_DIR "/locale/" + tag + ".mo");
    KIOSK_CHECK(texts.has_value());
    return std::move(*texts);
  };
  static const ui::Catalogue chinese = load("zh-Hans");
  static const ui::Catalogue english = load("en");
  return language == "en" ? english : chinese;
}

inline ui::Node viewed(const kiosk::journeys::Model& model) {
  return view(sample_rules(), model, test_texts(model.session.language));
}

inline ui::Scene scene_of(const kiosk::journeys::Model& model) {
  ui::Layout layout(ui::test_fonts());
  return laid_out_view(layout, sample_rules(), model, test_texts(model.session.language));
}

inline ui::Scene scene_of(const std::string& sample, const std::string& language) {
  return scene_of(sample_model(sample, language));
}

}  // namespace screens
