#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "kiosk/base/instant.h"

namespace kiosk::shell {

/// What the machine's two clocks show: the time of day, and one that nobody sets.
struct ClockReading {
  Instant machine;
  Milliseconds steady{0};
};
using ReadClocks = std::function<ClockReading()>;

/// Thread: any.
ClockReading read_machine_clocks();

/// The kiosk's one clock: the machine's, put right by the server's, never before what was
/// committed. Until one of them can be believed it counts on from there. Thread: any.
class Clock {
 public:
  /// `floor`: the last committed instant (or the build's): no time before it is believed.
  explicit Clock(Instant floor, ReadClocks read = read_machine_clocks);

  Now now() const;
  /// The server's clock shows `now() + offset`; from now on the time is worth `trust`.
  void correct(Milliseconds offset, ClockTrust trust);

 private:
  const ReadClocks read_;
  const std::int64_t floor_ms_;
  const std::int64_t started_steady_ms_;
  /// Server time minus the monotonic clock's; the monotonic clock is not moved by who sets the
  /// machine's.
  std::atomic<std::int64_t> server_minus_steady_ms_{0};
  std::atomic<bool> corrected_{false};
  std::atomic<ClockTrust> trust_{ClockTrust::server};
};

}  // namespace kiosk::shell
