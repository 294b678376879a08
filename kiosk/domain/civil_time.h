#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/instant.h"

namespace kiosk::domain {

/// A day of the proleptic Gregorian calendar.
struct Date {
  int year = 1970;
  int month = 1;  ///< 1..12
  int day = 1;    ///< 1..31

  auto operator<=>(const Date&) const = default;
};

struct TimeOfDay {
  int hour = 0;    ///< 0..23 (24 for the end of a day in opening hours)
  int minute = 0;  ///< 0..59

  auto operator<=>(const TimeOfDay&) const = default;
};

struct LocalTime {
  Date date;
  TimeOfDay time;

  auto operator<=>(const LocalTime&) const = default;
};

/// A service day as a pair of instants: `start` inside, `end` outside.
struct Day {
  Date date;
  Instant start;
  Instant end;

  bool operator==(const Day&) const = default;
};

/// The site's time zone as data: from `from` on, local time is UTC + `offset`. Made by the shell
/// from ICU's rules for a few years, so that rules and screens stay pure. Sorted; the first entry
/// also holds for all that lies before it. Never empty in use; empty means UTC.
struct ZoneOffset {
  Instant from;
  Minutes offset;

  bool operator==(const ZoneOffset&) const = default;
};
using Zone = std::vector<ZoneOffset>;

LocalTime local_time(const Zone& zone, Instant instant);
/// The first instant at which the zone's clocks show `local` or, in a gap, the instant after it.
Instant instant_of(const Zone& zone, const LocalTime& local);
Day day_of(const Zone& zone, Instant instant);
Day day_of(const Zone& zone, const Date& date);
/// 1 = Monday ... 7 = Sunday (ISO 8601).
int weekday(const Date& date);
Date plus_days(const Date& date, int days);

bool valid(const Date& date);
/// `YYYY-MM-DD` or `YYYYMMDD`; nothing else.
std::optional<Date> parse_date(std::string_view text);
std::string iso(const Date& date);         ///< 2026-11-21
std::string clock(const TimeOfDay& time);  ///< 09:41

}  // namespace kiosk::domain
