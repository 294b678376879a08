#include "drivers/serial/serial_transport.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include "drivers/id_card/sdt_reader.h"
#include "drivers/scanner/serial_scanner.h"
#include "drivers/usb/device_worker.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/emulators/emulated_serial_scanner.h"
#include "tests/emulators/pty_port.h"
#include "tests/unit/drivers/usb/mailbox.h"

using namespace drivers;
using namespace std::chrono_literals;
using serial::serial_transport;

namespace {

struct Folder {
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "serial_XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

emulators::EmulatedCard some_card() {
  emulators::ResidentCard fields;
  fields.name = "测试甲";
  fields.birth_date = "19900307";
  fields.number = "990101199003070015";
  return {emulators::card_block(fields), emulators::CardCondition::good, std::nullopt};
}

/// Says back what it hears, upside down.
struct Inverter : emulators::UsbModel {
  usb::InterfaceDescription describe() const override { return {}; }
  std::size_t write(usb::Moment, std::uint8_t, kiosk::ByteView bytes) override {
    for (const std::uint8_t byte : bytes) heard.push_back(static_cast<std::uint8_t>(~byte));
    return bytes.size();
  }
  kiosk::Bytes read(usb::Moment, std::uint8_t) override { return std::exchange(heard, {}); }
  kiosk::Bytes heard;
};

/// What comes until `count` bytes were received, the device left, or ten seconds are over.
std::vector<usb::Input> collect(usb::Transport& transport, std::size_t count) {
  std::vector<usb::Input> all;
  std::size_t received = 0;
  for (int i = 0; i < 100 && received < count; ++i) {
    for (usb::Input& input : transport.wait(100ms)) {
      if (const auto* some = std::get_if<usb::Received>(&input)) received += some->bytes.size();
      all.push_back(std::move(input));
      if (std::holds_alternative<usb::Gone>(all.back())) return all;
    }
  }
  return all;
}

std::string open_error(const serial::SerialPort& port) {
  const auto transport = serial_transport(port).value();
  const auto opened = transport->open();
  return opened ? "" : std::string(opened.error().code);
}

}  // namespace

TEST_CASE("serial: every byte value passes both ways, and a write is answered") {
  const Folder folder;
  Inverter model;
  emulators::PtyPort port(model, folder.path);
  const auto transport = serial_transport({port.path(), 9600}).value();
  const auto interface = transport->open().value();
  CHECK(interface.class_code == serial::class_serial);
  kiosk::Bytes bytes(256);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  transport->submit(usb::Send{0x01, bytes, 1s});
  kiosk::Bytes back;
  int sent = 0;
  for (const usb::Input& input : collect(*transport, bytes.size())) {
    if (const auto* received = std::get_if<usb::Received>(&input)) {
      kiosk::append(back, received->bytes);
    }
    if (const auto* done = std::get_if<usb::Sent>(&input)) {
      CHECK(done->status == usb::Status::done);
      CHECK(done->transferred == bytes.size());
      ++sent;
    }
  }
  for (std::uint8_t& byte : back) byte = static_cast<std::uint8_t>(~byte);
  CHECK(back == bytes);
  CHECK(sent == 1);
}

TEST_CASE("serial: what cannot be opened says why") {
  const Folder folder;
  CHECK(open_error({folder.path + "/none", 9600}) == "absent");
  const std::string file = folder.path + "/file";
  std::ofstream(file) << "no tty";
  CHECK(open_error({file, 9600}) == "failed");
  Inverter model;
  emulators::PtyPort port(model, folder.path);
  CHECK(open_error({port.path(), 12'345}) == "failed");
  const auto holder = serial_transport({port.path(), 9600}).value();
  REQUIRE(holder->open().has_value());
  CHECK(open_error({port.path(), 9600}) == "busy");
  holder->close();
  CHECK(open_error({port.path(), 9600}).empty());
}

TEST_CASE("serial: a tty that hangs up is gone, at once and once") {
  const Folder folder;
  Inverter model;
  emulators::PtyPort port(model, folder.path);
  const auto transport = serial_transport({port.path(), 9600}).value();
  REQUIRE(transport->open().has_value());
  CHECK(transport->wait(1ms).empty());
  port.unplug();
  const auto inputs = collect(*transport, 1);
  REQUIRE(inputs.size() == 1);
  CHECK(std::get<usb::Gone>(inputs[0]).why.code == "absent");
  transport->submit(usb::Send{0x01, {1}, 1s});
  CHECK(transport->wait(1ms).empty());
  CHECK(transport->open().error().code == "absent");
  port.plug();
  CHECK(transport->open().has_value());
}

TEST_CASE("serial: a write that nobody takes times out and says how much left") {
  const Folder folder;
  Inverter model;
  emulators::PtyPort port(model, folder.path);
  const auto transport = serial_transport({port.path(), 9600}).value();
  REQUIRE(transport->open().has_value());
  std::vector<usb::Input> inputs;
  port.locked([&] {  // the other end reads nothing meanwhile
    transport->submit(usb::Send{0x01, kiosk::Bytes(1 << 20), 50ms});
    for (int i = 0; i < 50 && inputs.empty(); ++i) inputs = transport->wait(100ms);
  });
  REQUIRE(inputs.size() == 1);
  CHECK(std::get<usb::Sent>(inputs[0]).status == usb::Status::timed_out);
  CHECK(std::get<usb::Sent>(inputs[0]).transferred < (1 << 20));
}

TEST_CASE("serial: a wait ends when it is woken, from another thread too") {
  const Folder folder;
  Inverter model;
  emulators::PtyPort port(model, folder.path);
  const auto transport = serial_transport({port.path(), 9600}).value();
  transport->wake();
  CHECK(transport->wait(60s).empty());
  REQUIRE(transport->open().has_value());
  const std::jthread other([&] { transport->wake(); });
  CHECK(transport->wait(60s).empty());
}

TEST_CASE("serial: an ID card reader is served, its cable pulled and put back") {
  const Folder folder;
  emulators::EmulatedIdReader reader;
  reader.set_delays(1ms, 5ms);
  reader.cut_answers_into(61);
  emulators::PtyPort port(reader, folder.path);
  Mailbox<id_card::ReaderEvent> mailbox;
  usb::DeviceWorker<id_card::SdtReader> worker({}, serial_transport({port.path()}).value(),
                                               mailbox.sink());
  REQUIRE(mailbox.wait_for<id_card::ReaderReady>());
  REQUIRE(worker.post(id_card::CardWanted::yes));
  for (int i = 0; i < 2; ++i) {
    port.locked([&] { reader.lay(some_card()); });
    CHECK(mailbox.wait_for<id_card::CardRead>());
    port.unplug();
    CHECK(mailbox.wait_for<id_card::ReaderUnusable>());
    port.locked([&] { reader.lift(); });
    port.plug();
    CHECK(mailbox.wait_for<id_card::ReaderReady>());
  }
}

TEST_CASE("serial: a reader of another speed is found") {
  const Folder folder;
  emulators::EmulatedIdReader reader;
  reader.set_delays(1ms, 5ms);
  emulators::PtyPort port(reader, folder.path);
  port.set_speed(115'200);
  Mailbox<id_card::ReaderEvent> mailbox;
  usb::DeviceWorker<id_card::SdtReader> worker({}, serial_transport({port.path(), 9600}).value(),
                                               mailbox.sink());
  REQUIRE(mailbox.wait_for<id_card::ReaderReady>());
  REQUIRE(worker.post(id_card::CardWanted::yes));
  port.locked([&] { reader.lay(some_card()); });
  CHECK(mailbox.wait_for<id_card::CardRead>());
}

TEST_CASE("serial: looking for a card costs less than 1 % of a core") {
  /// Lays a card on itself when it was asked so often.
  struct Patient : emulators::EmulatedIdReader {
    kiosk::Bytes read(usb::Moment now, std::uint8_t endpoint) override {
      if (!has_card() && commands().size() >= 10) lay(some_card());
      return EmulatedIdReader::read(now, endpoint);
    }
  };
  const Folder folder;
  Patient reader;
  emulators::PtyPort port(reader, folder.path);
  struct Times {
    std::chrono::nanoseconds cpu{};
    std::chrono::steady_clock::time_point wall{};
  };
  const auto times = [] {  // of the calling thread, the worker's
    timespec cpu{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return Times{std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec),
                 std::chrono::steady_clock::now()};
  };
  Times ready;
  Times noticed;
  Mailbox<id_card::ReaderEvent> mailbox;
  usb::DeviceWorker<id_card::SdtReader> worker(
      {}, serial_transport({port.path()}).value(), [&](id_card::ReaderEvent event) {
        if (std::holds_alternative<id_card::ReaderReady>(event)) ready = times();
        if (std::holds_alternative<id_card::CardNoticed>(event)) noticed = times();
        mailbox.sink()(std::move(event));
      });
  REQUIRE(worker.post(id_card::CardWanted::yes));
  REQUIRE(mailbox.wait_for<id_card::CardNoticed>());
  const std::chrono::duration<double> cpu = noticed.cpu - ready.cpu;
  const std::chrono::duration<double> wall = noticed.wall - ready.wall;
  MESSAGE("looking for a card: ", cpu.count() / wall.count() * 100, " % of a core in ",
          wall.count(), " s");
  CHECK(wall > 1500ms);
  CHECK(cpu.count() < 0.01 * wall.count());
}

TEST_CASE("serial: a scanner is served, its cable pulled and put back") {
  const Folder folder;
  emulators::EmulatedSerialScanner scanner;
  emulators::PtyPort port(scanner, folder.path);
  Mailbox<scanner::ScannerEvent> mailbox;
  usb::DeviceWorker<scanner::SerialScanner> worker(
      scanner::SerialScanner(), serial_transport({port.path()}).value(), mailbox.sink());
  REQUIRE(mailbox.wait_for<scanner::ScannerReady>());
  REQUIRE(worker.post(scanner::CodeWanted::yes));
  port.locked([&] { scanner.send({"P0000", "12345\r"}, 20ms); });
  CHECK(mailbox.wait_for<scanner::CodeScanned>());
  port.unplug();
  CHECK(mailbox.wait_for<scanner::ScannerUnusable>());
  port.plug();
  CHECK(mailbox.wait_for<scanner::ScannerReady>());
  port.locked([&] { scanner.send({"P2\r"}); });
  CHECK(mailbox.wait_for<scanner::CodeScanned>());
}
