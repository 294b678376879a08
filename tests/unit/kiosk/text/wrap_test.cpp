#include <string>

#include "test_fonts.h"

namespace kiosk::text {
namespace {

constexpr const char* notice =
    "请在候诊区等候叫号，注意听广播和看屏幕。Please wait (Room 3-17), "
    "带好您的“医保卡”与病历；مرحبا 09:41 தமிழ்.";

std::size_t glyphs_in(const std::vector<GlyphRun>& lines) {
  std::size_t count = 0;
  for (const GlyphRun& line : lines) count += line.glyphs.size();
  return count;
}

TEST_CASE("wrap: no line is wider than asked, at any width that holds a cluster") {
  Fonts fonts = test_fonts();
  for (float width = 60; width < 900; width += 37) {
    const std::vector<GlyphRun> lines = fonts.wrap(notice, sized(28), width);
    for (const GlyphRun& line : lines) CHECK(line.width <= width);
    CHECK(static_cast<float>(lines.size()) * width > fonts.shape(notice, sized(28)).width * 0.8F);
  }
}

TEST_CASE("wrap: nothing but spaces is lost") {
  Fonts fonts = test_fonts();
  const std::string text = "请在候诊区等候叫号注意听广播和看屏幕";
  CHECK(glyphs_in(fonts.wrap(text, sized(24), 100)) == 18);
  CHECK(glyphs_in(fonts.wrap("one two  three", sized(24), 50)) == 11);
}

TEST_CASE("wrap: no line begins with a stop, a comma or a closing bracket") {
  Fonts fonts = test_fonts();
  // Four ideographs fill the line exactly; the stop takes the last of them along.
  for (const char* stop : {"。", "，", "）", "”", "》", "？"}) {
    CAPTURE(stop);
    const auto lines = fonts.wrap(std::string("医院门诊") + stop + "好", sized(24), 96);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].glyphs.size() == 3);
    CHECK(lines[1].glyphs.size() == 3);
  }
  const auto lines = fonts.wrap("医院门（诊）", sized(24), 96);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].glyphs.size() == 3);  // an opening bracket goes with what it opens
}

TEST_CASE("wrap: English breaks between words, and within a word only when it must") {
  Fonts fonts = test_fonts();
  Style style = sized(24);
  style.language = "en";
  const float word = fonts.shape("appointment", style).width;
  CHECK(fonts.wrap("appointment appointment", style, word + 1).size() == 2);
  const auto forced = fonts.wrap("appointmentappointment", style, word + 1);
  CHECK(forced.size() >= 2);
  CHECK(glyphs_in(forced) == 22);
  for (const GlyphRun& line : forced) CHECK(line.width <= word + 1);
}

TEST_CASE("wrap: spaces at a line's end hang over and are not counted") {
  Fonts fonts = test_fonts();
  const auto lines = fonts.wrap("医院      门诊", sized(24), 50);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].width == doctest::Approx(48));
  CHECK(lines[1].glyphs.size() == 2);
}

TEST_CASE("wrap: line ends of every kind break, and empty lines stay") {
  Fonts fonts = test_fonts();
  CHECK(fonts.wrap("a\nb\r\nc\u2028d", sized(24), 500).size() == 4);
  CHECK(fonts.wrap("a\n\nb\n", sized(24), 500).size() == 4);
  CHECK(fonts.wrap("", sized(24), 500).size() == 1);
}

TEST_CASE("wrap: a width too small for anything still ends, a cluster a line") {
  Fonts fonts = test_fonts();
  CHECK(fonts.wrap("医院e\u0301", sized(24), 0).size() == 3);
  CHECK(fonts.wrap("医院", sized(24), -5).size() == 2);
}

TEST_CASE("fit: what fits keeps its size") {
  Fonts fonts = test_fonts();
  const Fitted fitted = fonts.fit("王小明", sized(40), 120, 20);
  CHECK(fitted.size_px == 40);
  CHECK(fitted.lines.size() == 1);
}

TEST_CASE("fit: a long name is made smaller, no more than needed, and keeps every letter") {
  Fonts fonts = test_fonts();
  const std::string name = "阿卜杜热合曼·买买提艾力";
  const Fitted fitted = fonts.fit(name, sized(56), 400, 24);
  REQUIRE(fitted.lines.size() == 1);
  CHECK(fitted.lines[0].glyphs.size() == 12);
  CHECK(fitted.lines[0].width <= 400);
  CHECK(fitted.lines[0].width > 385);
  CHECK(fitted.size_px == doctest::Approx(33.25));
  CHECK(fitted.lines[0].size_px == fitted.size_px);
}

TEST_CASE("fit: a name too long for the smallest size goes on two lines, whole") {
  Fonts fonts = test_fonts();
  const Fitted fitted = fonts.fit("阿卜杜热合曼·买买提艾力", sized(56), 200, 24);
  CHECK(fitted.size_px == 24);
  REQUIRE(fitted.lines.size() == 2);
  CHECK(glyphs_in(fitted.lines) == 12);
  for (const GlyphRun& line : fitted.lines) CHECK(line.width <= 200);
}

TEST_CASE("fit: a width of nothing ends at the smallest size") {
  Fonts fonts = test_fonts();
  const Fitted fitted = fonts.fit("王小明", sized(40), 0, 20);
  CHECK(fitted.size_px == 20);
  CHECK(glyphs_in(fitted.lines) == 3);
}

}  // namespace
}  // namespace kiosk::text
