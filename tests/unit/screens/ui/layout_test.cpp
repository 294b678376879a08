#include "screens/ui/layout.h"

#include <doctest/doctest.h>

#include "tests/unit/screens/ui/fixture.h"

using namespace screens::ui;

namespace {

Node block(int width, int height) {
  return column({.width = width, .height = height}, {});
}

const Box& child(const Scene& scene, std::size_t index) {
  return scene.box.children.at(index);
}

}  // namespace

TEST_CASE("layout: a column puts its children under one another, inside padding and border") {
  const Scene scene =
      laid_out(column({.gap = 10, .padding = all(20), .width = 200, .height = 300, .border = 2},
                      {block(0, 30), block(50, 40)}));
  CHECK(child(scene, 0).rect == Rect{22, 22, 156, 30});
  CHECK(child(scene, 1).rect == Rect{22, 62, 50, 40});
  CHECK(scene.flaws.empty());
}

TEST_CASE("layout: what grows in a column takes what is free beyond the contents") {
  Node growing = block(0, 0);
  growing.style.grow = 1;
  const Scene scene =
      laid_out(column({.width = 100, .height = 300}, {block(0, 50), growing, block(0, 70)}));
  CHECK(child(scene, 1).rect == Rect{0, 50, 100, 180});
  CHECK(child(scene, 2).rect == Rect{0, 230, 100, 70});
}

TEST_CASE("layout: a column that is too full narrows its gaps as far as it may") {
  const auto two_blocks = [](int height) {
    return laid_out(column({.gap = 36, .gap_least = 20, .width = 100, .height = height},
                           {block(0, 100), block(0, 100)}));
  };
  CHECK(child(two_blocks(300), 1).rect.y == 136);
  CHECK(child(two_blocks(225), 1).rect.y == 125);
  CHECK(two_blocks(220).flaws.empty());
  CHECK(two_blocks(219).flaws.size() == 1);
}

TEST_CASE("layout: the foot of a screen stays in its place however full the body is") {
  Nodes cards;
  for (int i = 0; i < 30; ++i) cards.push_back(notice(Tone::teal, "Nothing is lost.", ""));
  const Scene scene = laid_out(screen({head("Hospital", "09:41"), body(cards), foot({}, {})}));
  CHECK(child(scene, 2).rect == Rect{0, 1760, 1080, 160});
  CHECK_FALSE(scene.flaws.empty());
}

TEST_CASE("layout: what grows in a row gets equal widths whatever the texts are") {
  const Scene scene = laid_out(row({.gap = 32, .width = 952, .height = 100},
                                   {text("a", {.grow = 1}), text("much longer", {.grow = 1})}));
  CHECK(child(scene, 0).rect == Rect{0, 0, 460, 100});
  CHECK(child(scene, 1).rect == Rect{492, 0, 460, 100});
}

TEST_CASE("layout: shares of a row add up to it exactly") {
  Nodes three{column({.grow = 1}, {}), column({.grow = 1}, {}), column({.grow = 1}, {})};
  const Scene scene = laid_out(row({.width = 100, .height = 10}, three));
  CHECK(child(scene, 2).rect.right() == 100);
}

TEST_CASE("layout: align and justify place what is smaller than its parent") {
  const Scene centred = laid_out(
      column({.width = 100, .height = 100, .align = Align::center, .justify = Justify::end},
             {block(40, 20)}));
  CHECK(child(centred, 0).rect == Rect{30, 80, 40, 20});
  const Scene apart =
      laid_out(row({.width = 100, .height = 100, .align = Align::end, .justify = Justify::between},
                   {block(20, 20), block(20, 10)}));
  CHECK(child(apart, 0).rect == Rect{0, 80, 20, 20});
  CHECK(child(apart, 1).rect == Rect{80, 90, 20, 10});
}

TEST_CASE("layout: texts of different sizes stand on one line when asked") {
  const Scene scene =
      laid_out(row({.width = 600, .align = Align::baseline},
                   {text("李建国", {.font_size = 56}), text("主任医师", {.font_size = 44})}));
  CHECK(child(scene, 0).lines[0].baseline == child(scene, 1).lines[0].baseline);
}

TEST_CASE("layout: a text takes the lines it needs and makes its parent taller") {
  const std::string words = "Your booking stays as it is. You can wait in the cafe on this floor.";
  const Scene wide = laid_out(column({.width = 3000}, {text(words)}));
  const Scene narrow = laid_out(column({.width = 400}, {text(words)}));
  CHECK(child(wide, 0).lines.size() == 1);
  CHECK(child(narrow, 0).lines.size() > 3);
  CHECK(child(narrow, 0).rect.height == 59 * static_cast<int>(child(narrow, 0).lines.size()));
  CHECK(narrow.flaws.empty());
}

