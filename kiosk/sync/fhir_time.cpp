#include "kiosk/sync/fhir_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace kiosk::sync {
namespace {

/// Takes numbers and marks off the front of a text; `ok` turns false at the first that is missing.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (!ok_ || rest_.size() < digits) return give_up();
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return give_up();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  void mark(std::string_view text) {
    if (!skip(text)) ok_ = false;
  }

  bool skip(std::string_view text) {
    if (!ok_ || !rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  /// Digits after the point as milliseconds; at least one.
  int fraction() {
    int value = 0;
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      if (count < 3) value = value * 10 + (rest_[count] - '0');
      ++count;
    }
    if (count == 0) return give_up();
    for (std::size_t i = count; i < 3; ++i) value *= 10;
    rest_.remove_prefix(count);
    return value;
  }

  /// Passes over letters; at least one.
  void word() {
    const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_letter);
    if (end == rest_.begin()) ok_ = false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
  }

  /// 1..12 for "Jan".."Dec".
  int month() {
    constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::find(names.begin(), names.end(), rest_.substr(0, 3));
    if (!ok_ || found == names.end()) return give_up();
    rest_.remove_prefix(found->size());
    return static_cast<int>(found - names.begin()) + 1;
  }

  bool ok() const { return ok_; }
  bool ended() const { return ok_ && rest_.empty(); }

 private:
  int give_up() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
};

std::optional<Instant> utc(const Fields& f) {
  using namespace std::chrono;
  const year_month_day date(year(f.year), month(static_cast<unsigned>(f.month)),
                            day(static_cast<unsigned>(f.day)));
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return Instant(sys_days(date)) + hours(f.hour) + minutes(f.minute) + seconds(f.second) +
         milliseconds(f.millisecond);
}

/// hh:mm:ss
void read_time(Cursor& in, Fields& f) {
  f.hour = in.number(2);
  in.mark(":");
  f.minute = in.number(2);
  in.mark(":");
  f.second = in.number(2);
}

std::string civil(Instant shifted) {
  using namespace std::chrono;
  const auto days = floor<std::chrono::days>(shifted);
  const year_month_day date(days);
  const auto ms = (shifted - days).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     ms / 3'600'000, ms / 60'000 % 60, ms / 1'000 % 60, ms % 1'000);
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  Cursor in(text);
  Fields f;
  f.year = in.number(4);
  in.mark("-");
  f.month = in.number(2);
  in.mark("-");
  f.day = in.number(2);
  in.mark("T");
  f.hour = in.number(2);
  in.mark(":");
  f.minute = in.number(2);
  if (in.skip(":")) {
    f.second = in.number(2);
    if (in.skip(".")) f.millisecond = in.fraction();
  }
  const auto local = utc(f);
  if (!in.ok() || !local) return std::nullopt;
  if (in.skip("Z")) return in.ended() ? local : std::nullopt;
  const int sign = in.skip("-") ? -1 : 1;
  if (sign == 1) in.mark("+");
  const int hours = in.number(2);
  in.mark(":");
  const int minutes = in.number(2);
  if (!in.ended() || hours > 14 || minutes > 59) return std::nullopt;
  return *local - Minutes(sign * (hours * 60 + minutes));
}

std::optional<Instant> parse_http_date(std::string_view text) {
  Cursor in(text);
  Fields f;
  in.word();  // the day of the week
  if (in.skip(", ")) {
    f.day = in.number(2);
    const bool two_digits = in.skip("-");
    if (!two_digits) in.mark(" ");
    f.month = in.month();
    in.mark(two_digits ? "-" : " ");
    f.year = in.number(two_digits ? 2 : 4);
    if (two_digits) f.year += f.year < 70 ? 2000 : 1900;
    in.mark(" ");
    read_time(in, f);
    in.mark(" GMT");
  } else {
    in.mark(" ");
    f.month = in.month();
    in.mark(" ");
    f.day = in.number(in.skip(" ") ? 1 : 2);
    in.mark(" ");
    read_time(in, f);
    in.mark(" ");
    f.year = in.number(4);
  }
  return in.ended() ? utc(f) : std::nullopt;
}

std::string format_instant(const domain::Zone& zone, Instant instant) {
  Minutes offset{0};
  for (const auto& entry : zone)
    if (&entry == &zone.front() || entry.from <= instant) offset = entry.offset;
  const auto minutes = std::abs(static_cast<int>(offset.count()));
  return civil(instant + offset) +
         fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string format_utc(Instant instant) {
  return civil(instant) + "Z";
}

}  // namespace kiosk::sync
