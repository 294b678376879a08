#include "kiosk/domain/waiting.h"

#include <algorithm>

namespace kiosk::domain {
namespace {

constexpr Minutes step{5};

Minutes rounded_down(Milliseconds wait) {
  return std::chrono::floor<Minutes>(wait) / step * step;
}

Minutes rounded_up(Milliseconds wait) {
  return rounded_down(wait + step - Milliseconds(1));
}

/// Nearest rank.
Milliseconds percentile(const std::vector<Milliseconds>& sorted, std::size_t percent) {
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

std::optional<WaitRange> wait_range(std::vector<Milliseconds> waited) {
  if (waited.size() < waits_min) return std::nullopt;
  std::sort(waited.begin(), waited.end());
  return WaitRange{rounded_down(percentile(waited, 50)),
                   std::max(step, rounded_up(percentile(waited, 90)))};
}

WaitRange not_before(WaitRange range, Milliseconds until_appointment) {
  range.until = std::max(range.until, rounded_up(until_appointment));
  return range;
}

}  // namespace kiosk::domain
