#include "printing/picture_png.h"

#include <doctest/doctest.h>

#include "printing/grey_image.h"

namespace printing {
namespace {

kiosk::Bytes png_of(int width, int height) {
  Picture picture(width, height);
  picture.set_black(width - 1, 0);
  return write_png(picture).value();
}

}  // namespace

TEST_CASE("picture png: what is written is read back") {
  const GreyImage image = read_png(png_of(11, 3)).value();
  CHECK(image.width == 11);
  CHECK(image.height == 3);
  CHECK(image.pixels.at(10) == 0);
  CHECK(image.pixels.at(9) == 255);
  CHECK(image.pixels.at(21) == 255);
}

TEST_CASE("picture png: damaged, cut off or huge files are refused") {
  const kiosk::Bytes png = png_of(20, 20);
  for (std::size_t size = 0; size + 12 < png.size(); ++size) {
    CHECK(!read_png(kiosk::ByteView(png).first(size)).has_value());
  }
  CHECK(read_png(png_of(image_side_max + 1, 1)).error().code == "too_large");
  CHECK(read_png(png_of(image_side_max, 1)).has_value());
  CHECK(!write_png(Picture()).has_value());
}

TEST_CASE("picture png: shrinking takes the mean of what a pixel covers") {
  const GreyImage image{4, 2, {0, 255, 255, 255, 0, 255, 255, 255}};
  CHECK(shrink(image, 2) == GreyImage{2, 1, {127, 255}});
  CHECK(shrink(image, 4) == image);
  CHECK(shrink(image, 9) == image);
}

}  // namespace printing
