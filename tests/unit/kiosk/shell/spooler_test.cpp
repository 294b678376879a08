#include "kiosk/shell/spooler.h"

#include "tests/unit/kiosk/store/fixture.h"

namespace kiosk::shell {
namespace {

using namespace store::testing;
using domain::PrintState;

struct Bench {
  std::unique_ptr<store::Ledger> ledger = memory_ledger();
  Spooler spooler{*ledger};
  Instant now = morning().instant;

  Bench() { spooler.printer(journeys::PrinterHealth::ok); }
  std::int64_t commit(const std::string& id) {
    return store::testing::commit(*ledger, sample_check_in(id)).print_job;
  }
  Spooler::Output step() {
    Spooler::Output output;
    spooler.step(now, output);
    return output;
  }
  PrintState state(std::int64_t job) { return ledger->print_job(job).value()->state; }
};

}  // namespace

TEST_CASE("spooler: a job goes out once, while its own patient's screen is up") {
  Bench bench;
  const auto job = bench.commit("a1");
  bench.spooler.allow({job}, bench.now);
  const auto output = bench.step();
  REQUIRE(output.print.size() == 1);
  CHECK(output.print.front().id == job);
  CHECK(bench.state(job) == PrintState::sending);
  CHECK(bench.step().print.empty());
}

TEST_CASE("spooler: a job whose patient has gone is held and does not fall out later") {
  Bench bench;
  const auto job = bench.commit("a1");
  bench.spooler.printer(journeys::PrinterHealth::paper_out);
  bench.spooler.allow({job}, bench.now);
  CHECK(bench.step().print.empty());
  bench.spooler.allow({}, bench.now);
  bench.step();
  CHECK(bench.state(job) == PrintState::held);
  bench.spooler.printer(journeys::PrinterHealth::ok);
  CHECK(bench.step().print.empty());
}

TEST_CASE(
    "spooler: a failed job goes out again when the printer is well and its patient is there") {
  Bench bench;
  const auto job = bench.commit("a1");
  bench.spooler.allow({job}, bench.now);
  REQUIRE(bench.step().print.size() == 1);
  bench.spooler.printer(journeys::PrinterHealth::paper_out);
  Spooler::Output output;
  bench.spooler.ended(job, PrintState::failed, output);
  CHECK(bench.step().print.empty());
  CHECK(bench.state(job) == PrintState::failed);
  bench.spooler.printer(journeys::PrinterHealth::ok);
  CHECK(bench.step().print.size() == 1);
}

TEST_CASE("spooler: a failed job is held when its patient has gone or her time is over") {
  for (const bool patient_goes : {true, false}) {
    CAPTURE(patient_goes);
    Bench bench;
    const auto job = bench.commit("a1");
    bench.spooler.allow({job}, bench.now);
    REQUIRE(bench.step().print.size() == 1);
    bench.spooler.printer(journeys::PrinterHealth::paper_out);
    Spooler::Output output;
    bench.spooler.ended(job, PrintState::failed, output);
    bench.step();
    if (patient_goes) {
      bench.spooler.allow({}, bench.now);
    } else {
      bench.now += Spooler::own_screen_max;
    }
    const auto held = bench.step();
    REQUIRE(held.reports.size() == 1);
    CHECK(held.reports.front().state == PrintState::held);
    bench.spooler.printer(journeys::PrinterHealth::ok);
    CHECK(bench.step().print.empty());
    CHECK(bench.ledger->held_jobs()->size() == 1);
  }
}

TEST_CASE("spooler: a job that fails after its patient has gone is held") {
  Bench bench;
  const auto job = bench.commit("a1");
  bench.spooler.allow({job}, bench.now);
  REQUIRE(bench.step().print.size() == 1);
  bench.spooler.allow({}, bench.now);
  bench.step();
  Spooler::Output output;
  bench.spooler.ended(job, PrintState::failed, output);
  bench.step();
  CHECK(bench.state(job) == PrintState::held);
}

TEST_CASE("spooler: a job that is under way when its time is up wakes nobody") {
  Bench bench;
  const auto job = bench.commit("a1");
  bench.spooler.allow({job}, bench.now);
  REQUIRE(bench.step().print.size() == 1);
  bench.now += Spooler::own_screen_max + Seconds(1);
  bench.step();
  CHECK_FALSE(bench.spooler.wake().has_value());
  Spooler::Output output;
  bench.spooler.ended(job, PrintState::printed, output);
  CHECK(bench.state(job) == PrintState::printed);
}

TEST_CASE("spooler: a clock that is put right takes nothing of a patient's time") {
  Bench bench;
  const auto job = bench.commit("a1");
  bench.spooler.printer(journeys::PrinterHealth::cover_open);
  bench.spooler.allow({job}, bench.now);
  bench.step();
  bench.now += Minutes(30);
  bench.spooler.follow_clock(Minutes(30));
  bench.spooler.printer(journeys::PrinterHealth::ok);
  CHECK(bench.step().print.size() == 1);
}

}  // namespace kiosk::shell
