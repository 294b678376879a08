#pragma once

#include <chrono>
#include <cstdint>

namespace kiosk {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Minutes = std::chrono::minutes;

/// A point in time, UTC, in milliseconds since 1970-01-01T00:00:00Z (leap seconds not counted).
using Instant = std::chrono::sys_time<Milliseconds>;

/// How far the kiosk believes its clock: confirmed by the server, by the battery-backed clock, or
/// only known not to lie before the last committed instant. Only an untrusted clock refuses nobody.
enum class ClockTrust { server, rtc, not_before };

struct Now {
  Instant instant;
  ClockTrust trust = ClockTrust::not_before;

  bool operator==(const Now&) const = default;
};

inline std::int64_t to_ms(Instant instant) {
  return instant.time_since_epoch().count();
}
inline Instant from_ms(std::int64_t ms) {
  return Instant(Milliseconds(ms));
}

}  // namespace kiosk
