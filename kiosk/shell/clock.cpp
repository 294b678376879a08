#include "kiosk/shell/clock.h"

#include <time.h>

#include <utility>

namespace kiosk::shell {

// The boot clock runs on while the machine sleeps, unlike the steady one: clock_gettime(2).
ClockReading read_machine_clocks() {
  using std::chrono::floor;
  timespec boot{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  const auto since_boot = Seconds(boot.tv_sec) + std::chrono::nanoseconds(boot.tv_nsec);
  return {floor<Milliseconds>(std::chrono::system_clock::now()), floor<Milliseconds>(since_boot)};
}

Clock::Clock(Instant floor, ReadClocks read)
    : read_(std::move(read)), floor_ms_(to_ms(floor)), started_steady_ms_(read_().steady.count()) {}

Now Clock::now() const {
  const ClockReading reading = read_();
  const std::int64_t steady_ms = reading.steady.count();
  if (corrected_.load()) {
    return {from_ms(server_minus_steady_ms_.load() + steady_ms), trust_.load()};
  }
  if (to_ms(reading.machine) >= floor_ms_) return {reading.machine, ClockTrust::rtc};
  // Time must pass all the same: screens end and requests are repeated by this clock.
  return {from_ms(floor_ms_ + steady_ms - started_steady_ms_), ClockTrust::not_before};
}

void Clock::correct(Milliseconds offset, ClockTrust trust) {
  trust_.store(trust);
  server_minus_steady_ms_.store(to_ms(now().instant + offset) - read_().steady.count());
  corrected_.store(true);
}

}  // namespace kiosk::shell
