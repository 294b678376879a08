#pragma once

#include <string>
#include <string_view>

namespace kiosk::text {

/// A day of the Gregorian calendar.
struct CalendarDay {
  int year = 1970;
  int month = 1;  ///< 1..12
  int day = 1;    ///< 1..31
};

/// Near days are told without their year.
enum class DateForm { near, with_year };

/// A date for people: "11月23日 星期一", "Mon 23 Nov"; with its year "2026年11月23日 星期一",
/// "Mon 23 Nov 2026". `language` is BCP 47; plain "en" means the British order.
std::string format_date(std::string_view language, CalendarDay day, DateForm form = DateForm::near);

/// A time of day for people, 24 hours, "09:41". Thread: any; pure.
std::string format_time(std::string_view language, int hour, int minute);

}  // namespace kiosk::text
