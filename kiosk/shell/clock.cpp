#include "kiosk/shell/clock.h"

namespace kiosk::shell {
namespace {

std::int64_t steady_ms() {
  using std::chrono::duration_cast;
  return duration_cast<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Now Clock::now() const {
  if (corrected_.load()) {
    return {from_ms(server_minus_steady_ms_.load() + steady_ms()), ClockTrust::server};
  }
  const Instant machine = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
  if (to_ms(machine) >= floor_ms_) return {machine, ClockTrust::rtc};
  return {from_ms(floor_ms_), ClockTrust::not_before};
}

void Clock::correct(Milliseconds offset) {
  server_minus_steady_ms_.store(to_ms(now().instant + offset) - steady_ms());
  corrected_.store(true);
}

}  // namespace kiosk::shell
