#include "drivers/scanner/serial_scanner.h"

#include <doctest/doctest.h>

#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_serial_scanner.h"

using namespace drivers::scanner;
using namespace std::chrono_literals;

namespace {

struct Bench : emulators::DeviceBench<SerialScanner, emulators::EmulatedSerialScanner> {
  explicit Bench(Suffix suffix = Suffix::any, CodeWanted wanted = CodeWanted::yes,
                 std::string prefix = "")
      : DeviceBench(SerialScanner(
            ScannerSettings{{OtherEncoding::gb18030, std::move(prefix), suffix}, 1500ms})) {
    post(wanted);
    run(100ms);
    REQUIRE(count<ScannerReady>() == 1);
  }

  std::vector<std::string> codes() const {
    std::vector<std::string> texts;
    for (const ScannerEvent& event : events) {
      if (const auto* scanned = std::get_if<CodeScanned>(&event))
        texts.push_back(scanned->code.text);
    }
    return texts;
  }
};

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("serial scanner: a code ends at CR, LF, CR LF or Tab, or where the scanner pauses") {
  for (const char* end : {"\r", "\n", "\r\n", "\t", ""}) {
    CAPTURE(end);
    Bench bench;
    bench.model.send({std::string("P000012345") + end});
    bench.run(500ms);
    CHECK(bench.codes() == Codes{"P000012345"});
    CHECK(bench.count<CodeUnreadable>() == 0);
  }
}

TEST_CASE("serial scanner: a burst cut in two anywhere is one code") {
  const std::string burst = "]C1P000012345\r\n";
  for (const Suffix suffix : {Suffix::any, Suffix::cr_lf, Suffix::none}) {
    for (std::size_t cut = 1; cut < burst.size(); ++cut) {
      CAPTURE(cut);
      Bench bench(suffix);
      bench.model.send({burst.substr(0, cut), burst.substr(cut)}, 50ms);
      bench.run(1s);
      REQUIRE(bench.codes().size() == 1);
      CHECK(bench.last<CodeScanned>().code.aim_identifier == "]C1");
      CHECK(bench.codes()[0].starts_with("P000012345"));
      CHECK(bench.count<CodeUnreadable>() == 0);
    }
  }
}

TEST_CASE("serial scanner: a burst a byte at a time is one code") {
  Bench bench;
  for (const char c : std::string("P000012345\r")) bench.model.send({std::string(1, c)}, 20ms);
  bench.run(1s);
  CHECK(bench.codes() == Codes{"P000012345"});
}

TEST_CASE("serial scanner: two codes in one burst are two") {
  Bench bench;
  bench.model.send({"A1\rB2\rC3\r"});
  bench.run(200ms);
  CHECK(bench.codes() == Codes{"A1", "B2", "C3"});
}

TEST_CASE("serial scanner: half a code is not told when the scanner is known to send a suffix") {
  Bench configured(Suffix::cr);
  configured.model.send({"P0000"});
  configured.run(200ms);
  CHECK(configured.codes().empty());
  CHECK(configured.last<CodeUnreadable>().why.code == "torn");
  Bench learned;
  learned.model.send({"P000012345\r"});
  learned.run(200ms);
  learned.model.send({"P0000"});
  learned.run(200ms);
  CHECK(learned.codes() == Codes{"P000012345"});
  CHECK(learned.last<CodeUnreadable>().why.code == "torn");
  CHECK(learned.last<CodeUnreadable>().why.remedy == kiosk::Remedy::patient);
  learned.model.send({"P7"});  // set up anew: from the second showing on it is believed
  learned.run(200ms);
  CHECK(learned.codes() == Codes{"P000012345", "P7"});
}

TEST_CASE("serial scanner: a code that holds line ends is one with a suffix that is configured") {
  Bench bench(Suffix::cr);
  bench.model.send({"line 1\nline 2\tend\r"});
  bench.run(200ms);
  CHECK(bench.codes() == Codes{"line 1\nline 2\tend"});
  Bench none(Suffix::none);
  none.model.send({"line 1\r\nline 2\r"});
  none.run(200ms);
  CHECK(none.codes() == Codes{"line 1\r\nline 2\r"});
}

TEST_CASE("serial scanner: a code held before it is told once; unwanted ones never") {
  Bench bench;
  for (int i = 0; i < 5; ++i) {
    bench.model.send({"P1\r"});
    bench.run(500ms);
  }
  CHECK(bench.codes() == Codes{"P1"});
  Bench unwanted(Suffix::cr, CodeWanted::no);
  unwanted.model.send({"P1\r"});
  unwanted.run(500ms);
  unwanted.model.send({"half"});
  unwanted.run(500ms);
  CHECK(unwanted.events.size() == 1);  // that it is ready
}

TEST_CASE("serial scanner: more than 8192 bytes are one unreadable code, the next is read") {
  Bench bench;
  bench.model.send({std::string(BurstCutter::code_bytes_max - 1, 'x') + "\r"});
  bench.run(200ms);
  CHECK(bench.codes().size() == 1);
  bench.model.send({std::string(BurstCutter::code_bytes_max * 3, 'y'), "\rP1\r"});
  bench.run(200ms);
  CHECK(bench.last<CodeUnreadable>().why.code == "too_long");
  CHECK(bench.count<CodeUnreadable>() == 1);
  CHECK(bench.codes().back() == "P1");
}

TEST_CASE("serial scanner: a code without its prefix lost its head") {
  Bench bench(Suffix::cr, CodeWanted::yes, "K~");
  bench.model.send({"K~P1\r"});
  bench.run(100ms);
  CHECK(bench.codes() == Codes{"P1"});
  bench.model.send({"~P1\r"});
  bench.run(100ms);
  CHECK(bench.last<CodeUnreadable>().why.code == "no_prefix");
}

TEST_CASE("serial scanner: unplugged in a burst and back, the next code is whole") {
  Bench bench;
  bench.model.send({"P0000"});
  bench.run(10ms);
  bench.link.unplug(bench.now);
  bench.run(5s);
  CHECK(bench.count<ScannerUnusable>() == 1);
  bench.link.plug(bench.now);
  bench.run(1s);
  CHECK(bench.count<ScannerReady>() == 2);
  bench.model.send({"P2\r"});
  bench.run(100ms);
  CHECK(bench.codes() == Codes{"P2"});
}
