#pragma once

#include <atomic>
#include <cstdint>

#include "kiosk/base/instant.h"

namespace kiosk::shell {

/// The kiosk's one clock: the machine's, put right by the server's, never before what was
/// committed. Thread: any.
class Clock {
 public:
  /// `floor`: the last committed instant (or the build's): no time before it is believed.
  explicit Clock(Instant floor) : floor_ms_(to_ms(floor)) {}

  Now now() const;
  /// The server's clock shows `now() + offset`.
  void correct(Milliseconds offset);

 private:
  const std::int64_t floor_ms_;
  /// Server time minus the monotonic clock's; the monotonic clock is not moved by who sets the
  /// machine's.
  std::atomic<std::int64_t> server_minus_steady_ms_{0};
  std::atomic<bool> corrected_{false};
};

}  // namespace kiosk::shell
