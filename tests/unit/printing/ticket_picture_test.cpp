#include "printing/ticket_picture.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "printing/picture_png.h"

namespace printing {
namespace {

Picture rendered(std::string_view text, const Values& values, int dots = 576) {
  auto picture = render(template_of(text), values, test_fonts(), dots);
  REQUIRE(picture.has_value());
  return std::move(*picture);
}

struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

/// The smallest box around all black dots.
Box ink_of(const Picture& picture) {
  Box box{picture.width_dots, picture.height_dots, 0, 0};
  for (int y = 0; y < picture.height_dots; ++y) {
    for (int x = 0; x < picture.width_dots; ++x) {
      if (!picture.black(x, y)) continue;
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1),
             std::max(box.bottom, y + 1)};
    }
  }
  return box;
}

int black_dots(const Picture& picture) {
  int count = 0;
  for (int y = 0; y < picture.height_dots; ++y) {
    for (int x = 0; x < picture.width_dots; ++x) count += picture.black(x, y) ? 1 : 0;
  }
  return count;
}

bool same_as_golden(const std::string& name, const Picture& picture) {
  const kiosk::Bytes png = write_png(picture).value();
  const auto wanted = read_png(kiosk::as_bytes(golden(name, kiosk::as_text(png))));
  const auto actual = read_png(png);
  return wanted.has_value() && *wanted == *actual;
}

}  // namespace

TEST_CASE("ticket picture: the default tickets at three widths") {
  for (const int dots : {576, 512, 384}) {
    const std::string end = "-" + std::to_string(dots) + ".png";
    const auto chinese = render(default_ticket("zh-Hans"), chinese_values(), test_fonts(), dots);
    REQUIRE(chinese.has_value());
    CHECK(same_as_golden("ticket/zh-Hans" + end, *chinese));
    const auto english = render(default_ticket("en"), english_values(), test_fonts(), dots);
    REQUIRE(english.has_value());
    CHECK(same_as_golden("ticket/en" + end, *english));
  }
}

TEST_CASE("ticket picture: frames, sizes and looks") {
  const char* text =
      "{border:line;width:10 *;align:left}\n^^^A|_under_ \"bold\" `not`\n---\n{width:6 6 20}\n"
      "a|b|c\n-\n{width:30}\n一行\n{border:space;width:auto}\n"
      "{code:2012345678903;option:ean,hri}\n---\n^wide^ ^^tall^^ ^^^^三^^^^ 𠮷䶮";
  CHECK(same_as_golden("ticket/looks.png", rendered(text, {})));
}

TEST_CASE("ticket picture: the paper's width is the picture's") {
  for (const int dots : {576, 512, 384}) {
    const Picture picture = rendered("---", {}, dots);
    CHECK(picture.width_dots == dots);
    const Box ink = ink_of(picture);
    CHECK(ink.left == dots - ink.right);
    CHECK(ink.right - ink.left == dots / cell_dots * cell_dots);
  }
  CHECK(!render(template_of("a"), {}, test_fonts(), 50).has_value());
}

TEST_CASE("ticket picture: text stands where its column is aligned") {
  CHECK(ink_of(rendered("|Iil", {})).left < 4);
  CHECK(ink_of(rendered("Iil|", {})).right > 572);
  const Box centre = ink_of(rendered("Hall", {}));
  CHECK(std::abs(centre.left - (576 - centre.right)) <= 3);
}

TEST_CASE("ticket picture: wide letters are narrowed into their cells, none overlaps the edge") {
  const std::string wide(48, 'W');
  const Box ink = ink_of(rendered(wide, {}));
  CHECK(ink.left >= 0);
  CHECK(ink.right <= 576);
  CHECK(ink.right - ink.left > 560);
}

TEST_CASE("ticket picture: inverted text is white on black") {
  const int plain = black_dots(rendered("IlIl", {}));
  const int inverted = black_dots(rendered("`IlIl`", {}));
  const int box = 4 * cell_dots * (row_dots + 3);
  CHECK(std::abs(inverted - (box - plain)) < box / 20);
}

TEST_CASE("ticket picture: rare characters are drawn, each in two cells") {
  for (const char* name :
       {"𠮷", "䶮", "㛃", "𬱖", "𠀀", "𠮸", "𡸃", "𪛖", "\xF0\xB0\xBB\x9D", "\xEE\xA1\xA3"}) {
    CAPTURE(name);
    CHECK(test_fonts().missing(name).empty());
    const Box ink = ink_of(rendered("$x$", {{"x", name}}));
    CHECK(ink.right - ink.left > 12);
    CHECK(ink.left >= 288 - 12);
    CHECK(ink.right <= 288 + 12);
  }
}

TEST_CASE("ticket picture: grey pictures are dithered, black and white ones kept") {
  GreyImage image{40, 40, std::vector<std::uint8_t>(1600, 128)};
  for (std::size_t i = 0; i < 800; ++i) image.pixels[i] = i % 40 < 20 ? 0 : 255;
  Layout layout;
  layout.height_dots = 40;
  layout.items.push_back({0, ImageRow{0, 0, std::make_shared<const GreyImage>(image)}});
  const Picture picture = draw(layout, test_fonts(), 576);
  int grey = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      if (y < 20) {
        CHECK(picture.black(x, y) == (x < 20));
      } else {
        grey += picture.black(x, y) ? 1 : 0;
      }
    }
  }
  // Gamma 1.8 makes middle grey a third black.
  CHECK(grey > 800 * 0.25);
  CHECK(grey < 800 * 0.40);
}

TEST_CASE("ticket picture: cuts and device commands are marks between rows") {
  const Picture picture = rendered("a\n=\n{command:\\x1bp}\nb", {});
  CHECK(picture.marks == std::vector<Mark>{{30, {}}, {30, {0x1b, 0x70}}});
  CHECK(picture.height_dots == 60);
}

}  // namespace printing
