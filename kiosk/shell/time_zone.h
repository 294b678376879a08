#pragma once

#include <string>

#include "kiosk/base/result.h"
#include "kiosk/domain/civil_time.h"

namespace kiosk::shell {

/// The rules of an IANA zone ("Asia/Shanghai") as data, from a year before `now` to three years
/// after it; `now` may be wrong, so the years in which this program runs are always covered.
///
/// Errors: shell/unknown_time_zone; abbreviations are refused, because CST means four zones.
/// Thread: any. Source: ICU's copy of the tz database.
Result<domain::Zone> time_zone(const std::string& iana_name, Instant now);

}  // namespace kiosk::shell
