// What holds on every screen, whatever it shows.
#include <doctest/doctest.h>

#include <functional>
#include <regex>
#include <set>

#include "kiosk/domain/identity.h"
#include "screens/ui/hit.h"
#include "tests/unit/screens/fixture.h"

using namespace screens;
namespace journeys = kiosk::journeys;

namespace {

constexpr int touch_height_min = 15 * ui::px_per_mm;

struct Shown {
  Sample sample;
  ui::Scene scene;
};

/// All samples in all languages, laid out once.
const std::vector<Shown>& all_shown() {
  static const std::vector<Shown> all = [] {
    std::vector<Shown> shown;
    for (const std::string& language : test_languages) {
      for (Sample& sample : sample_models(language)) {
        ui::Scene scene = scene_of(sample.model);
        shown.push_back({std::move(sample), std::move(scene)});
      }
    }
    return shown;
  }();
  return all;
}

void for_every_screen(const std::function<void(const Sample&, const ui::Scene&)>& check) {
  for (const Shown& shown : all_shown()) {
    CAPTURE(shown.sample.model.session.language);
    CAPTURE(shown.sample.name);
    check(shown.sample, shown.scene);
  }
}

ui::Rgba over(ui::Rgba below, ui::Rgba above) {
  const auto mix = [&](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(a + (b - a) * above.alpha / 255);
  };
  return {mix(below.red, above.red), mix(below.green, above.green), mix(below.blue, above.blue)};
}

void check_contrast(const ui::Node& node, ui::Rgba ground, ui::Enabled enabled) {
  if (node.enabled == ui::Enabled::no) enabled = ui::Enabled::no;
  if (node.style.fill != ui::Color::none) {
    const bool dimmed = enabled == ui::Enabled::no;
    ground = over(ground, ui::rgba(dimmed ? ui::Color::line : node.style.fill));
  }
  if (!node.text.empty()) {
    const ui::Color ink = enabled == ui::Enabled::no ? ui::Color::ink2 : node.style.color;
    CHECK_MESSAGE(ui::contrast(ui::rgba(ink), ground) >= 4.5, node.text);
  }
  for (const ui::Node& child : node.children) check_contrast(child, ground, enabled);
}

std::string all_words(const ui::Node& node) {
  std::string words = node.text + "\n";
  for (const ui::Node& child : node.children) words += all_words(child);
  return words;
}

void collect_actions(const ui::Node& node, std::multiset<std::string>& found) {
  if (!node.action.empty()) found.insert(node.action);
  for (const ui::Node& child : node.children) collect_actions(child, found);
}

const std::regex known_action(
    "no_card|language:(zh-Hans|en)|help|close_help|more_time|home|digit:[0-9X]|erase|submit|"
    "toggle:[0-9]|continue|confirm|not_me|wrong_details|ticket_came|no_ticket|copy|retry");

}  // namespace

TEST_CASE("screens: every text fits where it stands, and every character has a glyph") {
  for_every_screen([](const Sample&, const ui::Scene& scene) {
    for (const ui::Flaw& flaw : scene.flaws) {
      CHECK_MESSAGE(false, "kind ", static_cast<int>(flaw.kind), " by ", flaw.excess, ": ",
                    flaw.node);
    }
  });
}

TEST_CASE("screens: every text stands out from its ground by 4.5 to 1") {
  for_every_screen([](const Sample&, const ui::Scene& scene) {
    check_contrast(scene.root, ui::rgba(ui::Color::white), ui::Enabled::yes);
  });
}

TEST_CASE("screens: every control is 15 mm high at least") {
  for_every_screen([](const Sample&, const ui::Scene& scene) {
    for (const ui::Listed& node : ui::reading_order(scene)) {
      if (node.action.empty()) continue;
      CHECK_MESSAGE(node.rect.height >= touch_height_min, node.action);
      CHECK_MESSAGE(node.rect.width >= touch_height_min, node.action);
    }
  });
}

TEST_CASE("screens: every control asks for something the kiosk knows, and each thing once") {
  for_every_screen([](const Sample&, const ui::Scene& scene) {
    std::multiset<std::string> actions;
    collect_actions(scene.root, actions);
    for (const std::string& action : actions) {
      CHECK_MESSAGE(std::regex_match(action, known_action), action);
      const bool language = action.rfind("language:", 0) == 0;  // welcome has it twice
      CHECK_MESSAGE((language || actions.count(action) == 1), action);
    }
  });
}

TEST_CASE("screens: every screen leads on, by a control or by itself") {
  for_every_screen([](const Sample& sample, const ui::Scene& scene) {
    std::multiset<std::string> actions;
    collect_actions(scene.root, actions);
    actions.erase("help");
    std::erase_if(actions, [](const std::string& one) { return one.rfind("language:", 0) == 0; });
    const bool waits_for_staff = std::holds_alternative<journeys::Closed>(sample.model.screen);
    const bool waits_for_card = std::holds_alternative<journeys::Welcome>(sample.model.screen);
    CHECK((waits_for_staff || waits_for_card || !actions.empty() ||
           sample.model.session.deadline.has_value()));
  });
}

TEST_CASE("screens: a patient's full name is on none") {
  for_every_screen([](const Sample& sample, const ui::Scene& scene) {
    const std::string words = all_words(scene.root);
    CHECK(words.find("王小芳") == std::string::npos);
    if (sample.name == "confirm") CHECK(words.find("王*芳") != std::string::npos);
  });
}

TEST_CASE("screens: no English is left on Chinese screens, and no placeholder anywhere") {
  static const std::regex english("[a-z]{2,}");
  for_every_screen([](const Sample& sample, const ui::Scene& scene) {
    const std::string words = all_words(scene.root);
    CHECK(words.find('{') == std::string::npos);
    if (sample.model.session.language == "en") return;
    std::string chinese = std::regex_replace(words, std::regex("English"), "");
    CHECK_MESSAGE(!std::regex_search(chinese, english), chinese);
  });
}

TEST_CASE("screens: nothing moves when more time is offered") {
  for (const std::string& language : test_languages) {
    const ui::Scene calm = scene_of("confirm", language);
    const ui::Scene ending = scene_of("confirm_ending", language);
    CHECK(ui::find_action(calm, "more_time").node == nullptr);
    CHECK(ui::find_action(ending, "more_time").node != nullptr);
    for (const char* action : {"confirm", "not_me", "wrong_details", "help"}) {
      CHECK(ui::find_action(calm, action).rect == ui::find_action(ending, action).rect);
    }
  }
}

TEST_CASE("screens: more time is as wide as the screen allows and says the seconds") {
  const ui::Scene scene = scene_of("confirm_ending", "en");
  const ui::Hit button = ui::find_action(scene, "more_time");
  REQUIRE(button.node != nullptr);
  CHECK(button.rect.width == ui::canvas_width - 2 * ui::measure::margin);
  CHECK(ui::name_of(*button.node).find("14") != std::string::npos);
}

TEST_CASE("screens: the clock is not shown when it is not trusted") {
  journeys::Model model = sample_model("welcome", "en");
  CHECK(all_words(viewed(model)).find("09:41") != std::string::npos);
  model.now.trust = kiosk::ClockTrust::not_before;
  CHECK(all_words(viewed(model)).find("09:41") == std::string::npos);
}
