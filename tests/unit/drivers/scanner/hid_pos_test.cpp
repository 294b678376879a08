#include "drivers/scanner/hid_pos.h"

#include <doctest/doctest.h>

#include "tests/emulators/emulated_scanner.h"

using namespace drivers::scanner;
using namespace std::chrono_literals;
using drivers::usb::Moment;

namespace {

PosLayout layout_of(emulators::ScannerMake make) {
  return parse_pos_layout(emulators::EmulatedScanner(make).describe().report_descriptor).value();
}

PosLayout honeywell() {
  return layout_of(emulators::ScannerMake::honeywell);
}

/// A Honeywell report: count, AIM identifier, data padded to 56 bytes, code id, 0, continuation.
kiosk::Bytes report(std::uint8_t count, std::string_view aim, std::string_view data,
                    std::uint8_t code_id, std::uint8_t continued) {
  kiosk::Bytes bytes = {0x02, count};
  kiosk::append(bytes, kiosk::as_bytes(aim));
  kiosk::append(bytes, kiosk::as_bytes(data));
  bytes.resize(61);
  bytes.insert(bytes.end(), {code_id, 0, continued});
  return bytes;
}

const std::string digits = "012345678901234567890123456789012345678901234567890123456789";

}  // namespace

TEST_CASE("the Honeywell descriptor gives the published offsets") {
  const PosLayout layout = honeywell();
  CHECK(layout == PosLayout{std::uint8_t{2}, 64, 5, 56, 1, 2, 63});
}

TEST_CASE("a descriptor without byte count has its fields elsewhere") {
  const PosLayout layout = layout_of(emulators::ScannerMake::without_count);
  CHECK(layout.report_id == std::uint8_t{1});
  CHECK_FALSE(layout.count_offset.has_value());
  CHECK(layout.aim_offset == 1U);
  CHECK(layout.data_offset == 4);
  CHECK(layout.continued_offset == 60U);
}

TEST_CASE("a keyboard's descriptor, a torn or an empty one has no layout") {
  CHECK_FALSE(parse_pos_layout({}).has_value());
  const kiosk::Bytes keyboard = {0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x75,
                                 0x08, 0x95, 0x08, 0x09, 0x04, 0x81, 0x02, 0xC0};
  CHECK(parse_pos_layout(keyboard).error().code == "unknown_layout");
  const auto whole = emulators::EmulatedScanner().describe().report_descriptor;
  for (std::size_t size = 0; size < 45; ++size) {
    CHECK_FALSE(parse_pos_layout(kiosk::ByteView(whole).first(size)).has_value());
  }
}

TEST_CASE("a code in one report") {
  ScanAssembler assembler(honeywell());
  const auto scan = assembler.accept(Moment{}, report(10, "]C0", "P000012345", 0x6A, 0)).value();
  REQUIRE(scan.has_value());
  CHECK(kiosk::as_text(scan->data) == "P000012345");
  CHECK(scan->aim_identifier == "]C0");
}

TEST_CASE("sixty digits in two reports") {
  ScanAssembler assembler(honeywell());
  CHECK_FALSE(assembler.accept(Moment{}, report(56, "]Q1", digits.substr(0, 56), 0x73, 1)).value());
  const auto scan =
      assembler.accept(Moment{}, report(4, "]Q1", digits.substr(56), 0x73, 0)).value();
  REQUIRE(scan.has_value());
  CHECK(kiosk::as_text(scan->data) == digits);
}

TEST_CASE("a zero within a code is kept, the padding is not") {
  ScanAssembler assembler(honeywell());
  const std::string data("A\0B\0", 4);
  const auto scan = assembler.accept(Moment{}, report(4, "]Q1", data, 0x73, 0)).value();
  CHECK(kiosk::as_text(scan.value().data) == data);
}

TEST_CASE("without a byte count the data ends before the zeros") {
  ScanAssembler assembler(layout_of(emulators::ScannerMake::without_count));
  kiosk::Bytes bytes = {0x01, ']', 'Q', '1', 'A', 'B', 'C'};
  bytes.resize(64);
  const auto scan = assembler.accept(Moment{}, bytes).value();
  CHECK(kiosk::as_text(scan.value().data) == "ABC");
}

TEST_CASE("an unfinished chain is thrown away after 500 ms") {
  ScanAssembler assembler(honeywell());
  const Moment start{};
  CHECK_FALSE(assembler.accept(start, report(56, "]Q1", digits.substr(0, 56), 0x73, 1)).value());
  CHECK_FALSE(assembler.expire(start + 499ms));
  CHECK(assembler.expire(start + 500ms));
  CHECK_FALSE(assembler.expire(start + 501ms));
  const auto scan = assembler.accept(start + 600ms, report(2, "]Q1", "AB", 0x73, 0)).value();
  CHECK(kiosk::as_text(scan.value().data) == "AB");
}

TEST_CASE("a count above the field, a short report: refused, and the chain with it") {
  ScanAssembler assembler(honeywell());
  CHECK_FALSE(assembler.accept(Moment{}, report(56, "]Q1", digits, 0x73, 1)).value());
  CHECK(assembler.accept(Moment{}, report(57, "]Q1", digits, 0x73, 0)).error().code ==
        "malformed_report");
  kiosk::Bytes torn = report(3, "]Q1", "ABC", 0x73, 0);
  torn.pop_back();
  CHECK(assembler.accept(Moment{}, torn).error().code == "malformed_report");
  const auto scan = assembler.accept(Moment{}, report(3, "]Q1", "ABC", 0x73, 0)).value();
  CHECK(kiosk::as_text(scan.value().data) == "ABC");
}

TEST_CASE("another report's id is ignored") {
  ScanAssembler assembler(honeywell());
  kiosk::Bytes status = report(3, "]Q1", "ABC", 0x73, 0);
  status[0] = 0x04;
  CHECK_FALSE(assembler.accept(Moment{}, status).value().has_value());
  CHECK_FALSE(assembler.accept(Moment{}, {}).value().has_value());
}

TEST_CASE("more than 8 KiB are refused once, to the end of the chain") {
  ScanAssembler assembler(honeywell());
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const auto result =
        assembler.accept(Moment{}, report(56, "]Q1", digits.substr(0, 56), 0x73, i < 199));
    if (!result) {
      CHECK(result.error().code == "too_long");
      ++refused;
    } else {
      CHECK_FALSE(result->has_value());
    }
  }
  CHECK(refused == 1);
  const auto scan = assembler.accept(Moment{}, report(3, "]Q1", "ABC", 0x73, 0)).value();
  CHECK(kiosk::as_text(scan.value().data) == "ABC");
}
