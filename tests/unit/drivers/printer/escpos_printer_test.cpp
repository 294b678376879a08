#include "drivers/printer/escpos_printer.h"

#include <doctest/doctest.h>

#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_printer.h"

using namespace drivers::printer;
using namespace std::chrono_literals;
using emulators::EmulatedPrinter;
using emulators::PrinterAbilities;

namespace {

using Bench = emulators::DeviceBench<EscposPrinter, EmulatedPrinter>;

constexpr int row_bytes = 72;
constexpr int job_rows = 600;

/// ESC @, rows with their number as a pattern in bands of 128, feed and cut.
kiosk::Bytes ticket_job(int rows = job_rows) {
  kiosk::Bytes job = {0x1B, 0x40};
  for (int done = 0; done < rows;) {
    const int band = std::min(128, rows - done);
    kiosk::append(
        job, kiosk::Bytes{0x1D, 0x76, 0x30, 0, row_bytes, 0, static_cast<std::uint8_t>(band), 0});
    for (int row = 0; row < band; ++row) {
      kiosk::Bytes line(row_bytes, 0x80);
      line[0] = static_cast<std::uint8_t>((done + row) % 251);
      kiosk::append(job, line);
    }
    done += band;
  }
  kiosk::append(job, kiosk::Bytes{0x1D, 0x56, 0x42, 24});
  return job;
}

struct Started : Bench {
  explicit Started(PrinterAbilities abilities = {}, Profile profile = {})
      : Bench(EscposPrinter({"auto", profile}), abilities) {
    run(8s);
    REQUIRE(count<StateChanged>() > 0);
  }

  PrinterState state() const { return last<StateChanged>().state; }
  void print(std::int64_t job = 1) { post(Print{{job}, ticket_job()}); }
  /// Why the last job that was not printed was not.
  std::string trouble() const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (const auto* failed = std::get_if<Failed>(&*event)) return std::string(failed->why.code);
      if (const auto* unknown = std::get_if<Unknown>(&*event))
        return std::string(unknown->why.code);
    }
    return {};
  }
  int outcomes() const { return count<Printed>() + count<Failed>() + count<Unknown>(); }
  bool finish(kiosk::Milliseconds limit = 60s) {
    const int before = outcomes();
    return run_until([&] { return outcomes() > before; }, limit);
  }
};

void check_ticket(const emulators::Ticket& ticket) {
  CHECK(ticket.rows == job_rows + 24);
  CHECK(ticket.end == emulators::Ticket::End::cut);
  for (int row = 0; row < job_rows; ++row) {
    REQUIRE(ticket.bits[static_cast<std::size_t>(row * row_bytes)] == row % 251);
  }
}

}  // namespace

TEST_CASE("printer: it tells that it is ready and who it is") {
  const Started bench;
  CHECK(bench.state() == PrinterState::ready);
  CHECK(bench.last<Identified>() == Identified{"TESTCO", "TP-80", ProfileInUse{}});
  CHECK(bench.model.protocol_errors().empty());
  CHECK(bench.model.uncut().rows == 0);
}

TEST_CASE("printer: a job is printed dot for dot and reported once") {
  Started bench;
  bench.print(7);
  REQUIRE(bench.finish());
  CHECK(bench.last<Printed>().job == JobId{7});
  REQUIRE(bench.model.tickets().size() == 1);
  check_ticket(bench.model.tickets()[0]);
  CHECK(bench.model.tickets()[0].bytes == ticket_job());
  bench.run(10s);
  CHECK(bench.outcomes() == 1);
  CHECK(bench.model.protocol_errors().empty());
}

TEST_CASE("printer: printed is said only after the paper was cut") {
  Started bench;
  bench.print();
  while (bench.count<Printed>() == 0) {
    REQUIRE(bench.now < drivers::usb::Moment(60s));
    if (bench.model.tickets().empty()) REQUIRE(bench.count<Printed>() == 0);
    bench.run(1ms);
  }
  CHECK(bench.model.tickets().size() == 1);
}

TEST_CASE("printer: no write is longer than the profile allows, none is empty") {
  Started bench;
  bench.print();
  REQUIRE(bench.finish());
  for (const auto& transfer : bench.sent) {
    const auto* send = std::get_if<drivers::usb::Send>(&transfer);
    if (send == nullptr) continue;
    CHECK(send->bytes.size() <= 4096);
    CHECK_FALSE(send->bytes.empty());
  }
}

TEST_CASE("printer: jobs follow one another, two at once are refused") {
  Started bench;
  bench.print(1);
  bench.run(100ms);
  bench.print(2);
  bench.run(1ms);
  CHECK(bench.last<Failed>().job == JobId{2});
  CHECK(bench.last<Failed>().why.code == "busy");
  REQUIRE(bench.finish());
  bench.print(3);
  REQUIRE(bench.finish());
  CHECK(bench.last<Printed>().job == JobId{3});
  CHECK(bench.model.tickets().size() == 2);
}

