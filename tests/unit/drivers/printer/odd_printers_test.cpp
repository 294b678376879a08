// Printers that know less than they are asked, hold tickets out, contradict themselves or lie.
#include <doctest/doctest.h>

#include "drivers/printer/escpos_printer.h"
#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_printer.h"

using namespace drivers::printer;
using namespace std::chrono_literals;
using emulators::EmulatedPrinter;
using emulators::PrinterAbilities;

namespace {

/// An emulated printer that says what the test wants besides what it should.
class OddPrinter : public EmulatedPrinter {
 public:
  using EmulatedPrinter::EmulatedPrinter;

  kiosk::Bytes read(drivers::usb::Moment now, std::uint8_t endpoint) override {
    kiosk::Bytes answer = EmulatedPrinter::read(now, endpoint);
    return say ? say(std::move(answer)) : answer;
  }
  std::optional<drivers::usb::Moment> next_change(drivers::usb::Moment now) const override {
    const auto soon = now + 20ms;
    const auto due = EmulatedPrinter::next_change(now);
    return say && (!due || *due > soon) ? std::optional(soon) : due;
  }

  std::function<kiosk::Bytes(kiosk::Bytes)> say;
};

using Bench = emulators::DeviceBench<EscposPrinter, OddPrinter>;

kiosk::Bytes job(int rows = 200) {
  kiosk::Bytes bytes = {0x1B, 0x40, 0x1D, 0x76, 0x30, 0, 72, 0, static_cast<std::uint8_t>(rows), 0};
  bytes.insert(bytes.end(), static_cast<std::size_t>(rows * 72), 0x81);
  kiosk::append(bytes, kiosk::Bytes{0x1D, 0x56, 0x42, 24});
  return bytes;
}

struct Started : Bench {
  explicit Started(PrinterAbilities abilities = {}, Profile profile = {})
      : Bench(EscposPrinter({"auto", profile}), abilities) {
    run(10s);
  }
  int outcomes() const { return count<Printed>() + count<Failed>() + count<Unknown>(); }
  bool print(std::int64_t number = 1) {
    const int before = outcomes();
    post(Print{{number}, job()});
    return run_until([&] { return outcomes() > before; }, 60s);
  }
};

/// Knows no command but pictures and cuts, and prints the letters of all others.
PrinterAbilities knows_nothing() {
  PrinterAbilities clone;
  clone.process_id = clone.paper_fence = clone.identity = clone.automatic_status = false;
  clone.soft_reset = clone.clear_buffers = clone.port_status = false;
  clone.unknown_is_text = true;
  clone.device_id = "";
  return clone;
}

class Dice {
 public:
  std::uint8_t byte() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint8_t>(state_ >> 56);
  }

 private:
  std::uint64_t state_ = 7;
};

}  // namespace

TEST_CASE("odd printer: no letter of an unknown command is printed on a clone") {
  for (const bool answers : {true, false}) {
    CAPTURE(answers);
    PrinterAbilities clone = knows_nothing();
    clone.answers = answers;
    Started bench(clone);
    REQUIRE(bench.print());
    CHECK(bench.count<Failed>() == 0);
    bench.run(3s);
    CHECK(bench.model.tickets().size() == 1);
    CHECK(bench.model.protocol_errors().empty());
  }
}

TEST_CASE("odd printer: one that answers only some questions is asked only those") {
  PrinterAbilities abilities;
  abilities.process_id = abilities.paper_fence = abilities.automatic_status = false;
  Bench bench(EscposPrinter(SiteProfile{}), abilities);
  std::size_t asked = 0;
  bench.model.say = [&](kiosk::Bytes answer) {
    // DLE EOT 2 and 4 go unanswered.
    if (answer.size() == 1 && (answer[0] & 0x93) == 0x12 && ++asked % 4 % 2 == 0 && asked <= 4) {
      return kiosk::Bytes{};
    }
    return answer;
  };
  bench.run(10s);
  CHECK(bench.last<StateChanged>().state == PrinterState::ready);
  bench.post(Print{{1}, job()});
  REQUIRE(bench.run_until([&] { return bench.count<Printed>() == 1; }, 20s));
}

TEST_CASE("odd printer: the device id names one that knows no GS I, and what it lacks") {
  PrinterAbilities abilities;
  abilities.identity = false;
  abilities.device_id = "MFG:ZJ;MDL:POS-80;CMD:ESC/POS;";
  const Started bench(abilities);
  const auto told = bench.last<Identified>();
  CHECK(told.maker == "ZJ");
  CHECK(told.use->name == "clone-80");
  CHECK(told.use->profile.process_id == Feature::absent);
}

