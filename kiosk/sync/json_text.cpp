#include "kiosk/sync/json_text.h"

#include <unicode/utf8.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace kiosk::sync {
namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr std::size_t escape_bytes = 6;  ///< of \uXXXX
constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view replacement_digits = "fffd";

/// Eight bytes of ASCII without control or backslash: most of an answer, passed over at once.
bool is_plain(const char* at) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  std::uint64_t word = 0;
  std::memcpy(&word, at, word_bytes);
  const std::uint64_t control = (word - ones * 0x20) & ~word;
  const std::uint64_t others = word ^ (ones * '\\');
  const std::uint64_t backslash = (others - ones) & ~others;
  return ((word | control | backslash) & (ones * 0x80)) == 0;
}

/// The UTF-16 unit that is escaped there.
std::optional<unsigned> escaped_unit(std::string_view json, std::size_t at) {
  const auto escape = json.substr(at, escape_bytes);
  if (escape.size() < escape_bytes || !escape.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* end = escape.data() + escape_bytes;
  const auto read = std::from_chars(escape.data() + 2, end, unit, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return unit;
}

bool is_high(unsigned unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low(unsigned unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// Passes over the backslash at `at` and what it escapes.
JsonText mend_escape(std::string& json, std::size_t& at) {
  const auto unit = escaped_unit(json, at);
  if (!unit) {
    const bool escapes = at + 1 < json.size() && json[at + 1] > ' ';
    at += escapes ? 2 : 1;
    return JsonText::sound;
  }
  const auto here = at;
  at += escape_bytes;
  if (!is_high(*unit) && !is_low(*unit)) return JsonText::sound;
  const auto second = is_high(*unit) ? escaped_unit(json, at) : std::nullopt;
  if (second && is_low(*second)) {
    at += escape_bytes;
    return JsonText::sound;
  }
  json.replace(here + 2, replacement_digits.size(), replacement_digits);
  return JsonText::mended;
}

}  // namespace

JsonText mend(std::string& json) {
  JsonText text = JsonText::sound;
  std::string mended;  // what comes before `left`, from the first bad sequence on
  std::size_t left = 0;
  for (std::size_t at = 0; at < json.size();) {
    if (json.size() - at >= word_bytes && is_plain(json.data() + at)) {
      at += word_bytes;
      continue;
    }
    const auto byte = static_cast<unsigned char>(json[at]);
    if (byte == '\\') {
      if (mend_escape(json, at) == JsonText::mended) text = JsonText::mended;
    } else if (byte < 0x20) {
      if (byte != '\t' && byte != '\n' && byte != '\r') text = JsonText::mended;
      json[at++] = ' ';
    } else if (byte < 0x80) {
      ++at;
    } else {
      const auto here = at;
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(json.data());
      const auto size = json.size();
      UChar32 c = 0;
      U8_NEXT(bytes, at, size, c);
      if (c >= 0) continue;
      text = JsonText::mended;
      mended.append(json, left, here - left).append(replacement);
      left = at;
    }
  }
  if (left > 0) json = mended.append(json, left);
  return text;
}

}  // namespace kiosk::sync
