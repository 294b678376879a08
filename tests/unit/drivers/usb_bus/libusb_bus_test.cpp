#include "drivers/id_card/sdt_reader.h"
#include "drivers/usb/device_worker.h"
#include "drivers/usb/list.h"
#include "tests/unit/drivers/usb/mailbox.h"
#include "tests/unit/drivers/usb_bus/bus.h"

using namespace drivers;
using namespace std::chrono_literals;
using usb::DeviceKind;

namespace {

const kiosk::Bytes ask_status = {0x10, 0x04, 0x01};

usb::DeviceChoice printer_at(const std::string& port) {
  return {DeviceKind::printer, {}, port, {}};
}

usb::DeviceChoice printer_with_serial(const std::string& serial) {
  return {DeviceKind::printer, {}, {}, serial};
}

/// The device answers over both its bulk endpoints.
void check_works(Port& port) {
  port->submit(usb::Send{0x02, ask_status, 5s});
  CHECK(port.wait_for<usb::Sent>().status == usb::Status::done);
  CHECK(port.wait_for<usb::Received>().bytes == kiosk::Bytes{0x12});
}

/// The printer at 1-4, whose buffer fills after 512 bytes because nothing comes out.
void plug_stuck_printer(Bus& bus) {
  bus.plug("slow");
  bus.ask({{"op", "printer"}, {"device", "slow"}, {"state", "cover_open"}});
}

void check_printer_answers(const usb::DeviceChoice& choice) {
  Port port(choice);
  REQUIRE(port->open().has_value());
  check_works(port);
}

}  // namespace

TEST_CASE("bus: the kernel's driver is taken away while the printer is in use, and given back") {
  Bus bus;
  bus.plug("left");
  CHECK(bus.device("left")["driver"] == "usblp");
  Port port(printer_at(""));
  const auto opened = port->open();
  REQUIRE(opened.has_value());
  CHECK(opened->vendor == 0x0416);
  CHECK(opened->class_code == 0x07);
  CHECK(opened->endpoints.size() == 2);
  CHECK(bus.device("left")["driver"] == "usbfs");
  port->close();
  CHECK(bus.device("left")["driver"] == "usblp");
}

TEST_CASE("bus: bulk and control transfers") {
  Bus bus;
  bus.plug("left");
  Port port(printer_at(""));
  REQUIRE(port->open().has_value());
  check_works(port);
  port->submit(usb::Control{{0xA1, 0, 0, 0, 255}, {}, 5s});
  const auto id = port.wait_for<usb::ControlDone>();
  CHECK(id.status == usb::Status::done);
  CHECK(std::string(id.bytes.begin() + 2, id.bytes.end()).find("MDL:TP-80") != std::string::npos);
  port->submit(usb::Control{{0xA1, 0x77, 0, 0, 1}, {}, 5s});
  CHECK(port.wait_for<usb::ControlDone>().status == usb::Status::stalled);
}

TEST_CASE("bus: what a full printer took before the time limit is told") {
  Bus bus;
  plug_stuck_printer(bus);
  Port port(printer_at("1-4"));
  REQUIRE(port->open().has_value());
  port->submit(usb::Send{0x02, kiosk::Bytes(2000), 50ms});
  const auto sent = port.wait_for<usb::Sent>();
  CHECK(sent.status == usb::Status::timed_out);
  CHECK(sent.transferred == 512);
  CHECK(bus.device("slow")["discarded"] == 1);
}

TEST_CASE("bus: closing cancels what is in flight, and the device can be opened again") {
  Bus bus;
  plug_stuck_printer(bus);
  Port port(printer_at("1-4"));
  REQUIRE(port->open().has_value());
  port->submit(usb::Send{0x02, kiosk::Bytes(2000), 60s});
  CHECK(port->wait(50ms).empty());
  const auto before = std::chrono::steady_clock::now();
  port->close();
  CHECK(std::chrono::steady_clock::now() - before < 900ms);  // of the limit of a second
  CHECK(bus.device("slow")["in_flight"] == 0);
  CHECK(bus.device("slow")["driver"] == "usblp");
  CHECK(port->open().has_value());
}

TEST_CASE("bus: a halted endpoint is told and works again, in both directions") {
  Bus bus;
  bus.plug("left");
  Port port(printer_at(""));
  REQUIRE(port->open().has_value());
  bus.ask({{"op", "halt"}, {"device", "left"}, {"endpoint", 0x02}});
  port->submit(usb::Send{0x02, ask_status, 5s});
  CHECK(port.wait_for<usb::Sent>().status == usb::Status::stalled);
  check_works(port);
  const int cleared = bus.device("left")["halts_cleared"];
  bus.ask({{"op", "halt"}, {"device", "left"}, {"endpoint", 0x81}});
  check_works(port);
  CHECK(bus.device("left")["halts_cleared"] == cleared + 1);
}