TEST_CASE("printer: every state is told, and a job is refused without a byte") {
  struct Case {
    void (*make)(EmulatedPrinter&);
    PrinterState state;
  };
  const Case cases[] = {
      {[](EmulatedPrinter& p) { p.paper_runs_out_after(0); }, PrinterState::paper_out},
      {[](EmulatedPrinter& p) { p.open_cover(); }, PrinterState::cover_open},
      {[](EmulatedPrinter& p) { p.jam_cutter(); }, PrinterState::cutter_error},
      {[](EmulatedPrinter& p) { p.overheat(); }, PrinterState::overheated},
      {[](EmulatedPrinter& p) { p.press_offline(); }, PrinterState::offline},
      {[](EmulatedPrinter& p) { p.fall_silent(); }, PrinterState::silent}};
  for (const Case& each : cases) {
    CAPTURE(name_of(each.state));
    Started bench;
    each.make(bench.model);
    bench.run(6s);
    CHECK(bench.state() == each.state);
    bench.print();
    REQUIRE(bench.finish());
    CHECK(bench.last<Failed>().why.code == name_of(each.state));
    bench.model.put_right();
    bench.run(6s);
    CHECK(bench.state() == PrinterState::ready);
    CHECK(bench.model.tickets().empty());
    bench.print(2);
    REQUIRE(bench.finish());
    CHECK(bench.last<Printed>().job == JobId{2});
  }
}

TEST_CASE("printer: near end is told and prints") {
  Started bench;
  bench.model.set_near_end();
  bench.run(3s);
  CHECK(bench.state() == PrinterState::paper_near_end);
  bench.print();
  REQUIRE(bench.finish());
  CHECK(bench.count<Printed>() == 1);
}

TEST_CASE("printer: a change is told within half a second by its own report") {
  Started bench;
  bench.model.open_cover();
  CHECK(bench.run_until([&] { return bench.state() == PrinterState::cover_open; }, 500ms));
}

TEST_CASE("printer: it may already be out of paper when the program starts") {
  Bench bench{EscposPrinter(SiteProfile{}), PrinterAbilities{}};
  bench.model.paper_runs_out_after(0);
  bench.run(8s);
  CHECK(bench.last<StateChanged>().state == PrinterState::paper_out);
  bench.model.load_paper();
  bench.run(5s);
  bench.post(Print{{1}, ticket_job()});
  REQUIRE(bench.run_until<Printed>(30s));
}

TEST_CASE("printer: paper that ends in a ticket ends the job, and the next one is whole") {
  for (const int rows : {1, 60, 127, 128, 129, 300, 599, 600, 610, 623}) {
    CAPTURE(rows);
    Started bench;
    bench.model.paper_runs_out_after(rows);
    bench.run(3s);
    bench.print(1);
    REQUIRE(bench.finish());
    CHECK(bench.trouble() == "paper_out");
    bench.run(3s);
    CHECK(bench.state() == PrinterState::paper_out);
    bench.model.load_paper();
    bench.run(10s);
    // The rest does not come out of the new roll; the next ticket is whole and stands alone.
    CHECK(bench.model.uncut().is_blank());
    const std::size_t before = bench.model.tickets().size();
    bench.print(2);
    REQUIRE(bench.finish());
    CHECK(bench.last<Printed>().job == JobId{2});
    REQUIRE(bench.model.tickets().size() == before + 1);
    check_ticket(bench.model.tickets().back());
    CHECK(bench.model.protocol_errors().empty());
  }
}

TEST_CASE("printer: the cover opened or the cutter jammed in a ticket ends the job") {
  Started bench;
  bench.print(1);
  bench.run_until([&] { return bench.model.uncut().rows > 100; }, 10s);
  bench.model.open_cover();
  REQUIRE(bench.finish());
  CHECK(bench.trouble() == "cover_open");
  bench.model.close_cover();
  bench.model.load_paper();
  bench.run(5s);
  bench.print(2);
  bench.run_until([&] { return bench.model.uncut().rows > 100; }, 10s);
  bench.model.jam_cutter();
  REQUIRE(bench.finish());
  CHECK(bench.trouble() == "cutter_error");
}

