#include "drivers/scanner/hid_scanner.h"

#include <doctest/doctest.h>

#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_scanner.h"

using namespace drivers::scanner;
using namespace std::chrono_literals;
using emulators::EmulatedScanner;
using emulators::ScannerMake;

namespace {

using Bench = emulators::DeviceBench<HidScanner, EmulatedScanner>;

struct Started : Bench {
  explicit Started(ScannerMake make = ScannerMake::honeywell, CodeWanted wanted = CodeWanted::yes)
      : Bench(HidScanner{}, make) {
    post(wanted);
    run(100ms);
    REQUIRE(count<ScannerReady>() == 1);
  }
};

const std::string health_card =
    "F76E3B5DF9C51128C4E3380D786B323E94C4711D23C3055A1F222CAA66664682:1";

}  // namespace

TEST_CASE("scanner: codes of one and of several reports are told") {
  for (const ScannerMake make : {ScannerMake::honeywell, ScannerMake::without_count}) {
    Started bench(make);
    bench.model.show("P000012345", "]C0");
    bench.run(100ms);
    CHECK(bench.last<CodeScanned>().code == ScannedCode{"P000012345", "]C0"});
    bench.model.show(health_card);
    bench.run(100ms);
    CHECK(bench.last<CodeScanned>().code == ScannedCode{health_card, "]Q1"});
    CHECK(bench.count<CodeScanned>() == 2);
  }
}

TEST_CASE("scanner: a code held before it is told once, shown again later twice") {
  Started bench;
  for (int i = 0; i < 10; ++i) {
    bench.model.show("P1");
    bench.run(500ms);
  }
  CHECK(bench.count<CodeScanned>() == 1);
  bench.run(2s);
  bench.model.show("P1");
  bench.run(100ms);
  CHECK(bench.count<CodeScanned>() == 2);
}

TEST_CASE("scanner: nothing is told while no code is wanted, and its light is off") {
  Started bench(ScannerMake::honeywell, CodeWanted::no);
  bench.model.show("P1");
  bench.run(100ms);
  CHECK(bench.count<CodeScanned>() == 0);
  CHECK_FALSE(bench.model.triggered());
  bench.post(CodeWanted::yes);
  bench.run(100ms);
  CHECK(bench.model.triggered());
  bench.model.show("P1");
  bench.run(100ms);
  CHECK(bench.count<CodeScanned>() == 1);
  CHECK(bench.model.triggered());  // a good read ended it, it was switched on again
  bench.post(CodeWanted::no);
  bench.run(100ms);
  CHECK_FALSE(bench.model.triggered());
}

TEST_CASE("scanner: the trigger is renewed while a code is wanted") {
  Started bench;
  const int before = bench.model.triggers();
  bench.run(35s);
  CHECK(bench.model.triggers() - before == 3);
}

TEST_CASE("scanner: a chain without an end is told as unreadable and the next code is read") {
  Started bench;
  bench.model.lose_last_report_of_next();
  bench.model.show(health_card);
  bench.run(1s);
  CHECK(bench.count<CodeScanned>() == 0);
  CHECK(bench.last<CodeUnreadable>().why.code == "torn");
  bench.model.show("P1");
  bench.run(100ms);
  CHECK(bench.last<CodeScanned>().code.text == "P1");
}

TEST_CASE("scanner: a count above the field and bytes that are no text are unreadable") {
  Started bench;
  kiosk::Bytes report = {0x02, 57};
  report.resize(64);
  bench.model.send_report(report);
  bench.run(100ms);
  CHECK(bench.last<CodeUnreadable>().why.code == "malformed_report");
  CHECK(bench.last<CodeUnreadable>().why.remedy == kiosk::Remedy::patient);
  bench.model.show("\xFF\xFE\xFF");
  bench.run(100ms);
  CHECK(bench.last<CodeUnreadable>().why.code == "not_text");
}

TEST_CASE("scanner: unplugged in a chain and back, the next code is read whole") {
  Started bench;
  bench.model.lose_last_report_of_next();
  bench.model.show(health_card);
  bench.run(100ms);
  bench.link.unplug(bench.now);
  bench.run(5s);
  CHECK(bench.count<ScannerUnusable>() == 1);
  bench.link.plug(bench.now);
  bench.run(1s);
  CHECK(bench.count<ScannerReady>() == 2);
  bench.model.show("P2");
  bench.run(100ms);
  CHECK(bench.last<CodeScanned>().code.text == "P2");
}
