#include "kiosk/shell/clock.h"

#include <doctest/doctest.h>

#include <memory>

namespace kiosk::shell {
namespace {

const Instant floor_instant = from_ms(1'795'398'060'000);

struct Machine {
  std::shared_ptr<ClockReading> shown = std::make_shared<ClockReading>();

  ReadClocks reader() const {
    return [shown = shown] { return *shown; };
  }
  void pass(Milliseconds time) {
    shown->machine += time;
    shown->steady += time;
  }
};

}  // namespace

TEST_CASE("clock: a machine that wakes in 1970 counts on from what was committed") {
  Machine machine;
  const Clock clock(floor_instant, machine.reader());
  CHECK(clock.now() == Now{floor_instant, ClockTrust::not_before});
  machine.pass(Seconds(90));
  CHECK(clock.now() == Now{floor_instant + Seconds(90), ClockTrust::not_before});
}

TEST_CASE("clock: the machine's time is believed from the floor on") {
  Machine machine;
  machine.shown->machine = floor_instant + Minutes(5);
  const Clock clock(floor_instant, machine.reader());
  CHECK(clock.now() == Now{floor_instant + Minutes(5), ClockTrust::rtc});
}

TEST_CASE("clock: once the server has put it right, setting the machine's moves nothing") {
  Machine machine;
  Clock clock(floor_instant, machine.reader());
  machine.pass(Seconds(10));
  clock.correct(Minutes(3), ClockTrust::server);
  const Instant right = floor_instant + Seconds(10) + Minutes(3);
  CHECK(clock.now() == Now{right, ClockTrust::server});
  machine.shown->machine += Minutes(60 * 24);
  machine.pass(Seconds(1));
  CHECK(clock.now() == Now{right + Seconds(1), ClockTrust::server});
  clock.correct(Milliseconds(0), ClockTrust::not_before);
  CHECK(clock.now() == Now{right + Seconds(1), ClockTrust::not_before});
}

}  // namespace kiosk::shell
