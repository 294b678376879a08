#include "screens/face.h"

#include <cairo.h>
#include <doctest/doctest.h>

#include <filesystem>

#include "screens/ui/headless_window.h"
#include "tests/unit/screens/fixture.h"

using namespace screens;
using kiosk::Milliseconds;

namespace {

/// A window whose clock is turned by hand.
class TestWindow : public ui::HeadlessWindow {
 public:
  Milliseconds ticks() const override { return now; }
  Milliseconds now{10'000};
};

struct Fixture {
  explicit Fixture(std::optional<Panel> panel = {}) {
    FaceArguments arguments;
    arguments.rules = sample_rules();
    arguments.locale_folder = KIOSK_BUILD_DIR "/locale";
    arguments.panel = std::move(panel);
    auto owned = std::make_unique<TestWindow>();
    window = owned.get();
    auto created = KioskFace::create(std::move(arguments), std::move(owned));
    REQUIRE(created.has_value());
    face = std::move(*created);
  }

  void show(const std::string& sample) { face->show(sample_model(sample, "zh-Hans")); }

  ui::Point middle_of(const std::string& action) const {
    for (const kiosk::shell::SceneNode& node : face->nodes()) {
      if (node.action == action) {
        return {static_cast<int>(node.x + node.width / 2),
                static_cast<int>(node.y + node.height / 2)};
      }
    }
    FAIL("no control ", action);
    return {};
  }

  void touch(ui::TouchEvent::Kind kind, ui::Point place) {
    window->put(ui::TouchEvent{kind, 1, place, window->now});
  }
  std::vector<std::string> press(ui::Point place) {
    touch(ui::TouchEvent::Kind::down, place);
    touch(ui::TouchEvent::Kind::up, place);
    return face->wait(Milliseconds(0));
  }

