#include "kiosk/text/dates.h"

#include <unicode/dtptngen.h>
#include <unicode/gregocal.h>
#include <unicode/smpdtfmt.h>

#include <memory>

namespace kiosk::text {
namespace {

icu::Locale locale_of(std::string_view language) {
  if (language == "en") return icu::Locale::getUK();
  UErrorCode status = U_ZERO_ERROR;
  const icu::StringPiece tag(language.data(), static_cast<int32_t>(language.size()));
  const icu::Locale locale = icu::Locale::forLanguageTag(tag, status);
  return U_FAILURE(status) || locale.isBogus() ? icu::Locale::getRoot() : locale;
}

// Formats by a skeleton ("MMMd": which fields, in the language's own order). ICU fails here only
// without its data or memory; the text is then empty.
std::string format(const icu::Locale& locale, UDate when, const char* skeleton) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::DateTimePatternGenerator> patterns(
      icu::DateTimePatternGenerator::createInstance(locale, status));
  if (U_FAILURE(status)) return {};
  const icu::UnicodeString pattern = patterns->getBestPattern(icu::UnicodeString(skeleton), status);
  icu::SimpleDateFormat formatter(pattern, locale, status);
  if (U_FAILURE(status)) return {};
  formatter.setTimeZone(*icu::TimeZone::getGMT());
  icu::UnicodeString text;
  std::string utf8;
  return formatter.format(when, text).toUTF8String(utf8);
}

UDate instant_of(CalendarDay day, int hour, int minute) {
  UErrorCode status = U_ZERO_ERROR;
  icu::GregorianCalendar calendar(*icu::TimeZone::getGMT(), status);
  calendar.clear();
  calendar.set(day.year, day.month - 1, day.day, hour, minute);
  return calendar.getTime(status);
}

}  // namespace

std::string format_date(std::string_view language, CalendarDay day, DateForm form) {
  const icu::Locale locale = locale_of(language);
  const UDate when = instant_of(day, 0, 0);
  const std::string date = format(locale, when, form == DateForm::near ? "MMMd" : "yMMMd");
  // The skeleton with both would join them by a comma in English and by nothing in Chinese;
  // large on a screen they read best as two words.
  const std::string_view name = locale.getLanguage();
  if (name == "zh" || name == "ja" || name == "ko")
    return date + " " + format(locale, when, "EEEE");
  return format(locale, when, "EEE") + " " + date;
}

std::string format_time(std::string_view language, int hour, int minute) {
  return format(locale_of(language), instant_of({}, hour, minute), "HHmm");
}

}  // namespace kiosk::text
