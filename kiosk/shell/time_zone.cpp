#include "kiosk/shell/time_zone.h"

#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/tztrans.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace kiosk::shell {
namespace {

constexpr auto year = std::chrono::hours(24 * 366);
// A kiosk that starts with its clock in 1970 is put right later without reading its zone anew.
constexpr Instant earliest_use = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
constexpr Instant latest_use = std::chrono::sys_days(std::chrono::year(2040) / 1 / 1);
constexpr Instant representable_from = std::chrono::sys_days(std::chrono::year(1900) / 1 / 1);
constexpr Instant representable_until = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
constexpr std::size_t transitions_max = 2000;

std::unique_ptr<icu::BasicTimeZone> find_zone(const std::string& name) {
  if (name != "UTC" && name.find('/') == std::string::npos) return nullptr;
  const icu::UnicodeString id = icu::UnicodeString::fromUTF8(name);
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString canonical;
  UBool known = 0;
  icu::TimeZone::getCanonicalID(id, canonical, known, status);
  if (U_FAILURE(status) || !known) return nullptr;
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(id));
  auto* basic = dynamic_cast<icu::BasicTimeZone*>(zone.get());
  if (basic == nullptr || *zone == icu::TimeZone::getUnknown()) return nullptr;
  static_cast<void>(zone.release());
  return std::unique_ptr<icu::BasicTimeZone>(basic);
}

Minutes minutes_of(std::int64_t milliseconds) {
  return std::chrono::floor<Minutes>(Milliseconds(milliseconds));
}

}  // namespace

Result<domain::Zone> time_zone(const std::string& iana_name, Instant now) {
  const auto zone = find_zone(iana_name);
  if (!zone) {
    return fail("shell", "unknown_time_zone", "no such time zone in the tz database: " + iana_name);
  }
  now = std::clamp(now, representable_from, representable_until);
  const Instant from = std::min(now, earliest_use) - year;
  const Instant until = std::max(now + 3 * year, latest_use);

  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0;
  std::int32_t daylight = 0;
  zone->getOffset(static_cast<double>(to_ms(from)), 0, raw, daylight, status);
  if (U_FAILURE(status)) {
    return fail("shell", "unknown_time_zone", "ICU has no offsets for " + iana_name);
  }
  domain::Zone result{{from, minutes_of(raw + daylight)}};
  icu::TimeZoneTransition next;
  double at = static_cast<double>(to_ms(from));
  while (result.size() < transitions_max && zone->getNextTransition(at, 0, next)) {
    at = next.getTime();
    if (at > static_cast<double>(to_ms(until))) break;
    const std::int64_t offset = next.getTo()->getRawOffset() + next.getTo()->getDSTSavings();
    result.push_back({from_ms(std::llround(at)), minutes_of(offset)});
  }
  return result;
}

}  // namespace kiosk::shell
