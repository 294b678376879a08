#include "kiosk/text/fonts.h"

#include "test_fonts.h"

namespace kiosk::text {
namespace {

using Names = std::set<std::string>;

TEST_CASE("fonts: every hard character of an ID card is set in the typeface that has it") {
  Fonts fonts = test_fonts();
  const Names noto{"Noto Sans CJK SC"};
  for (const char* text :
       {"𠮷", "䶮", "㛃", "𬱖", "\U00030EDD", "\uE863", "阿卜杜热合曼·买买提艾力"}) {
    CAPTURE(text);
    CHECK(faces_of(fonts, text) == noto);
  }
  for (const char* text : {"𠀀", "𡸃", "𪛖"}) {
    CAPTURE(text);
    CHECK(faces_of(fonts, text) == Names{"BabelStone Han"});
  }
  CHECK(faces_of(fonts, "𠮸") == Names{"HanaMinB"});
}

TEST_CASE("fonts: every hard character leaves ink, on screen and paper, regular and bold") {
  Fonts fonts = test_fonts();
  for (const char* text :
       {"𠮷", "䶮", "㛃", "𬱖", "𠀀", "𠮸", "𡸃", "𪛖", "\U00030EDD", "\uE863", "த", "ب", "ễ"}) {
    for (const Weight weight : {Weight::regular, Weight::bold}) {
      for (const Ink ink : {Ink::grey, Ink::mono}) {
        CAPTURE(text);
        Style style = sized(32);
        style.weight = weight;
        Picture picture({0, 0, 48, 48});
        fonts.draw(fonts.shape(text, style), {4, 34}, ink, picture);
        CHECK(picture.ink() > 20);
        CHECK(picture.ink() < 1000);
      }
    }
  }
}

TEST_CASE("fonts: an old private-use code draws exactly its character") {
  Fonts fonts = test_fonts();
  CHECK(fonts.shape("\uE863", {}) == fonts.shape("䶮", {}));
  CHECK(fonts.shape("\uE81E", {}) == fonts.shape("\u9FB4", {}));
}

TEST_CASE("fonts: other private-use codes are missing, whatever a font has there") {
  Fonts fonts = test_fonts();
  CHECK(faces_of(fonts, "\uE000") == Names{"missing"});
  CHECK(fonts.missing("王\uE000小\U000F0000明\uE000") == std::vector<char32_t>{0xE000, 0xF0000});
}

TEST_CASE("fonts: nothing is missing from names, joiners and line ends") {
  Fonts fonts = test_fonts();
  CHECK(fonts
            .missing("𠮷䶮㛃𬱖𠀀𠮸𡸃𪛖\U00030EDD\uE863 தமிழ் مرحبا "
                     "Nguyễn\nŽofie\u200D葛\U000E0100")
            .empty());
}

TEST_CASE("fonts: scripts besides Chinese get their own typefaces") {
  Fonts fonts = test_fonts();
  CHECK(faces_of(fonts, "தமிழ்") == Names{"Noto Sans Tamil"});
  CHECK(faces_of(fonts, "عبدالرحمن") == Names{"Noto Sans Arabic"});
  CHECK(faces_of(fonts, "ئۇيغۇر") == Names{"Noto Sans Arabic"});
  CHECK(faces_of(fonts, "བོད") == Names{"Noto Serif Tibetan"});
  CHECK(faces_of(fonts, "Nguyễn") == Names{"Noto Sans CJK SC"});
}

TEST_CASE("fonts: a word is of one typeface, though an earlier one has some of its letters") {
  Fonts fonts = test_fonts();
  CHECK(faces_of(fonts, "Yağmur") == Names{"Noto Sans"});
  CHECK(faces_of(fonts, "Yagmur") == Names{"Noto Sans CJK SC"});
  CHECK(faces_of(fonts, "e\u0301") == Names{"Noto Sans CJK SC"});
}

TEST_CASE("fonts: quotation marks and dots are wide among ideographs, narrow in Latin words") {
  Fonts fonts = test_fonts();
  const Style style = sized(32);
  CHECK(faces_of(fonts, "O’Neil") == Names{"Noto Sans"});
  CHECK(fonts.shape("“你”", style).width == doctest::Approx(96));
  CHECK(fonts.shape("“x”", style).width < 50);
  CHECK(fonts.shape("买·买", style).width == doctest::Approx(96));
}

TEST_CASE("fonts: a variation selector stays with its base, and does not hide it") {
  Fonts fonts = test_fonts();
  const GlyphRun plain = fonts.shape("葛", sized(32));
  const GlyphRun varied = fonts.shape("葛\U000E0100", sized(32));
  CHECK(varied.width == doctest::Approx(plain.width));
  REQUIRE(!varied.glyphs.empty());
  CHECK(varied.glyphs.front().id != 0);
}

TEST_CASE("fonts: widths add up and grow with size and stretch") {
  Fonts fonts = test_fonts();
  const GlyphRun run = fonts.shape("门诊 K1-017 مرحبا", sized(30));
  float sum = 0;
  for (const Glyph& glyph : run.glyphs) sum += glyph.advance;
  CHECK(sum == doctest::Approx(run.width));
  CHECK(fonts.shape("医院", sized(24)).width == doctest::Approx(48));
  CHECK(fonts.shape("医院", sized(30.5F)).width == doctest::Approx(61));
  Style wide = sized(24);
  wide.stretch = 2;
  CHECK(fonts.shape("医院", wide).width == doctest::Approx(96));
  CHECK(fonts.shape("医院", wide).ascent == fonts.shape("医院", sized(24)).ascent);
}

TEST_CASE("fonts: lines of a style are equally high whatever typefaces they use") {
  Fonts fonts = test_fonts();
  const GlyphRun chinese = fonts.shape("医院", sized(32));
  const GlyphRun tamil = fonts.shape("தமிழ்", sized(32));
  CHECK(chinese.ascent == tamil.ascent);
  CHECK(chinese.descent == tamil.descent);
  CHECK(fonts.shape("", sized(32)).ascent == chinese.ascent);
  CHECK(chinese.ascent + chinese.descent > 32);
}

TEST_CASE("fonts: tabular figures are equally wide, also in a typeface whose figures are not") {
  const std::string folder = "/usr/share/fonts/opentype/noto/NotoSerifCJK-";
  Result<Fonts> serif = Fonts::create({{folder + "Regular.ttc", folder + "Bold.ttc", 2}});
  REQUIRE(serif);
  Style style = sized(32);
  CHECK(serif->shape("11:11", style).width < serif->shape("00:00", style).width - 1);
  style.figures = Figures::tabular;
  for (const Weight weight : {Weight::regular, Weight::bold}) {
    style.weight = weight;
    const float width = serif->shape("08:48", style).width;
    CHECK(serif->shape("11:11", style).width == doctest::Approx(width));
    CHECK(serif->shape("1a", style).width > serif->shape("a", style).width);
  }
  Fonts fonts = test_fonts();
  CHECK(fonts.shape("11:11", style).width == doctest::Approx(fonts.shape("08:48", style).width));
}

TEST_CASE("fonts: with fixed pitch a Latin letter is half an ideograph") {
  Fonts fonts = test_fonts(Pitch::fixed);
  CHECK(fonts.shape("iW0-", sized(24)).width == doctest::Approx(48));
  CHECK(fonts.shape("医院", sized(24)).width == doctest::Approx(48));
  CHECK(faces_of(fonts, "K1医") == Names{"Noto Sans Mono CJK SC"});
}

TEST_CASE("fonts: glyph forms follow the language") {
  Fonts fonts = test_fonts();
  Style japanese;
  japanese.language = "ja";
  CHECK(fonts.shape("直", {}).glyphs != fonts.shape("直", japanese).glyphs);
}

TEST_CASE("fonts: an Arabic name in Chinese text is set from right to left, the text is not") {
  Fonts fonts = test_fonts();
  const GlyphRun name = fonts.shape("سلام", sized(32));
  const GlyphRun whole = fonts.shape("سلام医", sized(32));
  REQUIRE(whole.glyphs.size() == name.glyphs.size() + 1);
  CHECK(fonts.face_name(whole.glyphs.back()) == "Noto Sans CJK SC");
  for (std::size_t i = 0; i < name.glyphs.size(); ++i) CHECK(whole.glyphs[i] == name.glyphs[i]);
}

TEST_CASE("fonts: an isolated Arabic name leaves the time behind it in its place") {
  Fonts fonts = test_fonts();
  const auto last_face = [&](const std::string& text) {
    return std::string(fonts.face_name(fonts.shape(text, {}).glyphs.back()));
  };
  CHECK(last_face("سلام 09:41") == "Noto Sans Arabic");
  const GlyphRun run = fonts.shape(isolated("سلام") + " 09:41", {});
  std::vector<std::uint32_t> tail;
  for (const Glyph& glyph : fonts.shape("09:41", {}).glyphs) tail.push_back(glyph.id);
  REQUIRE(run.glyphs.size() > tail.size());
  for (std::size_t i = 0; i < tail.size(); ++i) {
    CHECK(run.glyphs[run.glyphs.size() - tail.size() + i].id == tail[i]);
  }
}

TEST_CASE("fonts: malformed UTF-8 shows as replacement characters") {
  Fonts fonts = test_fonts();
  CHECK(fonts.shape("a\xFF\xC3(", {}) == fonts.shape("a\uFFFD\uFFFD(", {}));
  CHECK(fonts.shape("\xED\xA0\x80", {}).glyphs.size() >= 1);  // a lone surrogate
  CHECK(fonts.missing("\xF0\x9F").empty());
  Picture picture({0, 0, 40, 40});
  fonts.draw(fonts.shape("\xFF", sized(30)), {2, 30}, Ink::mono, picture);
  CHECK(picture.ink() > 50);
}

TEST_CASE("fonts: NUL and control characters vanish, nothing ends at them") {
  Fonts fonts = test_fonts();
  using namespace std::string_view_literals;
  CHECK(fonts.shape("王\0小\x01\x7F\xC2\x9B明"sv, {}) == fonts.shape("王小明", {}));
  CHECK(fonts.shape("王\t小\r\n明", {}) == fonts.shape("王 小 明", {}));
  CHECK(fonts.shape("王\u202E小明", {}) == fonts.shape("王小明", {}));
}

TEST_CASE("fonts: a text beyond the limit ends in an ellipsis") {
  Fonts fonts = test_fonts();
  const std::string most(text_length_max, 'a');
  CHECK(fonts.shape(most, {}).glyphs.size() == text_length_max);
  const GlyphRun cut = fonts.shape(most + "a", {});
  CHECK(cut.glyphs.size() == text_length_max);
  CHECK(cut.glyphs.back().id == fonts.shape("a…", {}).glyphs.back().id);
  const std::string flood(std::size_t{8} * 1024 * 1024, '\x01');
  CHECK(fonts.shape(flood, {}).glyphs.size() == 1);
}

TEST_CASE("fonts: a size out of range is brought into it") {
  Fonts fonts = test_fonts();
  CHECK(fonts.shape("医", sized(1e9F)).width == doctest::Approx(size_px_max));
  CHECK(fonts.shape("医", sized(-3)).width == doctest::Approx(size_px_min));
}

TEST_CASE("fonts: a missing font file is an error that names it") {
  FontList list = debian_fonts(Pitch::proportional);
  list.back().regular = "/nowhere/Lost.ttf";
  const Result<Fonts> fonts = Fonts::create(list);
  REQUIRE(!fonts);
  CHECK(fonts.error().code == "font_missing");
  CHECK(fonts.error().what.find("/nowhere/Lost.ttf") != std::string::npos);
  CHECK(Fonts::create({}).error().code == "no_fonts");
}

TEST_CASE("fonts: a leading file that is no font is an error; one further down is passed over") {
  const std::string path = "/etc/passwd";
  CHECK(Fonts::create({{path, "", 0}}).error().code == "font_bad");
  FontList list = debian_fonts(Pitch::proportional);
  list.insert(list.begin() + 1, {path, "", 0});
  Result<Fonts> fonts = Fonts::create(list);
  REQUIRE(fonts);
  CHECK(faces_of(*fonts, "𠮸") == Names{"HanaMinB"});
}

}  // namespace
}  // namespace kiosk::text
