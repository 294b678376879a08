#include "drivers/printer/device_id.h"

#include <doctest/doctest.h>

#include <string>

using namespace drivers::printer;

namespace {

enum class Length { high_first, low_first, none };

kiosk::Bytes answer(const std::string& text, Length length = Length::high_first) {
  const auto size = text.size() + 2;
  const auto high = static_cast<std::uint8_t>(size >> 8);
  const auto low = static_cast<std::uint8_t>(size & 0xFF);
  kiosk::Bytes bytes;
  if (length == Length::high_first) bytes = {high, low};
  if (length == Length::low_first) bytes = {low, high};
  kiosk::append(bytes, kiosk::as_bytes(text));
  return bytes;
}

const DeviceId sample = {"TESTCO", "TP-80", "ESC/POS", "A17"};

}  // namespace

TEST_CASE("device id: short and long keys, any case, spaces around") {
  CHECK(parse_device_id(answer("MFG:TESTCO;MDL:TP-80;CMD:ESC/POS;CLS:PRINTER;SN:A17;")) == sample);
  CHECK(parse_device_id(answer("manufacturer: TESTCO; Model:TP-80 ;COMMAND SET:ESC/POS;"
                               "SERN:A17")) == sample);
}

TEST_CASE("device id: the length may be turned round, missing or wrong") {
  const std::string text = "MFG:TESTCO;MDL:TP-80;CMD:ESC/POS;SN:A17;";
  CHECK(parse_device_id(answer(text, Length::low_first)) == sample);
  CHECK(parse_device_id(answer(text, Length::none)) == sample);
  kiosk::Bytes wrong = answer(text);
  wrong[0] = 0x7F;
  CHECK(parse_device_id(wrong) == sample);
}

TEST_CASE("device id: an answer without a known key is none") {
  for (const char* text : {"", ";;;", "MFG", "MFG:;MDL: ;", ":::", "DES:something;"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_device_id(answer(text)).has_value());
  }
  CHECK_FALSE(parse_device_id({}).has_value());
  CHECK_FALSE(parse_device_id(kiosk::Bytes{0x00}).has_value());
}

TEST_CASE("device id: names are fit for a log, and not endless") {
  const auto id =
      parse_device_id(answer("MFG:A\x01\xFF"
                             "B\n;MDL:" +
                             std::string(500, 'x') + ";"));
  REQUIRE(id.has_value());
  CHECK(id->maker == "AB");
  CHECK(id->model == std::string(device_name_max, 'x'));
}
