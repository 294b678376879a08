#include "kiosk/shell/time_zone.h"

#include <doctest/doctest.h>

using namespace kiosk;
using domain::LocalTime;

namespace {

const Instant november = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);

Instant utc(int year, unsigned month, unsigned day, int hour, int minute) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + Minutes(minute);
}

domain::Zone zone_of(const std::string& name, Instant now = november) {
  const auto zone = shell::time_zone(name, now);
  REQUIRE(zone.has_value());
  return *zone;
}

}  // namespace

TEST_CASE("time zone: a zone without summer time is one offset") {
  for (const auto& [name, offset] :
       {std::pair{"Asia/Shanghai", 480}, {"Asia/Singapore", 480}, {"UTC", 0}}) {
    const std::string shown = name;
    CAPTURE(shown);
    const domain::Zone zone = zone_of(name);
    REQUIRE(zone.size() == 1);
    CHECK(zone[0].offset == Minutes(offset));
  }
}

TEST_CASE("time zone: Berlin changes at 01:00 UTC in March and October, this year and in three") {
  const domain::Zone zone = zone_of("Europe/Berlin");
  for (const int year : {2026, 2029}) {
    const auto [march, october] =
        year == 2026 ? std::pair(29U, 25U) : std::pair(25U, 28U);  // the last Sundays
    CHECK(domain::local_time(zone, utc(year, 3, march, 0, 59)) ==
          LocalTime{{year, 3, int(march)}, {1, 59}});
    CHECK(domain::local_time(zone, utc(year, 3, march, 1, 0)) ==
          LocalTime{{year, 3, int(march)}, {3, 0}});
    CHECK(domain::local_time(zone, utc(year, 10, october, 0, 59)) ==
          LocalTime{{year, 10, int(october)}, {2, 59}});
    CHECK(domain::local_time(zone, utc(year, 10, october, 1, 0)) ==
          LocalTime{{year, 10, int(october)}, {2, 0}});
  }
}

TEST_CASE("time zone: offsets of half and quarter hours are kept") {
  CHECK(zone_of("Asia/Kolkata")[0].offset == Minutes(330));
  CHECK(zone_of("Asia/Kathmandu")[0].offset == Minutes(345));
}

TEST_CASE("time zone: a clock in 1970 still gives the summer times of today") {
  const domain::Zone zone = zone_of("Europe/Berlin", Instant{});
  CHECK(domain::local_time(zone, utc(2028, 7, 1, 10, 0)).time == domain::TimeOfDay{12, 0});
  CHECK(domain::local_time(zone, utc(2028, 12, 1, 10, 0)).time == domain::TimeOfDay{11, 0});
}

TEST_CASE("time zone: a clock at the ends of time does no harm") {
  CHECK(shell::time_zone("Europe/Berlin", Instant::max()).has_value());
  CHECK(shell::time_zone("Europe/Berlin", Instant::min()).has_value());
}

TEST_CASE("time zone: unknown names and abbreviations are refused by name") {
  for (const char* name : {"Asia/Shangai", "CST", "GMT+8", "", "Asia/", "/", "asia shanghai"}) {
    const std::string shown = name;
    CAPTURE(shown);
    const auto zone = shell::time_zone(name, november);
    REQUIRE_FALSE(zone.has_value());
    CHECK(zone.error().code == "unknown_time_zone");
    CHECK(zone.error().what.find(name) != std::string::npos);
  }
}