TEST_CASE("printer: unplugged in a ticket and back, the piece is cut off and work goes on") {
  for (const int rows : {1, 200, 400, 590}) {
    CAPTURE(rows);
    Started bench;
    bench.print(1);
    bench.run_until([&] { return bench.model.uncut().rows >= rows; }, 10s);
    bench.link.unplug(bench.now);
    REQUIRE(bench.finish());
    CHECK(bench.trouble() == "unplugged");
    CHECK(bench.state() == PrinterState::unplugged);
    bench.print(2);
    REQUIRE(bench.finish());
    CHECK(bench.last<Failed>().job == JobId{2});
    bench.run(5s);
    bench.link.plug(bench.now);
    bench.run(8s);
    CHECK(bench.state() == PrinterState::ready);
    bench.print(3);
    REQUIRE(bench.finish());
    CHECK(bench.last<Printed>().job == JobId{3});
    check_ticket(bench.model.tickets().back());
    CHECK(bench.model.protocol_errors().empty());
  }
}

TEST_CASE("printer: a clone that obeys no reset gets the rest of its raster as white rows") {
  PrinterAbilities abilities;
  abilities.soft_reset = false;
  abilities.clear_buffers = false;
  Started bench(abilities);
  bench.print(1);
  bench.run_until([&] { return bench.model.uncut().rows >= 200; }, 10s);
  bench.link.unplug(bench.now);
  REQUIRE(bench.finish());
  bench.run(2s);
  bench.link.plug(bench.now);
  bench.run(10s);
  bench.print(2);
  REQUIRE(bench.finish());
  CHECK(bench.last<Printed>().job == JobId{2});
  check_ticket(bench.model.tickets().back());
  CHECK(bench.model.protocol_errors().empty());
}

TEST_CASE("printer: without a process id the fence serves, without both the status") {
  PrinterAbilities abilities;
  abilities.process_id = false;
  SUBCASE("fence") {}
  SUBCASE("status only") {
    abilities.paper_fence = false;
    abilities.identity = false;
  }
  SUBCASE("no automatic status either") {
    abilities.paper_fence = false;
    abilities.automatic_status = false;
  }
  Started bench(abilities);
  CHECK(bench.state() == PrinterState::ready);
  bench.print();
  REQUIRE(bench.finish());
  CHECK(bench.count<Printed>() == 1);
  bench.model.paper_runs_out_after(200);
  bench.run(3s);
  bench.print(2);
  REQUIRE(bench.finish());
  CHECK(bench.trouble() == "paper_out");
}

TEST_CASE("printer: a clone that answers nothing but has a port status works by that") {
  PrinterAbilities abilities;
  abilities.answers = false;
  Started bench(abilities);
  CHECK(bench.state() == PrinterState::ready);
  bench.model.paper_runs_out_after(0);
  bench.run(5s);
  CHECK(bench.state() == PrinterState::paper_out);
  bench.model.load_paper();
  bench.run(5s);
  CHECK(bench.state() == PrinterState::ready);
}

static void check_prints_without_a_word(Started& bench) {
  CHECK(bench.state() == PrinterState::ready);
  bench.print();
  REQUIRE(bench.finish());
  CHECK(bench.last<Unknown>().why.code == "no_report");
  bench.run(3s);
  REQUIRE(bench.model.tickets().size() == 1);
  check_ticket(bench.model.tickets()[0]);
}

TEST_CASE("printer: one whose profile says that it reports nothing prints, but nobody knows") {
  PrinterAbilities abilities;
  abilities.answers = false;
  abilities.port_status = false;
  Profile profile;
  profile.real_time_status = Feature::absent;
  profile.port_status = Feature::absent;
  Started bench(abilities, profile);
  check_prints_without_a_word(bench);
}

TEST_CASE("printer: one that never said anything prints, and nobody knows what came of it") {
  PrinterAbilities abilities;
  abilities.answers = false;
  abilities.port_status = false;
  Started bench(abilities);
  check_prints_without_a_word(bench);
}

TEST_CASE("printer: one that answered before it was plugged in again and does not now is silent") {
  Started bench;
  bench.link.unplug(bench.now);
  bench.model.fall_silent();
  bench.run(1s);
  bench.link.plug(bench.now);
  bench.run(10s);
  CHECK(bench.state() == PrinterState::silent);
}

TEST_CASE("printer: one that falls silent in a ticket leaves it unknown") {
  Started bench;
  bench.print();
  bench.run(300ms);
  bench.model.fall_silent();
  REQUIRE(bench.finish());
  CHECK(bench.last<Unknown>().why.code == "no_completion");
}

TEST_CASE("printer: a small buffer makes it slow, not wrong") {
  PrinterAbilities abilities;
  abilities.buffer_bytes = 512;
  abilities.rows_per_second = 200;
  Started bench(abilities);
  bench.print();
  REQUIRE(bench.finish());
  CHECK(bench.count<Printed>() == 1);
  check_ticket(bench.model.tickets().at(0));
}
