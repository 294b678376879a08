#include "tests/emulators/emulated_printer.h"

#include <doctest/doctest.h>

using namespace emulators;
using namespace std::chrono_literals;
using drivers::usb::Moment;

namespace {

kiosk::Bytes raster(int row_bytes, int rows, std::uint8_t fill) {
  kiosk::Bytes bytes = {
      0x1D, 0x76, 0x30, 0, static_cast<std::uint8_t>(row_bytes), 0, static_cast<std::uint8_t>(rows),
      0};
  kiosk::append(bytes, kiosk::Bytes(static_cast<std::size_t>(row_bytes * rows), fill));
  return bytes;
}

/// A printer and the time; bytes are pushed until all were taken.
struct Desk {
  EmulatedPrinter printer;
  Moment now{};

  explicit Desk(PrinterAbilities abilities = {}) : printer(abilities) {}
  std::size_t send(const kiosk::Bytes& bytes) { return printer.write(now, 2, bytes); }
  kiosk::Bytes receive() {
    kiosk::Bytes all;
    for (kiosk::Bytes part = printer.read(now, 0x81); !part.empty();
         part = printer.read(now, 0x81)) {
      kiosk::append(all, part);
    }
    return all;
  }
  void pass(kiosk::Milliseconds time) {
    now += time;
    kiosk::append(heard, receive());
  }
  kiosk::Bytes heard;
};

}  // namespace

TEST_CASE("emulated printer: rows come out at the speed of paper and are kept by the cut") {
  Desk desk;
  desk.send(raster(72, 160, 0xA5));
  desk.send({0x1B, 0x4A, 40, 0x1D, 0x56, 0x01});
  desk.pass(50ms);
  CHECK(desk.printer.uncut().rows == 81);  // 1600 rows a second
  desk.pass(200ms);
  REQUIRE(desk.printer.tickets().size() == 1);
  const Ticket& ticket = desk.printer.tickets()[0];
  CHECK(ticket.rows == 200);
  CHECK(ticket.dot(0, 0));
  CHECK_FALSE(ticket.dot(1, 0));
  CHECK_FALSE(ticket.dot(0, 170));
  CHECK_FALSE(ticket.is_blank());
  CHECK(desk.printer.uncut().rows == 0);
}

TEST_CASE("emulated printer: the published status bytes") {
  Desk desk;
  const auto ask = [&](std::uint8_t n) {
    desk.send({0x10, 0x04, n});
    return desk.receive();
  };
  CHECK(ask(1) == kiosk::Bytes{0x12});
  CHECK(ask(4) == kiosk::Bytes{0x12});
  desk.printer.set_near_end();
  CHECK(ask(4) == kiosk::Bytes{0x1E});
  desk.printer.paper_runs_out_after(0);
  CHECK(ask(4) == kiosk::Bytes{0x7E});
  CHECK(ask(1) == kiosk::Bytes{0x1A});
  desk.printer.load_paper();
  desk.printer.open_cover();
  CHECK(ask(2) == kiosk::Bytes{0x16});
  desk.printer.close_cover();
  desk.printer.jam_cutter();
  CHECK(ask(3) == kiosk::Bytes{0x1A});
}

TEST_CASE("emulated printer: automatic status at once and on every change") {
  Desk desk;
  desk.send({0x1D, 0x61, 0x0F});
  CHECK(desk.receive() == kiosk::Bytes{0x10, 0, 0, 0x0F});
  CHECK(desk.receive().empty());
  desk.printer.open_cover();
  CHECK(desk.receive() == kiosk::Bytes{0x38, 0, 0, 0x0F});
  desk.printer.close_cover();
  CHECK(desk.receive() == kiosk::Bytes{0x10, 0, 0, 0x0F});
}

TEST_CASE("emulated printer: fence and process id answer behind the paper before them") {
  Desk desk;
  desk.send(raster(72, 160, 1));
  desk.send({0x1D, 0x72, 0x01});
  desk.send({0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30, 'J', 'O', 'B', '1'});
  desk.pass(50ms);
  CHECK(desk.heard.empty());
  desk.pass(60ms);
  CHECK(desk.heard == kiosk::Bytes{0x00, 0x37, 0x22, 'J', 'O', 'B', '1', 0x00});
}