  TestWindow* window = nullptr;
  std::unique_ptr<KioskFace> face;
};

ui::Size size_of_png(const std::string& path) {
  const ui::Surface picture(cairo_image_surface_create_from_png(path.c_str()));
  return ui::size_of(picture);
}

const std::vector<std::string> nothing;

}  // namespace

TEST_CASE("face: a tap on a button gives its action, once") {
  Fixture kiosk;
  kiosk.show("confirm");
  kiosk.window->now += Milliseconds(500);
  CHECK(kiosk.press(kiosk.middle_of("confirm")) == std::vector<std::string>{"confirm"});
  CHECK(kiosk.face->wait(Milliseconds(0)) == nothing);
}

TEST_CASE("face: a new screen takes no touches for 400 ms") {
  Fixture kiosk;
  kiosk.show("confirm");
  const ui::Point button = kiosk.middle_of("confirm");
  kiosk.window->now += Milliseconds(399);
  CHECK(kiosk.press(button) == nothing);
  kiosk.window->now += Milliseconds(1);
  CHECK(kiosk.press(button) == std::vector<std::string>{"confirm"});
}

TEST_CASE("face: a finger that was down before the screen came presses nothing on it") {
  Fixture kiosk;
  kiosk.show("confirm");
  kiosk.window->now += Milliseconds(1000);
  kiosk.touch(ui::TouchEvent::Kind::down, kiosk.middle_of("not_me"));
  CHECK(kiosk.face->wait(Milliseconds(0)) == nothing);
  kiosk.show("done_printed");
  kiosk.window->now += Milliseconds(1000);
  kiosk.touch(ui::TouchEvent::Kind::up, kiosk.middle_of("home"));
  CHECK(kiosk.face->wait(Milliseconds(0)) == nothing);
}

TEST_CASE("face: the countdown does not make a screen new") {
  Fixture kiosk;
  kiosk.show("confirm");
  kiosk.window->now += Milliseconds(1000);
  kiosk.touch(ui::TouchEvent::Kind::down, kiosk.middle_of("confirm"));
  CHECK(kiosk.face->wait(Milliseconds(0)) == nothing);
  kiosk.show("confirm_ending");
  kiosk.touch(ui::TouchEvent::Kind::up, kiosk.middle_of("confirm"));
  CHECK(kiosk.face->wait(Milliseconds(0)) == std::vector<std::string>{"confirm"});
}

TEST_CASE("face: changed details make the confirm screen new") {
  Fixture kiosk;
  kiosk.show("confirm");
  kiosk.window->now += Milliseconds(1000);
  kiosk.show("confirm_changed");
  CHECK(kiosk.press(kiosk.middle_of("confirm")) == nothing);
}

TEST_CASE("face: what has not changed is not drawn again, a pressed button is") {
  Fixture kiosk;
  kiosk.show("confirm");
  CHECK(kiosk.window->presented() == 1);
  kiosk.show("confirm");
  CHECK(kiosk.window->presented() == 1);
  kiosk.window->now += Milliseconds(1000);
  kiosk.touch(ui::TouchEvent::Kind::down, kiosk.middle_of("confirm"));
  kiosk.face->wait(Milliseconds(0));
  CHECK(kiosk.window->presented() == 2);
  kiosk.window->put(ui::Exposed{});
  kiosk.face->wait(Milliseconds(0));
  CHECK(kiosk.window->presented() == 3);
}

TEST_CASE("face: automation sees every control and hits what a finger would") {
  Fixture kiosk;
  kiosk.show("entry_bad_date");
  bool submit = false;
  for (const kiosk::shell::SceneNode& node : kiosk.face->nodes()) {
    if (node.action != "submit") continue;
    submit = true;
    CHECK(node.role == "button");
    CHECK(node.text == "查询预约");
    CHECK_FALSE(node.enabled);
  }
  CHECK(submit);
  const ui::Point erase = kiosk.middle_of("erase");
  CHECK(kiosk.face->hit(erase.x, erase.y) == "erase");
  const ui::Point disabled = kiosk.middle_of("submit");
  CHECK(kiosk.face->hit(disabled.x, disabled.y).empty());
  CHECK(kiosk.face->hit(-1, 5000).empty());
}

TEST_CASE("face: closing the window and waking are told") {
  Fixture kiosk;
  kiosk.face->wake();
  CHECK(kiosk.face->wait(Milliseconds(60'000)) == nothing);
  CHECK_FALSE(kiosk.face->closed());
  kiosk.window->put(ui::CloseAsked{});
  kiosk.face->wait(Milliseconds(60'000));
  CHECK(kiosk.face->closed());
}

TEST_CASE("face: a panel has its own taps and its own picture") {
  std::vector<std::string> tapped;
  std::string words = "lay a card";
  Panel panel;
  panel.tree = [&] { return ui::column({}, {ui::primary_button("card", words)}); };
  panel.tapped = [&](const std::string& action) { tapped.push_back(action); };
  Fixture kiosk(panel);
  kiosk.show("welcome");
  kiosk.window->now += Milliseconds(1000);

  CHECK(kiosk.press({ui::canvas_width + 100, 80}) == nothing);
  CHECK(tapped == std::vector<std::string>{"card"});
  CHECK(kiosk.press(kiosk.middle_of("no_card")) == std::vector<std::string>{"no_card"});
  CHECK(tapped.size() == 1);
  CHECK(kiosk.face->hit(ui::canvas_width + 100, 80).empty());
  for (const kiosk::shell::SceneNode& node : kiosk.face->nodes()) CHECK(node.action != "card");

  const int before = kiosk.window->presented();
  words = "lift the card";
  kiosk.face->panel_changed();
  kiosk.face->wait(Milliseconds(60'000));
  CHECK(kiosk.window->presented() > before);

  const std::string path = KIOSK_BUILD_DIR "/face_test.png";
  REQUIRE(kiosk.face->screenshot(path).has_value());
  CHECK(size_of_png(path) == ui::Size{1080, 1920});
  REQUIRE(kiosk.face->screenshot_with_panel(path).has_value());
  CHECK(size_of_png(path) == ui::Size{1980, 1920});
  std::filesystem::remove(path);
}

TEST_CASE("face: what it cannot do is an error in words") {
  Fixture kiosk;
  CHECK(kiosk.face->screenshot("/nowhere/x.png").error().code == "screenshot");
  kiosk.show("welcome");
  CHECK(kiosk.face->screenshot("/nowhere/x.png").error().code == "screenshot");

  FaceArguments arguments;
  arguments.rules = sample_rules();
  arguments.locale_folder = "/nowhere";
  arguments.mode = FaceMode::headless;
  const auto created = KioskFace::create(std::move(arguments));
  REQUIRE_FALSE(created.has_value());
  CHECK(created.error().what.find("/nowhere/zh-Hans.mo") != std::string::npos);
}
