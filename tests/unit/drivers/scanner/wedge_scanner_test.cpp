#include "drivers/scanner/wedge_scanner.h"

#include <doctest/doctest.h>

#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_wedge.h"

using namespace drivers::scanner;
using namespace std::chrono_literals;
using emulators::KeyStrokes;

namespace {

struct Bench : emulators::DeviceBench<WedgeScanner, emulators::EmulatedWedge> {
  Bench() : DeviceBench(WedgeScanner()) {
    post(CodeWanted::yes);
    run(100ms);
    REQUIRE(count<ScannerReady>() == 1);
  }
};

std::string typed(const KeyStrokes& strokes) {
  KeyText keys;
  return std::string(kiosk::as_text(keys.feed(strokes.bytes)));
}

}  // namespace

TEST_CASE("keys: every printable character of a US keyboard is typed") {
  std::string all;
  for (char c = ' '; c <= '~'; ++c) all += c;
  CHECK(typed(KeyStrokes().type(all)) == all);
  CHECK(typed(KeyStrokes().type("A\tB\r")) == "A\tB\r");
}

TEST_CASE("keys: events may be cut anywhere") {
  const KeyStrokes strokes = KeyStrokes().type("aB\r");
  for (std::size_t cut = 1; cut < strokes.bytes.size(); ++cut) {
    KeyText keys;
    kiosk::Bytes text = keys.feed(kiosk::ByteView(strokes.bytes).first(cut));
    kiosk::append(text, keys.feed(kiosk::ByteView(strokes.bytes).subspan(cut)));
    REQUIRE(kiosk::as_text(text) == "aB\r");
  }
}

TEST_CASE("keys: caps lock turns letters round, shift too, digits stay") {
  CHECK(typed(KeyStrokes().stroke(KEY_CAPSLOCK).type("aB1!").stroke(KEY_CAPSLOCK).type("aB")) ==
        "Ab1!aB");
}

TEST_CASE("keys: either shift holds while one is down; a held key types once") {
  KeyStrokes strokes;
  strokes.press(KEY_LEFTSHIFT).press(KEY_RIGHTSHIFT).release(KEY_LEFTSHIFT).stroke(KEY_A);
  strokes.release(KEY_RIGHTSHIFT).press(KEY_A).repeat(KEY_A).repeat(KEY_A).release(KEY_A);
  CHECK(typed(strokes) == "Aa");
}

TEST_CASE("keys: control and a letter is a control character, as GS1 codes need") {
  KeyStrokes strokes;
  strokes.press(KEY_RIGHTCTRL).stroke(KEY_RIGHTBRACE).stroke(KEY_M).release(KEY_RIGHTCTRL);
  CHECK(typed(strokes.type("x")) == "\x1D\rx");
}

TEST_CASE("keys: Alt and a number is a byte, or a code point above 255") {
  CHECK(typed(KeyStrokes().alt_number("0233")) == "\xE9");
  CHECK(typed(KeyStrokes().alt_number("39044").alt_number("32422")) == "预约");
  CHECK(typed(KeyStrokes().alt_number("").type("x")) == "x");
  CHECK(typed(KeyStrokes().alt_number("55296")) == "\xFF");
  CHECK(typed(KeyStrokes().alt_number("99999999999999")) == "\xFF");
  CHECK(typed(KeyStrokes().press(KEY_LEFTALT).type("x").release(KEY_LEFTALT).type("y")) == "y");
}

TEST_CASE("keys: keys that type nothing are passed over") {
  CHECK(typed(KeyStrokes().stroke(KEY_F1).stroke(KEY_LEFTMETA).stroke(767).type("x")) == "x");
}

TEST_CASE("wedge: a code ends at Enter, at Tab, or where the keys pause") {
  for (const char* end : {"\r", "\t", ""}) {
    CAPTURE(end);
    Bench bench;
    bench.model.send(KeyStrokes().type("]C1P-000012345").type(end));
    bench.run(500ms);
    CHECK(bench.last<CodeScanned>().code == ScannedCode{"P-000012345", "]C1"});
    CHECK(bench.count<CodeScanned>() == 1);
  }
}

TEST_CASE("wedge: keys that come slowly are one code") {
  Bench bench;
  for (const char c : std::string("P000012345\r")) {
    bench.model.send(KeyStrokes().type(std::string(1, c)));
    bench.run(140ms);
  }
  CHECK(bench.last<CodeScanned>().code.text == "P000012345");
  CHECK(bench.count<CodeScanned>() == 1);
}

TEST_CASE("wedge: events the kernel dropped make the code unreadable, the next one is read") {
  Bench bench;
  KeyStrokes strokes;
  strokes.type("P00").press(KEY_LEFTSHIFT).drop();
  bench.model.send(strokes.type("12345\r"));
  bench.run(500ms);
  CHECK(bench.count<CodeScanned>() == 0);
  CHECK(bench.last<CodeUnreadable>().why.code == "not_text");
  bench.model.send(KeyStrokes().type("p1\r"));
  bench.run(500ms);
  CHECK(bench.last<CodeScanned>().code.text == "p1");
}

TEST_CASE("wedge: bytes of UTF-8 or GB18030 sent as Alt and numbers are text") {
  Bench bench;
  bench.model.send(KeyStrokes().alt_number("0196").alt_number("0227").type("1\r"));
  bench.run(500ms);
  CHECK(bench.last<CodeScanned>().code.text == "你1");
  bench.model.send(
      KeyStrokes().alt_number("0228").alt_number("0189").alt_number("0160").type("2\r"));
  bench.run(500ms);
  CHECK(bench.last<CodeScanned>().code.text == "你2");
}

TEST_CASE("wedge: unplugged with a key down and back, the next code is typed right") {
  Bench bench;
  bench.model.send(KeyStrokes().press(KEY_LEFTSHIFT).stroke(KEY_A));
  bench.run(10ms);
  bench.link.unplug(bench.now);
  bench.run(5s);
  bench.link.plug(bench.now);
  bench.run(1s);
  CHECK(bench.count<ScannerReady>() == 2);
  bench.model.send(KeyStrokes().type("p2\r"));
  bench.run(500ms);
  CHECK(bench.last<CodeScanned>().code.text == "p2");
  CHECK(bench.count<CodeScanned>() == 1);
}
