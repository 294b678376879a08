#pragma once

#include <optional>
#include <vector>

#include "kiosk/base/instant.h"

namespace kiosk::domain {

/// How long one waits from now, in steps of 5 minutes: half of the patients are called by `from`,
/// nine of ten by `until`.
struct WaitRange {
  Minutes from{0};
  Minutes until{0};

  bool operator==(const WaitRange&) const = default;
};

/// What a patient is told of her wait. Without a member: it is not known.
struct Waiting {
  std::optional<int> people_ahead = {};  ///< arrived before her at the same clinic and doctor
  std::optional<WaitRange> range = {};

  bool operator==(const Waiting&) const = default;
};

/// Fewer patients than this say nothing.
inline constexpr std::size_t waits_min = 10;

/// From how long others waited there today; nothing of fewer than `waits_min`.
std::optional<WaitRange> wait_range(std::vector<Milliseconds> waited);

/// The same, for an appointment: nobody is promised to be called before it begins.
WaitRange not_before(WaitRange range, Milliseconds until_appointment);

}  // namespace kiosk::domain