TEST_CASE("layout: a text without spaces breaks between ideographs, at line ends it says itself") {
  const Scene scene = laid_out(column({.width = 230}, {text("这是您今天的预约吗")}));
  CHECK(child(scene, 0).lines.size() == 2);
  CHECK(child(laid_out(column({.width = 900}, {text("一\n二")})), 0).lines.size() == 2);
}

TEST_CASE("layout: a text too long for its one line is made smaller, not cut") {
  const Style one_line{.max_lines = 1, .fit = Fit::shrink};
  const Scene scene = laid_out(column({.width = 300}, {text("A text of one line", one_line)}));
  REQUIRE(child(scene, 0).lines.size() == 1);
  CHECK(child(scene, 0).lines[0].run.size_px < 44);
  CHECK(child(scene, 0).lines[0].run.width <= 300);
  CHECK(scene.flaws.empty());
}

TEST_CASE("layout: buttons side by side go under one another when a language needs more space") {
  const auto buttons = [](std::string a, std::string b) {
    return laid_out(column({.width = 952}, {equal_row({secondary_button("a", std::move(a)),
                                                       secondary_button("b", std::move(b))})}));
  };
  const Scene beside = buttons("不是我", "信息有误");
  CHECK(child(beside, 0).children[1].rect == Rect{492, 0, 460, 144});
  const Scene below = buttons("This is not my appointment", "Something is wrong");
  CHECK(child(below, 0).children[1].rect == Rect{0, 176, 952, 144});
  CHECK(below.flaws.empty());
}

TEST_CASE("layout: what does not fit is reported, with its name and by how much") {
  const auto kinds = [](Node root) {
    std::vector<Flaw> flaws = laid_out(std::move(root)).flaws;
    return flaws.empty() ? Flaw{Flaw::Kind::no_glyph, "nothing", 0} : flaws.front();
  };
  CHECK(kinds(column({.width = 100, .height = 100}, {block(0, 130)})) ==
        Flaw{Flaw::Kind::child_outside, "", 30});
  CHECK(kinds(column({.width = 100, .height = 100}, {block(140, 10)})).excess == 40);
  CHECK(kinds(text("两行\n两行", {.width = 300, .height = 80})) ==
        Flaw{Flaw::Kind::text_too_high, "两行\n两行", 38});
  CHECK(kinds(text("一\n二\n三", {.width = 300, .max_lines = 2})) ==
        Flaw{Flaw::Kind::too_many_lines, "一\n二\n三", 1});
  CHECK(kinds(text("宽", {.width = 30, .height = 100})).kind == Flaw::Kind::text_too_wide);
}

TEST_CASE("layout: a screen larger than the canvas is reported") {
  Nodes cards;
  for (int i = 0; i < 12; ++i) cards.push_back(notice(Tone::teal, "Nothing is lost.", ""));
  const Scene scene = laid_out(screen({head("Hospital", "09:41"), body(cards), foot({}, {})}));
  REQUIRE_FALSE(scene.flaws.empty());
  CHECK(scene.flaws.front().kind == Flaw::Kind::child_outside);
}

TEST_CASE("layout: a character that no font has is reported") {
  const Scene scene =
      laid_out(text("\xF4\x80\x80\x80", {.width = 300, .height = 100}));  // U+100000
  REQUIRE(scene.flaws.size() == 1);
  CHECK(scene.flaws[0].kind == Flaw::Kind::no_glyph);
}

TEST_CASE("layout: large text enlarges every text and what stands around it") {
  Setting large;
  large.theme.text_percent = 125;
  const Scene scene = laid_out(column({.width = 900}, {text("大字")}), large);
  CHECK(child(scene, 0).lines[0].run.size_px == 55);
  CHECK(child(scene, 0).rect.height == 74);
}

TEST_CASE("layout: the same tree gives the same scene, warm or cold") {
  const Node tree =
      screen({head("示例市第一人民医院", "09:41"), body({heading("请把身份证放在读卡区")}),
              foot({pill("help", "呼叫工作人员")}, {})});
  Layout layout(test_fonts());
  const Scene first = layout.lay_out(tree, {});
  layout.lay_out(column({}, {text("another screen")}), {});
  layout.lay_out(column({}, {}), {});
  CHECK(layout.lay_out(tree, {}) == first);
  CHECK(layout.lay_out(tree, {}) == first);
}
