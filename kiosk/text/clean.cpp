#include "kiosk/text/clean.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "kiosk/text/fonts.h"
#include "kiosk/text/private_use.h"

namespace kiosk::text {
namespace {

// Embeddings and overrides (U+202A..U+202E) can show a name backwards; isolates cannot and stay.
bool is_dropped(char32_t c) {
  if (c >= 0x202A && c <= 0x202E) return true;
  return u_charType(static_cast<UChar32>(c)) == U_CONTROL_CHAR || U_IS_UNICODE_NONCHAR(c);
}

bool is_line_end(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

}  // namespace

void for_each_code_point(std::string_view utf8, const std::function<void(char32_t)>& use) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto length = utf8.size();
  for (std::size_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, length, c);
    use(c < 0 ? replacement_character : static_cast<char32_t>(c));
  }
}

void append_utf8(std::string& to, char32_t code_point) {
  char bytes[U8_MAX_LENGTH];
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, code_point);
  to.append(bytes, length);
}

std::u32string clean(std::string_view utf8) {
  // A code point takes at most 4 bytes; what lies behind need not even be decoded.
  const bool long_bytes = utf8.size() > 4 * text_length_max;
  std::u32string text;
  text.reserve(std::min(utf8.size(), text_length_max));
  char32_t previous = 0;
  for_each_code_point(long_bytes ? utf8.substr(0, 4 * text_length_max) : utf8, [&](char32_t c) {
    if (is_line_end(c)) {
      if (!(c == '\n' && previous == '\r')) text.push_back('\n');
    } else if (c == '\t') {
      text.push_back(' ');
    } else if (!is_dropped(c)) {
      text.push_back(from_private_use(c));
    }
    previous = c;
  });
  if (text.size() > text_length_max || long_bytes) {
    text.resize(std::min(text.size(), text_length_max - 1));
    text.push_back(0x2026);
  }
  return text;
}

std::u32string clean_line(std::string_view utf8) {
  std::u32string text = clean(utf8);
  std::replace(text.begin(), text.end(), U'\n', U' ');
  return text;
}

bool is_ignorable(char32_t c) {
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

bool is_variation_selector(char32_t c) {
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_VARIATION_SELECTOR) != 0;
}

}  // namespace kiosk::text
