#include "kiosk/domain/civil_time.h"

#include <doctest/doctest.h>

using namespace kiosk;
using namespace kiosk::domain;

namespace {

// Europe/Berlin around 2026: winter +60, summer +120 from 29 March 01:00Z to 25 October 01:00Z.
const Zone berlin{{Instant{}, Minutes(60)},
                  {from_ms(1774746000000), Minutes(120)},
                  {from_ms(1792890000000), Minutes(60)}};
const Zone shanghai{{Instant{}, Minutes(480)}};

}  // namespace

TEST_CASE("local time: a zone east of Greenwich is ahead") {
  const LocalTime local = local_time(shanghai, from_ms(1795225260000));  // 2026-11-21T01:41Z
  CHECK(local == LocalTime{{2026, 11, 21}, {9, 41}});
  CHECK(clock(local.time) == "09:41");
  CHECK(iso(local.date) == "2026-11-21");
}

TEST_CASE("day: on the days of the change it has 23 and 25 hours") {
  const Day spring = day_of(berlin, Date{2026, 3, 29});
  CHECK(spring.end - spring.start == std::chrono::hours(23));
  const Day autumn = day_of(berlin, Date{2026, 10, 25});
  CHECK(autumn.end - autumn.start == std::chrono::hours(25));
}

TEST_CASE("instant of local time: a time that no clock shows is the instant of the change") {
  CHECK(instant_of(berlin, {{2026, 3, 29}, {2, 30}}) == from_ms(1774746000000));
  CHECK(local_time(berlin, instant_of(berlin, {{2026, 7, 1}, {8, 0}})) ==
        LocalTime{{2026, 7, 1}, {8, 0}});
}

TEST_CASE("date: only real days in the two known forms are read") {
  CHECK(parse_date("2024-02-29") == Date{2024, 2, 29});
  CHECK(parse_date("19560415") == Date{1956, 4, 15});
  for (const char* text :
       {"2023-02-29", "1956-4-15", "00000000", "1956041", "1956 415", "+9560415", ""}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text).has_value());
  }
  CHECK(weekday({2026, 11, 21}) == 6);
  CHECK(plus_days({2026, 12, 31}, 1) == Date{2027, 1, 1});
}
