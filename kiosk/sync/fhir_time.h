#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kiosk/base/instant.h"
#include "kiosk/domain/civil_time.h"

namespace kiosk::sync {

/// FHIR instant or dateTime with a time and an offset:
/// YYYY-MM-DDThh:mm[:ss[.f...]](Z|+hh:mm|-hh:mm). Digits after the third of a fraction are dropped;
/// second 60 counts as the next minute's 0. Empty for anything else: a time without offset has no
/// place on the time line.
std::optional<Instant> parse_instant(std::string_view text);

/// The three forms of RFC 9110, 5.6.7, and nothing else: "Sun, 06 Nov 1994 08:49:37 GMT",
/// "Sunday, 06-Nov-94 08:49:37 GMT" (years 1970 to 2069) and "Sun Nov  6 08:49:37 1994".
std::optional<Instant> parse_http_date(std::string_view text);

/// `2026-11-21T09:41:00.000+08:00`, in the zone's offset at that instant.
std::string format_instant(const domain::Zone& zone, Instant instant);

/// `2026-11-21T01:41:00.000Z`.
std::string format_utc(Instant instant);

}  // namespace kiosk::sync
