#include "kiosk/domain/civil_time.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace kiosk::domain {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

std::chrono::year_month_day ymd(const Date& date) {
  return std::chrono::year(date.year) / date.month / date.day;
}

Date date_of(sys_days day) {
  const std::chrono::year_month_day value(day);
  return {int(value.year()), int(unsigned(value.month())), int(unsigned(value.day()))};
}

Minutes offset_at(const Zone& zone, Instant instant) {
  Minutes offset{0};
  for (const ZoneOffset& entry : zone) {
    if (&entry != &zone.front() && entry.from > instant) break;
    offset = entry.offset;
  }
  return offset;
}

Instant shown_as_utc(const LocalTime& local) {
  return sys_days(ymd(local.date)) + std::chrono::hours(local.time.hour) +
         Minutes(local.time.minute);
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

LocalTime local_time(const Zone& zone, Instant instant) {
  const Instant shifted = instant + offset_at(zone, instant);
  const sys_days day = std::chrono::floor<days>(shifted);
  const auto minutes = std::chrono::floor<Minutes>(shifted - day).count();
  return {date_of(day), {int(minutes / 60), int(minutes % 60)}};
}

Instant instant_of(const Zone& zone, const LocalTime& local) {
  const Instant as_utc = shown_as_utc(local);
  if (zone.empty()) return as_utc;
  // Two offsets can hold near a change; the earlier instant that really shows `local` wins, and in
  // a gap, where none does, the instant of the change.
  for (const ZoneOffset& entry : zone) {
    const Instant candidate = as_utc - entry.offset;
    if (offset_at(zone, candidate) == entry.offset) return candidate;
  }
  for (std::size_t i = 1; i < zone.size(); ++i) {
    if (as_utc - zone[i - 1].offset >= zone[i].from && as_utc - zone[i].offset < zone[i].from) {
      return zone[i].from;
    }
  }
  return as_utc - zone.back().offset;
}

Day day_of(const Zone& zone, const Date& date) {
  return {date, instant_of(zone, {date, {}}), instant_of(zone, {plus_days(date, 1), {}})};
}

Day day_of(const Zone& zone, Instant instant) {
  return day_of(zone, local_time(zone, instant).date);
}

int weekday(const Date& date) {
  return int(std::chrono::weekday(sys_days(ymd(date))).iso_encoding());
}

Date plus_days(const Date& date, int count) {
  return date_of(sys_days(ymd(date)) + days(count));
}

bool valid(const Date& date) {
  return ymd(date).ok() && date.year >= 1800 && date.year <= 9999;
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    const std::string compact = std::string(text.substr(0, 4)) + std::string(text.substr(5, 2)) +
                                std::string(text.substr(8));
    return parse_date(compact);
  }
  if (text.size() != 8) return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(4, 2));
  const auto day = digits(text.substr(6, 2));
  if (!year || !month || !day) return std::nullopt;
  const Date date{*year, *month, *day};
  if (!valid(date)) return std::nullopt;
  return date;
}

std::string iso(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string clock(const TimeOfDay& time) {
  return fmt::format("{:02}:{:02}", time.hour, time.minute);
}

}  // namespace kiosk::domain
