#include "drivers/usb/libusb_transport.h"

#include <doctest/doctest.h>
#include <libusb.h>

#include <algorithm>
#include <vector>

#include "drivers/id_card/sdt_reader.h"
#include "drivers/printer/escpos_printer.h"
#include "drivers/scanner/hid_scanner.h"
#include "drivers/usb/device_worker.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/emulators/emulated_printer.h"
#include "tests/emulators/emulated_scanner.h"
#include "tests/unit/drivers/usb/fake_libusb.h"
#include "tests/unit/drivers/usb/mailbox.h"

using namespace drivers;
using namespace std::chrono_literals;

namespace {

/// Puts a model on the fake bus for one test; afterwards nothing may be held any more.
struct OnBus {
  explicit OnBus(emulators::UsbModel& model) {
    fake_bus().with([&](FakeBus& bus) {
      bus.model = &model;
      bus.plugged = true;
      bus.open_error = bus.claim_error = bus.stalls = bus.empty_reads = 0;
      bus.halts_cleared = bus.resets = 0;
    });
  }
  ~OnBus() {
    fake_bus().with([](FakeBus& bus) {
      CHECK(bus.handles_open == 0);
      CHECK(bus.claimed == 0);
      CHECK(bus.transfers_alive == 0);
      CHECK(bus.contexts_alive == 0);
      bus.model = nullptr;
      bus.plugged = false;
    });
  }
};

void set_plugged(bool plugged) {
  fake_bus().with([&](FakeBus& bus) { bus.plugged = plugged; });
}

std::unique_ptr<usb::Transport> transport(usb::DeviceKind kind) {
  return std::move(*usb::libusb_transport({kind, {}}));
}

/// A transport and what came out of it that no test has looked at.
struct Port {
  explicit Port(usb::DeviceKind kind) : transport_(transport(kind)) {}
  usb::Transport* operator->() { return transport_.get(); }

  /// The next input of the kind; waits 20 s at most.
  template <typename Kind>
  Kind wait_for() {
    const auto is_it = [](const usb::Input& input) { return std::holds_alternative<Kind>(input); };
    for (int i = 0; i < 200; ++i) {
      const auto found = std::find_if(came_.begin(), came_.end(), is_it);
      if (found != came_.end()) {
        Kind kind = std::get<Kind>(*found);
        came_.erase(found);
        return kind;
      }
      for (usb::Input& input : transport_->wait(100ms)) came_.push_back(std::move(input));
    }
    FAIL("the expected input never came");
    return {};
  }

 private:
  std::unique_ptr<usb::Transport> transport_;
  std::vector<usb::Input> came_;
};

}  // namespace

TEST_CASE("libusb: a printer is found by its class, asked, and given back") {
  emulators::EmulatedPrinter printer;
  const OnBus bus(printer);
  Port port(usb::DeviceKind::printer);
  const auto opened = port->open();
  REQUIRE(opened.has_value());
  CHECK(*opened == printer.describe());
  port->submit(usb::Send{0x02, {0x10, 0x04, 0x01}, 1s});
  port->submit(usb::Control{{0xA1, 1, 0, 0, 1}, {}, 500ms});
  const auto received = port.wait_for<usb::Received>();
  CHECK(received.bytes == kiosk::Bytes{0x12});
  CHECK(received.endpoint == 0x81);
  const auto control = port.wait_for<usb::ControlDone>();
  CHECK(control.bytes == kiosk::Bytes{0x18});
}

TEST_CASE("libusb: a full printer takes a part, and the part is told") {
  emulators::PrinterAbilities small;
  small.buffer_bytes = 100;
  emulators::EmulatedPrinter printer(small);
  printer.open_cover();
  const OnBus bus(printer);
  Port port(usb::DeviceKind::printer);
  REQUIRE(port->open().has_value());
  port->submit(usb::Send{0x02, kiosk::Bytes(300), 50ms});
  const auto sent = port.wait_for<usb::Sent>();
  CHECK(sent.status == usb::Status::timed_out);
  CHECK(sent.transferred == 100);
}

TEST_CASE("libusb: busy, forbidden and absent devices are told apart, and nothing is kept") {
  emulators::EmulatedPrinter printer;
  const OnBus bus(printer);
  Port port(usb::DeviceKind::printer);
  fake_bus().with([](FakeBus& b) { b.claim_error = LIBUSB_ERROR_BUSY; });
  CHECK(port->open().error().code == "busy");
  fake_bus().with([](FakeBus& b) { b.open_error = LIBUSB_ERROR_ACCESS; });
  CHECK(port->open().error().code == "denied");
  set_plugged(false);
  CHECK(port->open().error().code == "absent");
  CHECK(fake_bus().with([](FakeBus& b) { return b.handles_open; }) == 0);
}

TEST_CASE("libusb: unplugged with transfers in flight is told once") {
  emulators::EmulatedPrinter printer;
  const OnBus bus(printer);
  Port port(usb::DeviceKind::printer);
  REQUIRE(port->open().has_value());
  set_plugged(false);
  port->submit(usb::Send{0x02, {0x00}, 1s});
  CHECK(port.wait_for<usb::Gone>().why.code == "absent");
  port->submit(usb::Send{0x02, {0x00}, 1s});
  CHECK(port->wait(20ms).empty());
}

