#include "kiosk/shell/config_texts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

#include "kiosk/domain/codes.h"
#include "kiosk/shell/time_zone.h"
#include "kiosk/store/number_series.h"
#include "kiosk/sync/url.h"

namespace kiosk::shell {
namespace {

constexpr std::size_t text_bytes_max = 2000;
// The library compiles patterns recursively; codes themselves have at most 256 bytes.
constexpr std::size_t pattern_bytes_max = 300;
constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool has_control_character(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_uri(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return false;
  if (std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  return std::all_of(text.begin(), text.begin() + std::ptrdiff_t(colon),
                     [](char c) { return alnum(c) || c == '+' || c == '-' || c == '.'; }) &&
         text.find_first_of(" <>\"{}|\\^`") == std::string::npos;
}

bool is_language(const std::string& text) {
  std::size_t part = 0;
  for (std::size_t from = 0; from <= text.size(); ++part) {
    const std::size_t to = std::min(text.find('-', from), text.size());
    const std::size_t length = to - from;
    if (length < 2 || length > 8 || (part == 0 && length > 3)) return false;
    if (!std::all_of(text.begin() + std::ptrdiff_t(from), text.begin() + std::ptrdiff_t(to), alnum))
      return false;
    from = to + 1;
  }
  return true;
}

bool is_search(const std::string& text) {
  const std::size_t colon = text.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < text.size() &&
         std::isupper(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return alnum(c) || c == ':' || c == '-' || c == '_'; });
}

std::string why_not_url(const std::string& text) {
  const auto allowed = sync::check_allowed(text);
  if (allowed) return {};
  if (allowed.error().code == "plain_http") return "plain http leaves this machine";
  return text.find('@') == std::string::npos ? "not a URL that can be used"
                                             : "a URL must not hold a user name or password";
}

}  // namespace

const char* form_in_words(TextForm form) {
  switch (form) {
    case TextForm::line:
      return "a text of one line";
    case TextForm::code:
      return "an id or code, without spaces around it";
    case TextForm::uri:
      return "an absolute URI, as urn:oid:1.2.3 or https://example.org/cards";
    case TextForm::url:
      return "https://..., or http://... on this machine (127.0.0.1, localhost)";
    case TextForm::search:
      return "Resource:parameter, as Appointment:patient";
    case TextForm::kiosk_code:
      return "letters and digits, at most 8, the last one a digit, as K1";
    case TextForm::language:
      return "a BCP 47 tag, as zh-Hans";
    case TextForm::time_zone:
      return "a name of the tz database, as Asia/Shanghai or UTC";
    case TextForm::weekday:
      return "mon, tue, wed, thu, fri, sat or sun";
    case TextForm::pattern:
      return "an ECMAScript regular expression of at most 300 bytes";
  }
  return "a text";
}

std::string wrong_with_text(TextForm form, const std::string& text, Instant now) {
  if (text.size() > text_bytes_max) return "too long";
  if (has_control_character(text)) return "it holds a control character or line break";
  if (form != TextForm::pattern && (text.empty() || text.front() == ' ' || text.back() == ' ')) {
    return text.empty() ? "empty" : "it begins or ends with a space";
  }
  switch (form) {
    case TextForm::line:
    case TextForm::code:
      return {};
    case TextForm::uri:
      return is_uri(text) ? "" : "not an absolute URI";
    case TextForm::url:
      return why_not_url(text);
    case TextForm::search:
      return is_search(text) ? "" : "not a FHIR include";
    case TextForm::kiosk_code:
      return store::valid_kiosk_code(text) ? "" : "not a kiosk code";
    case TextForm::language:
      return is_language(text) ? "" : "not a language tag";
    case TextForm::time_zone:
      return time_zone(text, now) ? "" : "no such time zone";
    case TextForm::weekday:
      return weekday_of(text) > 0 ? "" : "not a day of the week";
    case TextForm::pattern:
      if (text.empty()) return "empty";
      if (text.size() > pattern_bytes_max) return "too long";
      return domain::valid_pattern(text) ? "" : "not a regular expression";
  }
  return {};
}

int weekday_of(const std::string& name) {
  const auto found = std::find(weekdays.begin(), weekdays.end(), name);
  return found == weekdays.end() ? 0 : int(found - weekdays.begin()) + 1;
}

std::optional<domain::TimeOfDay> parse_time_of_day(const std::string& text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  domain::TimeOfDay time;
  const char* at = text.data();
  const auto hour = std::from_chars(at, at + 2, time.hour);
  const auto minute = std::from_chars(at + 3, at + 5, time.minute);
  if (hour.ptr != at + 2 || minute.ptr != at + 5) return std::nullopt;
  if (time.hour < 0 || time.minute < 0 || time.minute > 59) return std::nullopt;
  if (time.hour > 24 || (time.hour == 24 && time.minute > 0)) return std::nullopt;
  return time;
}

}  // namespace kiosk::shell
