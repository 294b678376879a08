#include "drivers/printer/escpos_job.h"

#include <doctest/doctest.h>

#include "drivers/printer/void_strip.h"

using namespace drivers::printer;

namespace {

kiosk::Bytes band(int rows, int row_bytes = 4) {
  kiosk::Bytes bytes = {
      0x1D, 0x76, 0x30, 0, static_cast<std::uint8_t>(row_bytes), 0, static_cast<std::uint8_t>(rows),
      0};
  bytes.insert(bytes.end(), static_cast<std::size_t>(rows * row_bytes), 0xAA);
  return bytes;
}

kiosk::Bytes job(std::initializer_list<kiosk::Bytes> parts) {
  kiosk::Bytes all = {0x1B, 0x40};
  for (const kiosk::Bytes& part : parts) kiosk::append(all, part);
  return all;
}

const kiosk::Bytes cut = {0x1D, 0x56, 0x42, 24};

}  // namespace

TEST_CASE("job: it may look whole when less than its last centimetre is missing") {
  CHECK(may_look_whole_from(job({band(100), band(100), cut})) == 2 + 8 + 400);
  // The last band alone is less than a centimetre: both must be missing.
  CHECK(may_look_whole_from(job({band(100), {0x1B, 0x4A, 9}, band(40), cut})) == 2);
  CHECK(may_look_whole_from(job({band(40), cut})) == 0);
  CHECK(may_look_whole_from(job({{0x1B, 0x7F}, band(200), cut})) == 0);
  CHECK(may_look_whole_from({}) == 0);
}

TEST_CASE("job: what a printer still waits for in the middle of a command") {
  const kiosk::Bytes bytes = job({band(10), {0x1B, 0x4A, 9}, cut});
  const auto missing = [&](std::size_t taken) { return missing_of_command(bytes, taken).value(); };
  CHECK(missing(0) == 0);
  CHECK(missing(1) == 1);
  CHECK(missing(2) == 0);
  CHECK(missing(3) == 7);       // NUL for the rest of a header asks for no rows,
  CHECK(missing(9) == 1 + 40);  // but for its last byte
  CHECK(missing(10) == 40);
  CHECK(missing(49) == 1);
  CHECK(missing(50) == 0);
  CHECK(missing(51) == 2);
  CHECK(missing(54) == 3);
  CHECK(missing(bytes.size()) == 0);
  CHECK(missing(bytes.size() + 9) == 0);
  CHECK_FALSE(missing_of_command(job({{0x1B, 0x7F}}), 4).has_value());
}

TEST_CASE("void strip: black bars and letters within the width, a complete command") {
  for (const int width : {8, 384, 512, 576}) {
    CAPTURE(width);
    const kiosk::Bytes strip = void_strip(width);
    const std::size_t row_bytes = static_cast<std::size_t>(width) / 8;
    REQUIRE(strip.size() > 8);
    const std::size_t rows = strip[6] + 256U * strip[7];
    CHECK(strip[4] == row_bytes);
    CHECK(strip.size() == 8 + rows * row_bytes);
    CHECK(strip[8] == 0xFF);
    CHECK(strip.back() == 0xFF);
    std::size_t black = 0;
    for (const std::uint8_t byte : strip) black += byte != 0 ? 1 : 0;
    CHECK(black < strip.size());
  }
}