TEST_CASE("bus: a device that leaves in mid-transfer is gone once, and opened when it is back") {
  Bus bus;
  plug_stuck_printer(bus);
  Port port(printer_at("1-4"));
  REQUIRE(port->open().has_value());
  port->submit(usb::Send{0x02, kiosk::Bytes(2000), 60s});
  CHECK(port->wait(50ms).empty());
  bus.unplug("slow");
  CHECK(port.wait_for<usb::Gone>().why.code == "absent");
  CHECK(port->wait(50ms).empty());
  port->close();
  CHECK(port->open().error().code == "absent");
  bus.plug("slow");
  const auto before = std::chrono::steady_clock::now();
  while (!port->take_arrival()) port->wait(20s);
  CHECK(std::chrono::steady_clock::now() - before < 10s);
  CHECK(port->open().has_value());
}

TEST_CASE("bus: a printer with no way to speak is missed although nothing is in flight") {
  Bus bus;
  bus.plug("one_way");
  Port port(printer_at(""));
  REQUIRE(port->open().has_value());
  bus.unplug("one_way");
  CHECK(port.wait_for<usb::Gone>().why.code == "absent");
}

TEST_CASE("bus: a printer's two-way setting is chosen, though it is not the first") {
  Bus bus;
  bus.plug("alternate");
  Port port(printer_at(""));
  const auto opened = port->open();
  REQUIRE(opened.has_value());
  CHECK(opened->alternate == 1);
  CHECK(opened->protocol == 2);
  check_works(port);
}

TEST_CASE("bus: a reset ends the use of a device, which then opens anew") {
  Bus bus;
  bus.plug("left");
  Port port(printer_at(""));
  REQUIRE(port->open().has_value());
  port->submit(usb::Reset{});
  CHECK(port.wait_for<usb::Gone>().why.code == "reset");
  REQUIRE(port->open().has_value());
  check_works(port);
  CHECK(bus.device("left")["resets"] == 1);
}

TEST_CASE("bus: of two alike devices the one with the port or the serial number is taken") {
  Bus bus;
  bus.plug("right");
  bus.plug("left");
  Port left(printer_with_serial("A1"));
  Port right(printer_at("1-2.3"));
  REQUIRE(left->open().has_value());
  REQUIRE(right->open().has_value());
  CHECK(bus.device("left")["driver"] == "usbfs");
  CHECK(bus.device("right")["driver"] == "usbfs");
  bus.unplug("right");
  CHECK(right.wait_for<usb::Gone>().why.code == "absent");
  check_works(left);
  right->close();
  CHECK(right->open().error().code == "absent");
  CHECK(Port(printer_with_serial("C3"))->open().error().code == "absent");
}

TEST_CASE("bus: of two alike devices without a choice the lower port is taken") {
  Bus bus;
  bus.plug("right");
  bus.plug("left");
  check_printer_answers(printer_at(""));
  CHECK(bus.device("right")["bytes_out"] == 0);
}

TEST_CASE("bus: a device that another program holds is busy, and stays with it") {
  Bus bus;
  bus.plug("left");
  Port one(printer_at(""));
  Port other(printer_at(""));
  REQUIRE(one->open().has_value());
  CHECK(other->open().error().code == "busy");
  check_works(one);
  one->close();
  CHECK(other->open().has_value());
}

TEST_CASE(
    "bus: a scanner is known by its report descriptor, with the kernel's driver and without") {
  Bus bus;
  for (const char* name : {"scanner", "bare"}) {
    CAPTURE(name);
    bus.plug(name);
    Port port({DeviceKind::scanner});
    REQUIRE(port->open().has_value());
    CHECK(bus.device(name)["driver"] == "usbfs");
    bus.ask({{"op", "scan"}, {"device", name}, {"code", "P000012345"}});
    CHECK(port.wait_for<usb::Received>().bytes.size() == 64);
    port->close();
    bus.unplug(name);
  }
}

TEST_CASE(
    "bus: a reader that is plugged in again is ready at once, without waiting out a back-off") {
  Bus bus;
  for (const char* name : {"reader", "split", "interrupt"}) {
    CAPTURE(name);
    bus.plug(name);
    Mailbox<id_card::ReaderEvent> mailbox;
    usb::DeviceWorker<id_card::SdtReader> worker(
        {}, std::move(*usb::libusb_transport({DeviceKind::id_reader})), mailbox.sink());
    REQUIRE(mailbox.wait_for<id_card::ReaderReady>());
    bus.unplug(name);
    REQUIRE(mailbox.wait_for<id_card::ReaderUnusable>());
    bus.plug(name);
    REQUIRE(mailbox.wait_for<id_card::ReaderReady>());
    REQUIRE(worker.post(id_card::CardWanted::yes));
    bus.ask(
        {{"op", "card"}, {"device", name}, {"number", "990101199003070015"}, {"name", "测试甲"}});
    CHECK(mailbox.wait_for<id_card::CardRead>());
    bus.unplug(name);
  }
}

