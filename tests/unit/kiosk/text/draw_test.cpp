#include <algorithm>
#include <limits>

#include "kiosk/text/glyph_cache.h"
#include "test_fonts.h"

namespace kiosk::text {
namespace {

TEST_CASE("draw: mono ink is black or nothing, grey has steps between") {
  Fonts fonts = test_fonts();
  const GlyphRun run = fonts.shape("曦 Ag", sized(30));
  Picture mono({0, 0, 120, 48});
  Picture grey({0, 0, 120, 48});
  fonts.draw(run, {3.4F, 36}, Ink::mono, mono);
  fonts.draw(run, {3.4F, 36}, Ink::grey, grey);
  const auto between = [](std::uint8_t pixel) { return pixel != 0 && pixel != 255; };
  CHECK(std::none_of(mono.pixels().begin(), mono.pixels().end(), between));
  CHECK(std::any_of(grey.pixels().begin(), grey.pixels().end(), between));
  CHECK(mono.ink() == doctest::Approx(grey.ink()).epsilon(0.25));
}

TEST_CASE("draw: what lies outside the area is clipped, on every side") {
  Fonts fonts = test_fonts();
  const GlyphRun run = fonts.shape("医院门诊", sized(40));
  Picture whole({-50, -50, 250, 100});
  fonts.draw(run, {10, 40}, Ink::grey, whole);
  Picture part({25, 15, 100, 30});
  fonts.draw(run, {10, 40}, Ink::grey, part);
  CHECK(!part.outside);
  CHECK(part.ink() > 0);
  for (int y = 15; y < 30; ++y) {
    for (int x = 25; x < 100; ++x) REQUIRE(part.at(x, y) == whole.at(x, y));
  }
}

TEST_CASE("draw: text far off, or at no number, draws nothing") {
  Fonts fonts = test_fonts();
  const GlyphRun run = fonts.shape("医", sized(40));
  Picture picture({0, 0, 50, 50});
  fonts.draw(run, {1e30F, 40}, Ink::grey, picture);
  fonts.draw(run, {-1000, 40}, Ink::mono, picture);
  fonts.draw(run, {10, std::numeric_limits<float>::quiet_NaN()}, Ink::grey, picture);
  CHECK(picture.ink() == 0);
  CHECK(!picture.outside);
}

TEST_CASE("draw: the second time gives the same pixels") {
  Fonts fonts = test_fonts();
  const GlyphRun run = fonts.shape("𠮸医 Ağ", sized(33));
  Picture first({0, 0, 160, 50});
  Picture second({0, 0, 160, 50});
  fonts.draw(run, {2, 38}, Ink::grey, first);
  fonts.draw(run, {2, 38}, Ink::grey, second);
  CHECK(first.pixels() == second.pixels());
}

TEST_CASE("draw: bold has more ink, also where only a regular file exists") {
  Fonts fonts = test_fonts();
  for (const char* text : {"医", "𠮸", "𠀀"}) {
    CAPTURE(text);
    Style bold = sized(40);
    bold.weight = Weight::bold;
    Picture thin({0, 0, 60, 60});
    Picture thick({0, 0, 60, 60});
    fonts.draw(fonts.shape(text, sized(40)), {5, 45}, Ink::grey, thin);
    fonts.draw(fonts.shape(text, bold), {5, 45}, Ink::grey, thick);
    CHECK(thick.ink() > thin.ink() * 1.15);
  }
}

TEST_CASE("draw: stretched text is wider, not higher") {
  Fonts fonts = test_fonts();
  Style wide = sized(24);
  wide.stretch = 2;
  Picture plain({0, 0, 200, 40});
  Picture stretched({0, 0, 200, 40});
  fonts.draw(fonts.shape("口口", sized(24)), {0, 30}, Ink::mono, plain);
  fonts.draw(fonts.shape("口口", wide), {0, 30}, Ink::mono, stretched);
  const auto columns = [](Picture& picture) {
    int last = 0;
    for (int x = 0; x < 200; ++x) {
      for (int y = 0; y < 40; ++y) last = picture.at(x, y) != 0 ? x : last;
    }
    return last;
  };
  const auto rows = [](Picture& picture) {
    int last = 0;
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 200; ++x) last = picture.at(x, y) != 0 ? y : last;
    }
    return last;
  };
  CHECK(std::abs(columns(stretched) - 2 * columns(plain)) <= 3);
  CHECK(rows(stretched) == rows(plain));
}

Bitmap bitmap_of(std::size_t bytes) {
  return {0, 0, static_cast<int>(bytes), 1, std::vector<std::uint8_t>(bytes, 7)};
}

TEST_CASE("glyph cache: it stays within its limit and drops what was unused longest") {
  GlyphCache cache(4096);
  const auto key = [](std::uint32_t id) {
    GlyphKey made;
    made.id = id;
    return made;
  };
  for (std::uint32_t id = 1; id <= 3; ++id) cache.put(key(id), bitmap_of(1000));
  CHECK(cache.find(key(1)) != nullptr);  // now used after 2
  cache.put(key(4), bitmap_of(1000));
  CHECK(cache.bytes() <= 4096);
  CHECK(cache.find(key(2)) == nullptr);
  REQUIRE(cache.find(key(1)) != nullptr);
  CHECK(cache.find(key(1))->coverage.size() == 1000);
  CHECK(cache.find(key(4)) != nullptr);
}

TEST_CASE("glyph cache: one glyph larger than the limit is kept until the next") {
  GlyphCache cache(100);
  GlyphKey large;
  large.id = 1;
  CHECK(cache.put(large, bitmap_of(5000)).coverage.size() == 5000);
  GlyphKey next;
  next.id = 2;
  cache.put(next, bitmap_of(10));
  CHECK(cache.find(large) == nullptr);
}

TEST_CASE("glyph cache: keys that differ in one part are different glyphs") {
  GlyphCache cache(1 << 20);
  GlyphKey key;
  cache.put(key, bitmap_of(1));
  GlyphKey other = key;
  other.ink = Ink::mono;
  CHECK(cache.find(other) == nullptr);
  other = key;
  other.weight = Weight::bold;
  CHECK(cache.find(other) == nullptr);
  other = key;
  other.size = {64, 128};
  CHECK(cache.find(other) == nullptr);
  CHECK(cache.find(key) != nullptr);
}

}  // namespace
}  // namespace kiosk::text
