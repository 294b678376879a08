#include "screens/ui/touch.h"

#include <doctest/doctest.h>

#include "tests/unit/screens/ui/fixture.h"

using namespace screens::ui;
using kiosk::Milliseconds;
using Kind = TouchEvent::Kind;

namespace {

// Two buttons of 500 x 200 under one another with 100 px between, on a screen of 500 x 700.
Scene two_buttons() {
  const auto button = [](std::string action) {
    Node node = column({.height = 200}, {});
    node.action = std::move(action);
    return node;
  };
  return laid_out(
      column({.gap = 100, .width = 500, .height = 700}, {button("upper"), button("lower")}));
}

constexpr Point upper{250, 100};
constexpr Point lower{250, 400};
constexpr Point between{250, 250};

/// A screen that has been up for ten seconds, and a finger or two on it.
struct Hand {
  Scene scene = two_buttons();
  Touch touch;
  Milliseconds now{10'000};

  Hand() { touch.shown(Milliseconds(0)); }

  std::string put(Kind kind, Point place, std::int64_t finger = 1) {
    return touch.step({kind, finger, place, now}, scene).value_or("");
  }
  std::string tap(Point place, std::int64_t finger = 1) {
    put(Kind::down, place, finger);
    now += Milliseconds(80);
    return put(Kind::up, place, finger);
  }
};

}  // namespace

TEST_CASE("touch: a tap gives its button's action when the finger is lifted") {
  Hand hand;
  CHECK(hand.put(Kind::down, upper).empty());
  CHECK(hand.touch.pressed(hand.now) == "upper");
  CHECK(hand.put(Kind::up, upper) == "upper");
  CHECK(hand.touch.pressed(hand.now).empty());
}

TEST_CASE("touch: a tap beside the buttons gives nothing") {
  Hand hand;
  CHECK(hand.tap(between).empty());
}

TEST_CASE("touch: a new screen takes no touches for 400 ms") {
  Hand hand;
  hand.touch.shown(hand.now);
  CHECK(hand.tap(upper).empty());
  hand.now += Milliseconds(319);  // 399 ms after the screen
  hand.put(Kind::down, upper);
  CHECK(hand.touch.pressed(hand.now).empty());
  hand.now += Milliseconds(300);
  CHECK(hand.put(Kind::up, upper).empty());
  CHECK(hand.tap(upper) == "upper");
}

TEST_CASE("touch: exactly 400 ms after the screen came a touch counts") {
  Hand hand;
  hand.touch.shown(hand.now);
  hand.now += Milliseconds(400);
  CHECK(hand.tap(upper) == "upper");
}

TEST_CASE("touch: a contact begun before a new screen presses nothing on it") {
  Hand hand;
  hand.put(Kind::down, upper);
  hand.touch.shown(hand.now);
  CHECK(hand.touch.pressed(hand.now).empty());
  hand.now += Milliseconds(2000);
  CHECK(hand.put(Kind::up, upper).empty());
}

TEST_CASE("touch: a touch that waited in the queue while the screen changed is an old one") {
  Hand hand;
  hand.touch.shown(hand.now);
  hand.now -= Milliseconds(50);
  hand.put(Kind::down, upper);
  hand.now += Milliseconds(1000);
  CHECK(hand.put(Kind::up, upper).empty());
}

TEST_CASE("touch: sliding up to 15 mm within the button is a tap") {
  Hand hand;
  hand.put(Kind::down, {100, 100});
  hand.put(Kind::move, {160, 100});
  CHECK(hand.touch.pressed(hand.now) == "upper");
  CHECK(hand.put(Kind::up, {136, 148}) == "upper");  // 36, 48 is 60 px away
}

TEST_CASE("touch: sliding further cancels, and coming back does not undo it") {
  Hand hand;
  hand.put(Kind::down, {100, 100});
  hand.put(Kind::move, {161, 100});
  CHECK(hand.touch.pressed(hand.now).empty());
  hand.put(Kind::move, {100, 100});
  CHECK(hand.put(Kind::up, {100, 100}).empty());
}

TEST_CASE("touch: leaving the button cancels, however near") {
  Hand hand;
  hand.put(Kind::down, {250, 190});
  hand.put(Kind::move, {250, 205});
  hand.put(Kind::move, {250, 190});
  CHECK(hand.put(Kind::up, {250, 190}).empty());
  hand.put(Kind::down, {250, 190});
  CHECK(hand.put(Kind::up, {250, 201}).empty());
}

TEST_CASE("touch: sliding onto a button does not press it") {
  Hand hand;
  hand.put(Kind::down, {250, 210});
  CHECK(hand.put(Kind::up, {250, 190}).empty());
}

TEST_CASE("touch: second fingers are ignored while the first is down") {
  Hand hand;
  hand.put(Kind::down, upper, 1);
  hand.put(Kind::down, lower, 2);
  CHECK(hand.put(Kind::up, lower, 2).empty());
  hand.put(Kind::down, lower, 3);
  hand.put(Kind::move, between, 3);
  CHECK(hand.put(Kind::up, upper, 1) == "upper");
  CHECK(hand.put(Kind::up, between, 3).empty());
}

TEST_CASE("touch: a palm of many contacts presses at most what the first one lies on") {
  Hand hand;
  for (int finger = 1; finger <= 8; ++finger) {
    hand.put(Kind::down, finger % 2 == 1 ? between : upper, finger);
  }
  for (int finger = 8; finger >= 1; --finger) {
    CHECK(hand.put(Kind::up, finger % 2 == 1 ? between : upper, finger).empty());
  }
  CHECK(hand.tap(lower) == "lower");
}

TEST_CASE("touch: up and move without down give nothing") {
  Hand hand;
  CHECK(hand.put(Kind::up, upper).empty());
  CHECK(hand.put(Kind::move, upper).empty());
  CHECK(hand.put(Kind::up, upper, 7).empty());
  CHECK(hand.tap(upper) == "upper");
  CHECK(hand.put(Kind::up, upper).empty());
}

TEST_CASE("touch: after a lost up the same finger begins anew where it comes down") {
  Hand hand;
  hand.put(Kind::down, upper);
  CHECK(hand.tap(lower) == "lower");
}

TEST_CASE("touch: a contact stuck for more than 10 s presses nothing and blocks nobody") {
  Hand hand;
  hand.put(Kind::down, upper, 1);
  hand.now += Milliseconds(10'000);
  hand.put(Kind::down, lower, 2);
  CHECK(hand.put(Kind::up, lower, 2).empty());
  hand.now += Milliseconds(1);
  CHECK(hand.touch.pressed(hand.now).empty());
  CHECK(hand.tap(lower, 2) == "lower");
  CHECK(hand.put(Kind::up, upper, 1).empty());
}

TEST_CASE("touch: lifting a finger after more than 10 s is no press") {
  Hand hand;
  hand.put(Kind::down, upper);
  hand.now += Milliseconds(10'001);
  CHECK(hand.put(Kind::up, upper).empty());
}

TEST_CASE("touch: a button that went away or was disabled under the finger is not pressed") {
  Hand hand;
  hand.put(Kind::down, upper);
  hand.scene.root.children[0].enabled = Enabled::no;
  CHECK(hand.put(Kind::up, upper).empty());
}

TEST_CASE("touch: the same screen drawn again under the finger changes nothing") {
  Hand hand;
  hand.put(Kind::down, upper);
  hand.scene = two_buttons();
  CHECK(hand.put(Kind::up, upper) == "upper");
}
