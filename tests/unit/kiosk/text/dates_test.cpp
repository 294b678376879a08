#include "kiosk/text/dates.h"

#include <doctest/doctest.h>

namespace kiosk::text {
namespace {

TEST_CASE("dates: a near day is told with its weekday and without its year") {
  CHECK(format_date("zh-Hans", {2026, 11, 23}) == "11月23日 星期一");
  CHECK(format_date("zh", {2026, 3, 1}) == "3月1日 星期日");
  CHECK(format_date("en", {2026, 11, 23}) == "Mon 23 Nov");
  CHECK(format_date("en", {2024, 2, 29}) == "Thu 29 Feb");
}

TEST_CASE("dates: other days are told with their year") {
  CHECK(format_date("zh-Hans", {2026, 11, 23}, DateForm::with_year) == "2026年11月23日 星期一");
  CHECK(format_date("en", {2026, 11, 23}, DateForm::with_year) == "Mon 23 Nov 2026");
}

TEST_CASE("dates: another language needs no code") {
  CHECK(format_date("ta", {2026, 11, 23}).find("23") != std::string::npos);
  CHECK(format_date("no such language", {2026, 11, 23}).find("23") != std::string::npos);
}

TEST_CASE("dates: times have 24 hours and two digits") {
  CHECK(format_time("zh-Hans", 9, 41) == "09:41");
  CHECK(format_time("en", 9, 5) == "09:05");
  CHECK(format_time("en", 0, 0) == "00:00");
  CHECK(format_time("zh", 23, 59) == "23:59");
}

}  // namespace
}  // namespace kiosk::text
