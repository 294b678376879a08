#include "tests/emulators/usbfs/usb_node.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "tests/emulators/emulated_printer.h"

using namespace emulators;
using namespace emulators::usbfs;
using namespace std::chrono_literals;
using drivers::usb::Moment;

namespace {

struct Bench {
  explicit Bench(PrinterAbilities abilities = {}) : printer(abilities) {
    node.detach_driver();
    node.claim(this);
  }

  int submit(std::uint64_t id, std::uint8_t endpoint, kiosk::Bytes bytes) {
    return node.submit(this, {id, UrbKind::bulk, endpoint, false, std::move(bytes), 0, 0, nullptr},
                       now);
  }

  EmulatedPrinter printer;
  UsbNode node{printer, "usblp"};
  Moment now{};
};

}  // namespace

TEST_CASE("usb node: one client has the interface, after the kernel's driver") {
  EmulatedPrinter printer;
  UsbNode node(printer, "usblp");
  const int one = 1;
  const int other = 2;
  CHECK(node.claim(&one) == EBUSY);
  CHECK(node.detach_driver() == 0);
  CHECK(node.claim(&one) == 0);
  CHECK(node.claim(&other) == EBUSY);
  CHECK(node.attach_driver() == EBUSY);
  CHECK(node.driver() == "usbfs");
  CHECK(node.release(&other) == EINVAL);
  node.leave(&one);
  CHECK(node.driver().empty());
  CHECK(node.attach_driver() == 0);
  CHECK(node.driver() == "usblp");
}

TEST_CASE("usb node: an answer finishes the request that waits for it") {
  Bench bench;
  CHECK(bench.submit(1, 0x81, kiosk::Bytes(64)) == 0);
  CHECK_FALSE(bench.node.reap(&bench));
  CHECK(bench.submit(2, 0x02, {0x10, 0x04, 0x01}) == 0);
  CHECK(bench.node.reap(&bench)->id == 2);
  const auto answer = bench.node.reap(&bench);
  REQUIRE(answer);
  CHECK(answer->id == 1);
  CHECK(answer->actual == 1);
  CHECK(answer->buffer[0] == 0x12);
}

TEST_CASE("usb node: what is discarded tells how much it moved") {
  PrinterAbilities small;
  small.buffer_bytes = 100;
  Bench bench(small);
  bench.printer.open_cover();
  CHECK(bench.submit(1, 0x02, kiosk::Bytes(300)) == 0);
  CHECK(bench.node.in_flight() == 1);
  CHECK(bench.node.discard(&bench, 7) == EINVAL);
  CHECK(bench.node.discard(&bench, 1) == 0);
  const auto urb = bench.node.reap(&bench);
  REQUIRE(urb);
  CHECK(urb->status == -ENOENT);
  CHECK(urb->actual == 100);
}

TEST_CASE("usb node: a halted endpoint refuses all until it is cleared") {
  Bench bench;
  bench.node.halt(0x02, bench.now);
  CHECK(bench.submit(1, 0x02, {0x0A}) == 0);
  CHECK(bench.node.reap(&bench)->status == -EPIPE);
  CHECK(bench.node.clear_halt(0x02, bench.now) == 0);
  CHECK(bench.submit(2, 0x02, {0x0A}) == 0);
  CHECK(bench.node.reap(&bench)->status == 0);
}

TEST_CASE("usb node: a longer answer than asked for is an overflow, not a crash") {
  Bench bench;
  CHECK(bench.submit(1, 0x02, {0x1D, 0x49, 0x43}) == 0);  // GS I 67: the maker's name
  bench.now += 100ms;
  CHECK(bench.submit(2, 0x81, kiosk::Bytes(2)) == 0);
  CHECK(bench.node.reap(&bench)->id == 1);
  const auto answer = bench.node.reap(&bench);
  REQUIRE(answer);
  CHECK(answer->status == -EOVERFLOW);
  CHECK(answer->actual == 2);
}

TEST_CASE("usb node: unplugging ends all that is in flight; then nothing works") {
  Bench bench;
  CHECK(bench.submit(1, 0x81, kiosk::Bytes(64)) == 0);
  bench.node.unplug(bench.now);
  CHECK(bench.node.reap(&bench)->status == -ESHUTDOWN);
  CHECK(bench.submit(2, 0x02, {0x0A}) == ENODEV);
  CHECK(bench.node.claim(&bench) == ENODEV);
  CHECK(bench.node.driver() == "usbfs");
}

TEST_CASE("usb node: what a real device takes amiss is complained of") {
  Bench bench;
  CHECK(bench.submit(1, 0x02, {}) == 0);
  CHECK(bench.node.record().complaints.size() == 1);
  const int stranger = 0;
  CHECK(bench.node.submit(&stranger, {2, UrbKind::bulk, 0x02, false, {0x0A}, 0, 0, nullptr},
                          bench.now) == EBUSY);
  CHECK(bench.node.record().complaints.size() == 2);
  CHECK(bench.submit(3, 0x05, {0x0A}) == ENOENT);
}
