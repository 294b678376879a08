#include "drivers/camera/picture_file.h"

#include <doctest/doctest.h>
#include <png.h>
#include <turbojpeg.h>

#include <cstdlib>
#include <string>

using namespace drivers::camera;

namespace {

Grey slope() {
  Grey grey(40, 30);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) grey.row(y)[x] = static_cast<std::uint8_t>(4 * x + 3 * y);
  }
  return grey;
}

kiosk::Bytes as_png(const Grey& grey) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(grey.width);
  image.height = static_cast<png_uint_32>(grey.height);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 65536;
  kiosk::Bytes file(size);
  REQUIRE(png_image_write_to_memory(&image, file.data(), &size, 0, grey.pixels.data(), 0, nullptr));
  file.resize(size);
  return file;
}

kiosk::Bytes as_jpeg(const Grey& grey) {
  void* turbo = tjInitCompress();
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  tjCompress2(turbo, grey.pixels.data(), grey.width, 0, grey.height, TJPF_GRAY, &jpeg, &size,
              TJSAMP_GRAY, 95, 0);
  kiosk::Bytes file(jpeg, jpeg + size);
  tjFree(jpeg);
  tjDestroy(turbo);
  return file;
}

kiosk::Bytes as_pgm(const Grey& grey) {
  const std::string head = "P5\n# a comment\n40 30\n255\n";
  kiosk::Bytes file(head.begin(), head.end());
  kiosk::append(file, grey.pixels);
  return file;
}

}  // namespace

TEST_CASE("picture file: PNG and PGM come out as they went in, JPEG nearly") {
  CHECK(*read_picture(as_png(slope())) == slope());
  CHECK(*read_picture(as_pgm(slope())) == slope());
  const auto jpeg = read_picture(as_jpeg(slope()));
  REQUIRE(jpeg);
  for (std::size_t i = 0; i < jpeg->pixels.size(); ++i) {
    CHECK(std::abs(jpeg->pixels[i] - slope().pixels[i]) < 12);
  }
}

TEST_CASE("picture file: one that is cut anywhere is refused, not guessed") {
  for (const kiosk::Bytes& file : {as_png(slope()), as_jpeg(slope()), as_pgm(slope())}) {
    for (std::size_t size = 0; size + 12 < file.size(); ++size) {
      const auto cut = read_picture(kiosk::ByteView(file).first(size));
      CHECK_FALSE(cut);
    }
  }
}

TEST_CASE("picture file: a motion JPEG frame without its Huffman tables is read") {
  kiosk::Bytes file = as_jpeg(slope());
  for (std::size_t i = 2; i + 4 < file.size() && file[i] == 0xFF && file[i + 1] != 0xDA;) {
    const std::size_t size = 2 + std::size_t{file[i + 2]} * 256 + file[i + 3];
    const auto at = file.begin() + static_cast<std::ptrdiff_t>(i);
    if (file[i + 1] == 0xC4) {
      file.erase(at, at + static_cast<std::ptrdiff_t>(size));
    } else {
      i += size;
    }
  }
  REQUIRE(file.size() < as_jpeg(slope()).size());
  CHECK(read_picture(file));
}

TEST_CASE("picture file: other things and huge ones are named") {
  CHECK(read_picture({}).error().code == "unknown_picture");
  CHECK(read_picture(kiosk::as_bytes("GIF89a")).error().code == "unknown_picture");
  CHECK(read_picture(kiosk::as_bytes("P5 5000 2 255\n")).error().code == "too_large");
  CHECK(read_picture(kiosk::as_bytes("P5 0 2 255\n")).error().code == "damaged_picture");
  CHECK(read_picture(kiosk::as_bytes("P5 4 4 65535\n")).error().code == "damaged_picture");
}