TEST_CASE("libusb: a send that ended together with its device is not answered any more") {
  emulators::EmulatedPrinter printer;
  const OnBus bus(printer);
  Port port(usb::DeviceKind::printer);
  REQUIRE(port->open().has_value());
  fake_bus().with([](FakeBus& b) { b.leaves_after_send = true; });
  port->submit(usb::Send{0x02, {0x00}, 1s});
  CHECK(port.wait_for<usb::Gone>().why.code == "absent");
  CHECK(port->wait(20ms).empty());
}

TEST_CASE("libusb: halted and empty reads are got over, endless ones end as gone") {
  emulators::EmulatedPrinter printer;
  const OnBus bus(printer);
  Port port(usb::DeviceKind::printer);
  fake_bus().with([](FakeBus& b) {
    b.stalls = 3;
    b.empty_reads = 3;
  });
  REQUIRE(port->open().has_value());
  port->submit(usb::Send{0x02, {0x10, 0x04, 0x01}, 1s});
  CHECK(port.wait_for<usb::Received>().bytes == kiosk::Bytes{0x12});
  CHECK(fake_bus().with([](FakeBus& b) { return b.halts_cleared; }) == 3);
  fake_bus().with([](FakeBus& b) { b.stalls = 1000; });
  CHECK(port.wait_for<usb::Gone>().why.code == "failed");
}

TEST_CASE("libusb: a stalled control transfer is told as stalled, a reset as gone") {
  emulators::EmulatedPrinter printer;
  const OnBus bus(printer);
  Port port(usb::DeviceKind::printer);
  REQUIRE(port->open().has_value());
  port->submit(usb::Control{{0xA1, 0x77, 0, 0, 1}, {}, 500ms});
  CHECK(port.wait_for<usb::ControlDone>().status == usb::Status::stalled);
  port->submit(usb::Reset{});
  CHECK(port.wait_for<usb::Gone>().why.code == "reset");
  CHECK(fake_bus().with([](FakeBus& b) { return b.resets; }) == 1);
}

TEST_CASE("libusb: a wait ends when it is woken, before or while it waits") {
  emulators::EmulatedIdReader reader;
  const OnBus bus(reader);
  Port port(usb::DeviceKind::id_reader);
  port->wake();
  CHECK(port->wait(60s).empty());
  REQUIRE(port->open().has_value());
  const std::jthread other([&] { port->wake(); });
  CHECK(port->wait(60s).empty());
}

TEST_CASE("libusb: the printer's worker prints, loses its printer and finds it again") {
  emulators::PrinterAbilities fast;
  fast.rows_per_second = 100'000;
  emulators::EmulatedPrinter printer(fast);
  const OnBus bus(printer);
  Mailbox<printer::PrinterEvent> mailbox;
  const usb::DeviceWorker<printer::EscposPrinter>::Command job{
      {1}, {0x1B, 0x40, 0x1D, 0x76, 0x30, 0, 1, 0, 1, 0, 0xFF, 0x1D, 0x56, 0x42, 0}};
  usb::DeviceWorker<printer::EscposPrinter> worker(printer::EscposPrinter(printer::SiteProfile{}),
                                                   transport(usb::DeviceKind::printer),
                                                   mailbox.sink());
  REQUIRE(worker.post(job));
  // The first may be refused because nothing is open yet.
  if (mailbox.wait_for<printer::StateChanged>()) REQUIRE(worker.post(job));
  CHECK(mailbox.wait_for<printer::Printed>());
  set_plugged(false);
  CHECK(mailbox.wait_for<printer::StateChanged>());
  set_plugged(true);
  CHECK(mailbox.wait_for<printer::StateChanged>());
  REQUIRE(worker.post(job));
  CHECK(mailbox.wait_for<printer::Printed>());
}

TEST_CASE("libusb: reader and scanner work over the same adapter") {
  emulators::EmulatedIdReader reader;
  {
    const OnBus bus(reader);
    Mailbox<id_card::ReaderEvent> mailbox;
    const usb::DeviceWorker<id_card::SdtReader> worker({}, transport(usb::DeviceKind::id_reader),
                                                       mailbox.sink());
    CHECK(mailbox.wait_for<id_card::ReaderReady>());
  }
  emulators::EmulatedScanner scanner;
  const OnBus bus(scanner);
  Mailbox<scanner::ScannerEvent> mailbox;
  usb::DeviceWorker<scanner::HidScanner> worker(
      scanner::HidScanner{}, transport(usb::DeviceKind::scanner), mailbox.sink());
  REQUIRE(worker.post(scanner::CodeWanted::yes));
  REQUIRE(mailbox.wait_for<scanner::ScannerReady>());
  for (bool on = false; !on;) on = fake_bus().with([&](FakeBus&) { return scanner.triggered(); });
  fake_bus().with([&](FakeBus&) { scanner.show("P000012345"); });
  CHECK(mailbox.wait_for<scanner::CodeScanned>());
}
