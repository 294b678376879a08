#include "drivers/usb/device_worker.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "drivers/id_card/sdt_reader.h"
#include "drivers/printer/escpos_printer.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/emulators/emulated_printer.h"
#include "tests/emulators/in_process_transport.h"
#include "tests/unit/drivers/usb/mailbox.h"

using namespace drivers;
using namespace std::chrono_literals;

namespace {

emulators::EmulatedCard some_card() {
  emulators::ResidentCard fields;
  fields.name = "测试甲";
  fields.birth_date = "19900307";
  fields.number = "990101199003070015";
  return {emulators::card_block(fields), emulators::CardCondition::good, std::nullopt};
}

}  // namespace

TEST_CASE("worker: a reader is served over its thread, leaves, comes back and is served again") {
  emulators::Plugged<emulators::EmulatedIdReader> reader;
  reader.with([](auto& r) { r.set_delays(1ms, 5ms); });
  Mailbox<id_card::ReaderEvent> mailbox;
  usb::DeviceWorker<id_card::SdtReader> worker({}, reader.transport(), mailbox.sink());
  REQUIRE(mailbox.wait_for<id_card::ReaderReady>());
  REQUIRE(worker.post(id_card::CardWanted::yes));
  reader.with([](auto& r) { r.lay(some_card()); });
  CHECK(mailbox.wait_for<id_card::CardRead>());
  reader.port().unplug();
  CHECK(mailbox.wait_for<id_card::ReaderUnusable>());
  reader.with([](auto& r) { r.lift(); });
  reader.port().plug();
  CHECK(mailbox.wait_for<id_card::ReaderReady>());
  reader.with([](auto& r) { r.lay(some_card()); });
  CHECK(mailbox.wait_for<id_card::CardRead>());
}

TEST_CASE("worker: a printer prints while its knobs are turned from another thread") {
  emulators::PrinterAbilities fast;
  fast.rows_per_second = 100'000;
  emulators::Plugged<emulators::EmulatedPrinter> printer(fast);
  Mailbox<printer::PrinterEvent> mailbox;
  printer::Profile profile;
  profile.open_settle = 1ms;
  usb::DeviceWorker<printer::EscposPrinter> worker(printer::EscposPrinter({"auto", profile}),
                                                   printer.transport(), mailbox.sink());
  REQUIRE(mailbox.wait_for<printer::StateChanged>());
  const kiosk::Bytes job = {0x1B, 0x40, 0x1D, 0x76, 0x30, 0,    1,    0,
                            2,    0,    0xFF, 0x81, 0x1D, 0x56, 0x42, 0};
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(worker.post({{i}, job}));
    printer.with([](auto& p) { p.set_near_end(); });
    REQUIRE(mailbox.wait_for<printer::Printed>());
    printer.with([](auto& p) { p.put_right(); });
  }
  CHECK(printer.with([](auto& p) { return p.tickets().size(); }) == 5);
  printer.port().unplug();
  CHECK(mailbox.wait_for<printer::StateChanged>());
  REQUIRE(worker.post({{6}, job}));
  CHECK(mailbox.wait_for<printer::Failed>());
}

TEST_CASE("worker: it stops at once, whether its device is there or not") {
  emulators::Plugged<emulators::EmulatedIdReader> reader;
  for (int i = 0; i < 20; ++i) {
    if (i == 10) reader.port().unplug();
    Mailbox<id_card::ReaderEvent> mailbox;
    const usb::DeviceWorker<id_card::SdtReader> worker({}, reader.transport(), mailbox.sink());
  }
}

TEST_CASE("worker: a device that may not be opened is told as such and opened when it may") {
  emulators::Plugged<emulators::EmulatedIdReader> reader;
  reader.port().refuse_open(kiosk::Error{"usb", "busy", "held by another program"});
  Mailbox<id_card::ReaderEvent> mailbox;
  const usb::DeviceWorker<id_card::SdtReader> worker({}, reader.transport(), mailbox.sink());
  CHECK(mailbox.wait_for<id_card::ReaderUnusable>());
  reader.port().refuse_open(std::nullopt);
  CHECK(mailbox.wait_for<id_card::ReaderReady>());
}

namespace {

/// Nothing is ever there, but something seems to arrive all the time.
class BusyBus final : public usb::Transport {
 public:
  BusyBus(std::atomic<int>& opens, std::atomic<int>& waits, std::atomic<bool>& arrivals)
      : opens_(opens), waits_(waits), arrivals_(arrivals) {}
  kiosk::Result<usb::InterfaceDescription> open() override {
    ++opens_;
    return kiosk::fail("usb", "absent", "no such device is plugged in");
  }
  void close() override {}
  void submit(usb::Transfer) override {}
  std::vector<usb::Input> wait(kiosk::Milliseconds) override {
    ++waits_;
    std::this_thread::yield();
    return {};
  }
  bool take_arrival() override { return arrivals_; }
  void wake() override {}

 private:
  std::atomic<int>& opens_;
  std::atomic<int>& waits_;
  std::atomic<bool>& arrivals_;
};

}  // namespace

TEST_CASE("worker: each arrival is worth a try at once, else tries get rarer") {
  std::atomic<int> opens = 0;
  std::atomic<int> waits = 0;
  std::atomic<bool> arrivals = true;
  const usb::DeviceWorker<id_card::SdtReader> worker(
      {}, std::make_unique<BusyBus>(opens, waits, arrivals), [](const id_card::ReaderEvent&) {});
  const auto began = std::chrono::steady_clock::now();
  while (opens < 20) std::this_thread::yield();
  CHECK(std::chrono::steady_clock::now() - began < 20s);  // backing off it took more than 30 s
  arrivals = false;
  const int before = opens;
  for (const int waited = waits; waits - waited < 5000;) std::this_thread::yield();
  CHECK(opens - before < 50);  // a try for each turn without a back-off
}