TEST_CASE("odd printer: where answers contradict each other the safer one holds") {
  PrinterAbilities abilities;
  abilities.automatic_status = false;
  Started bench(abilities);
  SUBCASE("the port says paper out, the rest says good") {
    bench.model.paper_runs_out_after(0);
    bench.model.say = [](kiosk::Bytes answer) {
      const bool status = answer.size() == 1 && (answer[0] & 0x93) == 0x12;
      return status ? kiosk::Bytes{0x12} : answer;
    };
    bench.run(5s);
    CHECK(bench.last<StateChanged>().state == PrinterState::paper_out);
  }
  SUBCASE("one question says cover open, the rest says good") {
    int n = 0;
    bench.model.say = [&n](kiosk::Bytes answer) {
      const bool status = answer.size() == 1 && (answer[0] & 0x93) == 0x12;
      return status && ++n % 4 == 2 ? kiosk::Bytes{0x16} : answer;
    };
    bench.run(5s);
    CHECK_FALSE(can_print(bench.last<StateChanged>().state));
  }
}

TEST_CASE("odd printer: answers like a fence's that nobody asked for prove nothing") {
  PrinterAbilities abilities;
  abilities.process_id = abilities.automatic_status = false;
  Started bench(abilities);
  bench.model.open_cover();  // it prints nothing,
  bench.model.say = [](kiosk::Bytes answer) {
    const bool status = answer.size() == 1 && (answer[0] & 0x93) == 0x12;
    if (status) return kiosk::Bytes{0x12};                // says that all is well
    return answer.empty() ? kiosk::Bytes{0x00} : answer;  // and has done what nobody asked
  };
  REQUIRE(bench.print());
  CHECK(bench.count<Printed>() == 0);
}

TEST_CASE("odd printer: noise is never taken for a proof that a ticket was printed") {
  Dice dice;
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    Started bench;
    bench.model.open_cover();
    bench.model.say = [&](kiosk::Bytes) {
      kiosk::Bytes noise(dice.byte() % 9);
      for (std::uint8_t& byte : noise) byte = dice.byte();
      return noise;
    };
    bench.print();
    CHECK(bench.count<Printed>() == 0);
    CHECK(bench.model.tickets().empty());
  }
}

TEST_CASE("odd printer: an id of an earlier life proves nothing") {
  Started bench;
  REQUIRE(bench.print());
  kiosk::Bytes old;
  for (const auto& transfer : bench.sent) {
    const auto* send = std::get_if<drivers::usb::Send>(&transfer);
    if (send != nullptr && send->bytes.size() == 11 && send->bytes[2] == 'H') {
      old = {0x37, 0x22};
      kiosk::append(old, kiosk::ByteView(send->bytes).subspan(7));
      old.push_back(0);
    }
  }
  REQUIRE(old.size() == 7);
  bench.model.say = [&](kiosk::Bytes answer) {
    return !answer.empty() && answer[0] == 0x37 ? old : answer;
  };
  REQUIRE(bench.print(2));
  CHECK(bench.last<Unknown>().why.code == "no_completion");
}

TEST_CASE("odd printer: a ticket that nobody takes is withdrawn, one that is taken is not") {
  PrinterAbilities abilities;
  abilities.presenter = true;
  abilities.device_id = "MFG:CUSTOM;MDL:KPM150H;";
  Profile profile;
  profile.presenter = {3, 144, 2, 20s};
  Started bench(abilities, profile);
  REQUIRE(bench.print(1));
  CHECK(bench.model.holds_out());
  SUBCASE("nobody takes it") {
    bench.run(19s);
    CHECK(bench.count<Withdrawn>() == 0);
    bench.run(3s);
    CHECK(bench.last<Withdrawn>().job == JobId{1});
    CHECK(bench.model.tickets().back().end == emulators::Ticket::End::withdrawn);
  }
  SUBCASE("it is taken") {
    bench.run(5s);
    bench.model.take_ticket();
    bench.run(30s);
    CHECK(bench.count<Withdrawn>() == 0);
    CHECK(bench.model.tickets().back().end == emulators::Ticket::End::cut);
  }
  SUBCASE("the next patient's comes: she shall not get it") {
    bench.run(2s);
    REQUIRE(bench.print(2));
    CHECK(bench.last<Withdrawn>().job == JobId{1});
    CHECK(bench.last<Printed>().job == JobId{2});
    CHECK(bench.model.tickets().at(0).end == emulators::Ticket::End::withdrawn);
    CHECK(bench.model.holds_out());
  }
  CHECK(bench.model.protocol_errors().empty());
}

TEST_CASE("odd printer: GS e is never sent without a profile that names it") {
  Started bench;
  REQUIRE(bench.print());
  bench.run(60s);
  for (const auto& transfer : bench.sent) {
    const auto* send = std::get_if<drivers::usb::Send>(&transfer);
    if (send == nullptr || send->bytes.size() > 4 || send->bytes.size() < 2) continue;
    CHECK_FALSE((send->bytes[0] == 0x1D && send->bytes[1] == 0x65));
  }
}

TEST_CASE("odd printer: a part of an earlier life's ticket is void before the next one") {
  Bench bench(EscposPrinter(SiteProfile{}, Remains::possible), PrinterAbilities{});
  bench.model.write(bench.now, 2, kiosk::ByteView(job()).first(5000));
  bench.run(10s);
  REQUIRE(bench.model.tickets().size() == 1);
  CHECK(bench.model.uncut().rows == 0);
  bench.post(Print{{1}, job()});
  REQUIRE(bench.run_until<Printed>(20s));
  CHECK(bench.model.tickets().back().rows == 224);
}