TEST_CASE("emulated printer: paper ends within a ticket; the buffer keeps the rest") {
  Desk desk;
  desk.printer.paper_runs_out_after(100);
  desk.send(raster(72, 160, 1));
  desk.pass(1s);
  CHECK(desk.printer.uncut().rows == 100);
  CHECK(desk.printer.waiting_bytes() == 60 * 72);
  desk.printer.load_paper();
  REQUIRE(desk.printer.tickets().size() == 1);
  CHECK(desk.printer.tickets()[0].end == Ticket::End::torn);
  desk.pass(1s);
  CHECK(desk.printer.uncut().rows == 60);
}

TEST_CASE("emulated printer: a full buffer takes no more until paper has moved") {
  PrinterAbilities abilities;
  abilities.buffer_bytes = 720;
  Desk desk(abilities);
  const kiosk::Bytes job = raster(72, 160, 1);
  std::size_t taken = desk.send(job);
  while (const std::size_t more = desk.send(kiosk::Bytes(job.begin() + 720, job.end()))) {
    taken += more;
  }
  CHECK(taken < 900);
  desk.pass(10ms);
  CHECK(desk.send({0x00}) == 1);
}

TEST_CASE("emulated printer: real-time questions are answered within a picture, even off-line") {
  Desk desk;
  desk.printer.open_cover();
  kiosk::Bytes picture = raster(72, 4, 0);
  picture[20] = 0x10;
  picture[21] = 0x04;
  picture[22] = 0x02;
  desk.send(picture);
  CHECK(desk.receive() == kiosk::Bytes{0x16});
}

TEST_CASE("emulated printer: clearing the buffer ends a half received picture") {
  Desk desk;
  kiosk::Bytes half = raster(72, 100, 1);
  half.resize(2000);
  desk.send(half);
  desk.pass(1s);
  desk.send({0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08});
  desk.send({0x1D, 0x72, 0x01});
  desk.pass(100ms);
  CHECK(desk.heard == kiosk::Bytes{0x37, 0x25, 0x00, 0x00});
  CHECK(desk.printer.protocol_errors().empty());
}

TEST_CASE("emulated printer: text, unknown commands and too wide pictures are faults") {
  Desk desk;
  desk.send({'H', 'i'});
  desk.send({0x1B, 0x7F});
  desk.send(raster(80, 1, 1));
  desk.pass(1s);
  CHECK(desk.printer.protocol_errors().size() >= 4);
}

TEST_CASE("emulated printer: a clone answers nothing") {
  PrinterAbilities clone;
  clone.answers = false;
  clone.port_status = false;
  clone.soft_reset = false;
  Desk desk(clone);
  desk.send({0x10, 0x04, 0x01, 0x1D, 0x61, 0x0F, 0x1D, 0x72, 0x01, 0x1D, 0x49, 66});
  desk.pass(1s);
  CHECK(desk.heard.empty());
  CHECK_FALSE(desk.printer.control(desk.now, {{0xA1, 1, 0, 0, 1}, {}, 500ms}).has_value());
  CHECK_FALSE(desk.printer.control(desk.now, {{0x21, 2, 0, 0, 0}, {}, 500ms}).has_value());
}

TEST_CASE("emulated printer: port status and device id over the control endpoint") {
  Desk desk;
  CHECK(desk.printer.control(desk.now, {{0xA1, 1, 0, 0, 1}, {}, 500ms}) == kiosk::Bytes{0x18});
  desk.printer.paper_runs_out_after(0);
  CHECK(desk.printer.control(desk.now, {{0xA1, 1, 0, 0, 1}, {}, 500ms}) == kiosk::Bytes{0x20});
  const auto id = desk.printer.control(desk.now, {{0xA1, 0, 0, 0, 255}, {}, 500ms});
  CHECK(id.value().at(1) == 0x2F);
}
