#include "tests/simulation/trace.h"

#include <fmt/format.h>

namespace simulation {

void Trace::line(kiosk::Instant at, const std::string& words) {
  constexpr std::int64_t day_ms = 24 * 3'600'000;
  const std::int64_t ms = kiosk::to_ms(at) % day_ms;
  lines_.push_back(fmt::format("{:02}:{:02}:{:02}.{:03} {}", ms / 3'600'000, ms / 60'000 % 60,
                               ms / 1'000 % 60, ms % 1'000, words));
  for (const char c : lines_.back()) {
    hash_ = (hash_ ^ std::uint8_t(c)) * 0x100000001B3ULL;
  }
}

}  // namespace simulation
