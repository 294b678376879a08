#include "screens/ui/hit.h"

#include <doctest/doctest.h>

#include "tests/unit/screens/ui/fixture.h"

using namespace screens::ui;

namespace {

Node area(std::string action, int x_grow = 0) {
  Node node = column({.grow = x_grow, .height = 100}, {});
  node.action = std::move(action);
  return node;
}

std::string action_at(const Scene& scene, Point at) {
  const Hit found = hit(scene, at);
  return found.node == nullptr ? "" : found.node->action;
}

}  // namespace

TEST_CASE("hit: a place belongs to the innermost node that can be pressed") {
  Node outer = column({.padding = all(50), .width = 300, .height = 200}, {area("inner")});
  outer.action = "outer";
  const Scene scene = laid_out(outer);
  CHECK(action_at(scene, {100, 100}) == "inner");
  CHECK(action_at(scene, {10, 10}) == "outer");
  CHECK(action_at(scene, {299, 199}) == "outer");
  CHECK(action_at(scene, {300, 100}).empty());
  CHECK(action_at(scene, {-1, 100}).empty());
}

TEST_CASE("hit: words and icons of a button belong to the button") {
  const Scene scene =
      laid_out(column({.width = 952}, {primary_button("confirm", Picture::check, "OK")}));
  const Box& caption = scene.box.children[0].children[1];
  const Point middle{caption.rect.x + caption.rect.width / 2, caption.rect.y + 5};
  CHECK(action_at(scene, middle) == "confirm");
  CHECK(hit(scene, middle).rect == scene.box.children[0].rect);
}

TEST_CASE("hit: a disabled button takes no touch and shields what lies under it") {
  Node outer = column({.width = 300, .height = 300}, {disabled(area("inner"))});
  outer.action = "outer";
  CHECK(action_at(laid_out(outer), {10, 10}).empty());
  CHECK(action_at(laid_out(outer), {10, 200}) == "outer");
  CHECK(action_at(laid_out(disabled(column({.width = 300}, {area("inner")}))), {10, 10}).empty());
}

TEST_CASE("hit: in a stack the last child is in front") {
  const Scene scene = laid_out(stack({.width = 100, .height = 100}, {area("back"), area("front")}));
  CHECK(action_at(scene, {50, 50}) == "front");
}

TEST_CASE("hit: an action is found where it can be pressed") {
  const Scene scene =
      laid_out(column({.width = 100, .height = 400}, {disabled(area("a")), area("a"), area("b")}));
  CHECK(find_action(scene, "a").rect == Rect{0, 100, 100, 100});
  CHECK(find_action(scene, "none").node == nullptr);
  CHECK(find_action(scene, "").node == nullptr);
}

TEST_CASE("hit: reading order has every text once, a button as one thing") {
  const Scene scene = laid_out(screen(
      {head("Hospital", "09:41"),
       body({heading("Is this yours?"), labelled("Clinic", "Cardiology"),
             primary_button("confirm", Picture::check, "Yes"),
             disabled(secondary_button("other", "Not me")), notice(Tone::amber, "10:50", "Desk.")}),
       foot({}, {})}));
  std::vector<std::string> said;
  for (const Listed& one : reading_order(scene)) said.push_back(one.text);
  CHECK(said == std::vector<std::string>{"Hospital", "09:41", "Is this yours?", "Clinic",
                                         "Cardiology", "Yes", "Not me", "10:50 Desk."});
  const Listed button = reading_order(scene)[5];
  CHECK(button.role == Role::button);
  CHECK(button.action == "confirm");
  CHECK(button.rect == find_action(scene, "confirm").rect);
  CHECK(reading_order(scene)[6].enabled == Enabled::no);
}
