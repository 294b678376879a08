#include "screens/ui/painter.h"

#include <cairo.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "screens/ui/hit.h"
#include "tests/unit/screens/ui/fixture.h"
#include "tests/unit/screens/ui/kit_sheet.h"

using namespace screens::ui;

namespace {

std::uint32_t pixel(const Surface& surface, int x, int y) {
  const unsigned char* row = cairo_image_surface_get_data(surface.get()) +
                             y * cairo_image_surface_get_stride(surface.get());
  std::uint32_t value = 0;
  std::memcpy(&value, row + x * 4, 4);
  return value & 0xFFFFFFU;
}

/// Pixels that differ by more than a shade; all of them when the sizes differ.
int differing(const Surface& a, const Surface& b) {
  const Size size = size_of(a);
  if (size != size_of(b)) return size.width * size.height;
  constexpr int shade = 8;
  int count = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const std::uint32_t one = pixel(a, x, y);
      const std::uint32_t other = pixel(b, x, y);
      int most = 0;
      for (const int shift : {0, 8, 16}) {
        const int delta =
            static_cast<int>(one >> shift & 0xFF) - static_cast<int>(other >> shift & 0xFF);
        most = std::max(most, std::abs(delta));
      }
      count += most > shade ? 1 : 0;
    }
  }
  return count;
}

/// Compares with tests/golden/ui/NAME.png; a picture that differs stays in the build folder.
void check_golden(const std::string& name, const Surface& surface) {
  const std::string golden = KIOSK_SOURCE_DIR "/tests/golden/ui/" + name + ".png";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(KIOSK_SOURCE_DIR "/tests/golden/ui");
    REQUIRE(write_png(surface, golden).has_value());
  }
  const Surface wanted(cairo_image_surface_create_from_png(golden.c_str()));
  const int count =
      cairo_surface_status(wanted.get()) == CAIRO_STATUS_SUCCESS ? differing(surface, wanted) : -1;
  if (count != 0) {
    const std::string kept = KIOSK_BUILD_DIR "/failed-" + name + ".png";
    CHECK(write_png(surface, kept).has_value());
    MESSAGE("the picture is kept as ", kept);
  }
  CHECK(count == 0);
}

void check_page(const std::string& name, Node page) {
  const Scene scene = laid_out(std::move(page));
  for (const Flaw& flaw : scene.flaws) {
    MESSAGE(name, ": ", flaw.node, ", kind ", static_cast<int>(flaw.kind), ", by ", flaw.excess);
  }
  CHECK(scene.flaws.empty());
  Painter painter(test_fonts());
  painter.paint(scene, "", 1);
  check_golden(name, painter.surface());
}

}  // namespace

TEST_CASE("painter: the kit looks as agreed") {
  check_page("kit_sheet", kit_sheet());
}
TEST_CASE("painter: the welcome page looks as agreed") {
  check_page("welcome", welcome_page());
}
TEST_CASE("painter: the confirm page looks as agreed") {
  check_page("confirm", confirm_page());
}
TEST_CASE("painter: the early page looks as agreed") {
  check_page("early", early_page());
}
TEST_CASE("painter: the done page looks as agreed") {
  check_page("done", done_page());
}

TEST_CASE("painter: fills and borders have the colours of the look") {
  Painter painter(test_fonts());
  painter.paint(
      laid_out(column({.padding = all(40), .width = 300, .height = 300, .fill = Color::paper},
                      {column({.height = 100,
                               .fill = Color::teal,
                               .border_color = Color::amber,
                               .border = 4,
                               .radius = 20},
                              {})})),
      "", 1);
  const Surface& surface = painter.surface();
  CHECK(pixel(surface, 5, 5) == 0xF7F5F0);
  CHECK(pixel(surface, 150, 90) == 0x0A6A68);
  CHECK(pixel(surface, 150, 41) == 0x8A5200);
  CHECK(pixel(surface, 40, 40) == 0xF7F5F0);  // outside the round corner
}

TEST_CASE("painter: an equal scene is not drawn again, a changed text only where it stands") {
  Painter painter(test_fonts());
  const Scene first = laid_out(confirm_page());
  CHECK(painter.paint(first, "", 1) == Rect{0, 0, 1080, 1920});
  CHECK(painter.paint(laid_out(confirm_page()), "", 1).empty());

  Node next = confirm_page();
  next.children[1].children.back().children[0].text = "13 秒后返回首页　·　我需要更多时间";
  const Scene second = laid_out(next);
  const Rect changed = painter.paint(second, "", 1);
  CHECK(changed.y > 1500);
  CHECK(changed.height < 160);

  Painter whole(test_fonts());
  whole.paint(second, "", 1);
  CHECK(differing(painter.surface(), whole.surface()) == 0);
}

TEST_CASE("painter: a pressed button is darker until it is let go") {
  Painter painter(test_fonts());
  const Scene scene = laid_out(confirm_page());
  painter.paint(scene, "", 1);
  const Rect button = find_action(scene, "confirm").rect;
  const Rect changed = painter.paint(scene, "confirm", 1);
  CHECK(changed.contains(button));
  CHECK(changed.height < button.height + 40);
  CHECK(pixel(painter.surface(), button.x + 60, button.y + 60) == 0x07504F);
  CHECK_FALSE(painter.paint(scene, "", 1).empty());
  CHECK(pixel(painter.surface(), button.x + 60, button.y + 60) == 0x0A6A68);
}

TEST_CASE("painter: any scale paints the same page, smaller") {
  Painter painter(test_fonts());
  const Rect changed = painter.paint(laid_out(done_page()), "", 0.4);
  CHECK(changed == Rect{0, 0, 432, 768});
  CHECK(pixel(painter.surface(), 3, 300) == 0xF7F5F0);
  check_golden("done_small", painter.surface());
}

TEST_CASE("painter: a picture that cannot be written is an error with its path") {
  const auto written = write_png(make_surface({2, 2}), "/nowhere/x.png");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().what.find("/nowhere/x.png") == 0);
}

TEST_CASE("theme: words are readable on every ground the kit puts them on") {
  CHECK(contrast(rgba(Color::ink), rgba(Color::white)) > 7);
  for (const auto& [words, ground] :
       {std::pair{Color::ink2, Color::paper}, std::pair{Color::white, Color::teal},
        std::pair{Color::amber, Color::amber_soft}, std::pair{Color::red, Color::red_soft},
        std::pair{Color::green, Color::paper}, std::pair{Color::ink2, Color::teal_soft},
        std::pair{Color::teal, Color::teal_soft}, std::pair{Color::white, Color::teal_press},
        std::pair{Color::ink2, Color::line}}) {
    CHECK(contrast(rgba(words), rgba(ground)) >= 4.5);
  }
}