TEST_CASE("bus: many comings and goings, with transfers in flight") {
  Bus bus;
  Port port(printer_at(""));
  for (int i = 0; i < 40; ++i) {
    bus.plug("left");
    while (!port->open()) port->wait(10ms);
    port->submit(usb::Send{0x02, kiosk::Bytes(5000), 60s});
    port->submit(usb::Control{{0xA1, 1, 0, 0, 1}, {}, 5s});
    bus.unplug("left");
    CHECK(port.wait_for<usb::Gone>().why.code == "absent");
    port->close();
  }
}

TEST_CASE("bus: the list tells what is plugged in and who has it, and takes nothing") {
  Bus bus;
  for (const char* name : {"left", "right", "reader", "scanner"}) bus.plug(name);
  Port reader({DeviceKind::id_reader});
  REQUIRE(reader->open().has_value());
  const std::vector<usb::DeviceChoice> choices = {
      printer_at(""), {DeviceKind::id_reader}, {DeviceKind::scanner}};
  const auto listed = usb::list_interfaces(choices);
  REQUIRE(listed.has_value());
  REQUIRE(listed->size() == 4);
  const usb::ListedInterface& left = listed->at(0);
  CHECK(left.seen.port == "1-1");
  CHECK(left.seen.serial == "A1");
  CHECK(left.seen.manufacturer == "TESTCO");
  CHECK(left.seen.kernel_driver == "usblp");
  CHECK(left.role == usb::Role::printer);
  CHECK(left.standing == usb::Standing::usable);
  CHECK(listed->at(1).seen.port == "1-2.3");
  CHECK(listed->at(1).standing == usb::Standing::passed_by);
  CHECK(listed->at(2).role == usb::Role::id_reader);
  CHECK(listed->at(2).standing == usb::Standing::in_use);
  CHECK(listed->at(3).role == usb::Role::scanner);
  CHECK(listed->at(3).seen.kernel_driver == "usbhid");
  CHECK(bus.device("left")["driver"] == "usblp");
  CHECK(bus.device("scanner")["driver"] == "usbhid");
}

namespace {

/// Opens the printer, asks it over both kinds of endpoint, closes it; whether all of it worked.
bool whole_exchange(Port& port) {
  if (!port->open()) return false;
  port->submit(usb::Send{0x02, ask_status, 500ms});
  port->submit(usb::Control{{0xA1, 1, 0, 0, 1}, {}, 500ms});
  bool sent = false, received = false, answered = false;
  const auto until = std::chrono::steady_clock::now() + 2s;
  while (!(sent && received && answered) && std::chrono::steady_clock::now() < until) {
    for (const usb::Input& input : port->wait(100ms)) {
      if (std::holds_alternative<usb::Gone>(input)) return false;
      const auto* send = std::get_if<usb::Sent>(&input);
      const auto* control = std::get_if<usb::ControlDone>(&input);
      if ((send != nullptr && send->status != usb::Status::done) ||
          (control != nullptr && control->status != usb::Status::done)) {
        return false;
      }
      sent = sent || send != nullptr;
      answered = answered || control != nullptr;
      received = received || std::holds_alternative<usb::Received>(input);
    }
  }
  port->close();
  return sent && received && answered;
}

/// Lets each system call of an exchange meet with the trouble, one after the other, until none
/// does.
int calls_that_met_with(Bus& bus, const std::string& trouble) {
  Port port(printer_at(""));
  for (int calls = 1; calls < 200; ++calls) {
    CAPTURE(calls);
    bus.plug("left");
    bus.ask({{"op", "trouble"}, {"device", "left"}, {"trouble", trouble}, {"calls", calls}});
    const bool worked = whole_exchange(port);
    port->close();
    const bool met = bus.ask({{"op", "bus"}})["devices"]["left"]["calls_until_trouble"] == 0;
    bus.ask({{"op", "trouble"}, {"device", "left"}, {"calls", 0}});
    bus.unplug("left");
    bus.plug("left");
    while (!whole_exchange(port)) {  // whatever happened, it works afterwards
    }
    if (!met) {
      CHECK(worked);
      return calls;
    }
    bus.unplug("left");
  }
  FAIL("no end to the calls of an exchange");
  return 0;
}

}  // namespace

TEST_CASE("bus: the device leaves at every system call of an exchange") {
  Bus bus;
  CHECK(calls_that_met_with(bus, "leaves") > 8);
}

TEST_CASE("bus: every system call of an exchange fails once") {
  Bus bus;
  CHECK(calls_that_met_with(bus, "fails") > 8);
}
