#include "printing/escpos_raster.h"

#include <doctest/doctest.h>

#include <random>

#include "fixture.h"

namespace printing {
namespace {

using drivers::printer::Cutter;
using drivers::printer::Profile;

/// What a printer makes of the bytes; stops at the first command it does not know.
struct Paper {
  std::vector<std::vector<bool>> rows;
  std::vector<std::size_t> cuts;  ///< rows printed before each
  kiosk::Bytes others;            ///< bytes of commands that were let through
  std::size_t band_rows_max = 0;
  std::string trouble;
};

Paper print(kiosk::ByteView bytes, int width, std::size_t command_size = 0) {
  Paper paper;
  std::size_t at = 0;
  const auto next = [&] { return at < bytes.size() ? bytes[at++] : std::uint8_t{0}; };
  const auto blank = [&](int count) {
    for (int i = 0; i < count; ++i) paper.rows.emplace_back(static_cast<std::size_t>(width));
  };
  while (at < bytes.size()) {
    const int lead = next() << 8;
    const int command = lead | next();
    if (command == 0x1B40) continue;
    if (command == 0x1B4A) {
      blank(next());
    } else if (command == 0x1D56) {
      const int kind = next();
      if (kind != 65 && kind != 66) paper.trouble = "cut";
      paper.cuts.push_back(paper.rows.size());
      next();
    } else if (command == 0x1D76 && next() == 0x30 && next() == 0) {
      const std::size_t low = next();
      const std::size_t row_bytes = low | static_cast<std::size_t>(next()) << 8U;
      const std::size_t low_rows = next();
      const std::size_t count = low_rows | static_cast<std::size_t>(next()) << 8U;
      paper.band_rows_max = std::max(paper.band_rows_max, count);
      if (row_bytes * 8 > static_cast<std::size_t>(width + 7)) paper.trouble = "wide";
      if (row_bytes == 0 || count == 0) paper.trouble = "empty";
      for (std::size_t y = 0; y < count; ++y) {
        blank(1);
        for (std::size_t x = 0; x < row_bytes * 8; ++x) {
          const bool black = (bytes[at + x / 8] >> (7 - x % 8) & 1) != 0;
          if (black) paper.rows.back().at(x) = true;
        }
        at += row_bytes;
      }
    } else if (command_size > 0) {
      at -= 2;
      kiosk::append(paper.others, bytes.subspan(at, command_size));
      at += command_size;
    } else {
      paper.trouble = "command " + std::to_string(command);
      break;
    }
  }
  return paper;
}

/// True if the paper shows the picture; white rows at its end need not have been fed.
bool shows(const Paper& paper, const Picture& picture) {
  for (int y = 0; y < picture.height_dots; ++y) {
    for (int x = 0; x < picture.width_dots; ++x) {
      const auto row = static_cast<std::size_t>(y);
      const bool black = row < paper.rows.size() && paper.rows[row].at(static_cast<std::size_t>(x));
      if (black != picture.black(x, y)) return false;
    }
  }
  return true;
}

Picture random_picture(std::mt19937& random, int width, int height) {
  Picture picture(width, height);
  for (int y = 0; y < height; ++y) {
    if (random() % 3 == 0) y += static_cast<int>(random() % 40);
    const int right = 1 + static_cast<int>(random() % static_cast<unsigned>(width));
    for (int x = 0; x < right; ++x) {
      if (random() % 4 == 0) picture.set_black(x, y);
    }
  }
  return picture;
}

}  // namespace

TEST_CASE("escpos raster: the paper shows the picture, dot by dot") {
  std::mt19937 random(4);
  for (const int width : {384, 512, 576, 13}) {
    for (int round = 0; round < 20; ++round) {
      Profile profile;
      profile.band_rows = 1 + static_cast<int>(random() % 200);
      const Picture picture = random_picture(random, width, static_cast<int>(random() % 600));
      const Paper paper = print(encode(picture, profile).value(), width);
      CHECK(paper.trouble == "");
      CHECK(paper.band_rows_max <= static_cast<std::size_t>(profile.band_rows));
      CHECK(paper.cuts.size() == 1);
      CHECK(shows(paper, picture));
    }
  }
}

TEST_CASE("escpos raster: the default ticket is at most half of its plain raster") {
  for (const int width : {576, 512, 384}) {
    Profile profile;
    profile.width_dots = width;
    const auto picture = render(default_ticket("zh-Hans"), chinese_values(), test_fonts(), width);
    REQUIRE(picture.has_value());
    const kiosk::Bytes bytes = encode(*picture, profile).value();
    const std::size_t bands = static_cast<std::size_t>(picture->height_dots + 127) / 128;
    const std::size_t plain = picture->bits.size() + 8 * bands;
    CHECK(bytes.size() * 2 <= plain);
    CHECK(shows(print(bytes, width), *picture));
  }
}

TEST_CASE("escpos raster: it begins with initialise and ends with feed and cut") {
  Picture picture(16, 3);
  picture.set_black(3, 1);
  Profile profile;
  const kiosk::Bytes partial = {0x1B, 0x40, 0x1B, 0x4A, 1,    0x1D, 0x76, 0x30, 0,
                                1,    0,    1,    0,    0x10, 0x1D, 0x56, 66,   24};
  CHECK(encode(picture, profile).value() == partial);
  profile.cutter = Cutter::full;
  CHECK(encode(picture, profile).value().at(16) == 65);
  profile.cutter = Cutter::none;
  const kiosk::Bytes torn = encode(picture, profile).value();
  CHECK(kiosk::Bytes(torn.end() - 3, torn.end()) == kiosk::Bytes{0x1B, 0x4A, 24});
}

TEST_CASE("escpos raster: a thin gap between wide rows is no band without bytes") {
  Picture picture(576, 43);
  for (int y = 0; y < picture.height_dots; ++y) {
    if (y < 20 || y >= 23) picture.set_black(575, y);
  }
  const Paper paper = print(encode(picture, Profile{}).value(), 576);
  CHECK(paper.trouble == "");
  CHECK(shows(paper, picture));
}

TEST_CASE("escpos raster: long white is fed in several steps, in the model's units") {
  Picture picture(8, 601);
  picture.set_black(0, 600);
  Profile profile;
  CHECK(shows(print(encode(picture, profile).value(), 8), picture));
  profile.feed_units_per_dot = 2;
  const Paper paper = print(encode(picture, profile).value(), 8);
  CHECK(paper.rows.size() == 1201);
}

TEST_CASE("escpos raster: cuts and device commands come between rows") {
  Picture picture(8, 20);
  picture.set_black(0, 0);
  picture.set_black(0, 19);
  picture.marks = {{10, {0x1B, 0x70, 0}}, {15, {}}};
  const Paper paper = print(encode(picture, Profile{}).value(), 8, 3);
  CHECK(paper.others == kiosk::Bytes{0x1B, 0x70, 0});
  REQUIRE(paper.cuts.size() == 2);
  CHECK(paper.cuts[1] > paper.cuts[0]);
}

TEST_CASE("escpos raster: a document that ends in a cut is not cut twice") {
  Picture picture(8, 2);
  picture.set_black(0, 0);
  picture.marks = {{2, {}}};
  CHECK(print(encode(picture, Profile{}).value(), 8).cuts.size() == 1);
}

TEST_CASE("escpos raster: a picture wider than the head is refused") {
  const auto bytes = encode(Picture(600, 1), Profile{});
  REQUIRE(!bytes.has_value());
  CHECK(bytes.error().code == "too_wide");
}

}  // namespace printing
