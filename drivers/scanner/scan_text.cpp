#include "drivers/scanner/scan_text.h"

#include <iconv.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace drivers::scanner {
namespace {

struct IconvClose {
  using pointer = iconv_t;
  void operator()(iconv_t converter) const { iconv_close(converter); }
};

/// Empty and false on the first byte that is no text in `encoding`.
bool convert(std::string_view from, const char* encoding, std::string& to) {
  const auto none = reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr): the API's
  const iconv_t opened = iconv_open("UTF-8", encoding);
  if (opened == none) return false;
  const std::unique_ptr<iconv_t, IconvClose> converter(opened);
  std::string in(from);
  to.assign(in.size() * 4, '\0');
  char* read = in.data();
  char* write = to.data();
  std::size_t left = in.size();
  std::size_t room = to.size();
  const auto failed = static_cast<std::size_t>(-1);
  if (iconv(opened, &read, &left, &write, &room) == failed || left != 0) return false;
  to.resize(to.size() - room);
  return true;
}

void remove_suffix(std::string_view& text, Suffix suffix) {
  const auto fits = [&](Suffix one, std::string_view end) {
    return (suffix == Suffix::any || suffix == one) && text.ends_with(end);
  };
  if (fits(Suffix::cr_lf, "\r\n")) {
    text.remove_suffix(2);
  } else if (fits(Suffix::cr, "\r") || fits(Suffix::lf, "\n") || fits(Suffix::tab, "\t")) {
    text.remove_suffix(1);
  }
}

/// "]", a letter for the symbology and a modifier, in front of the code (ISO/IEC 15424).
std::string take_aim_identifier(std::string_view& text) {
  constexpr std::size_t size = 3;
  const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < size || text[0] != ']' || !is_letter(text[1])) return {};
  if (!is_digit(text[2]) && !is_letter(text[2])) return {};
  std::string identifier(text.substr(0, size));
  text.remove_prefix(size);
  return identifier;
}

struct Declared {
  int assignment = -1;  ///< ECI assignment number, -1: none
  std::string text;
};

/// A scanner that transmits ECI begins with `\` and six digits and doubles every other backslash
/// (AIM ECI protocol); the AIM identifier says that it does.
Declared take_eci(std::string_view text, std::string_view aim) {
  constexpr std::size_t eci_size = 7;
  const bool transmits = aim == "]Q2" || aim == "]Q4" || aim == "]Q6";
  const bool digits = text.size() >= eci_size && text[0] == '\\' &&
                      std::all_of(text.begin() + 1, text.begin() + eci_size,
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!transmits || !digits) return {-1, std::string(text)};
  Declared declared{0, {}};
  for (const char c : text.substr(1, eci_size - 1)) {
    declared.assignment = declared.assignment * 10 + (c - '0');
  }
  text.remove_prefix(eci_size);
  for (std::size_t i = 0; i < text.size(); ++i) {
    declared.text += text[i];
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') ++i;
  }
  return declared;
}

}  // namespace

kiosk::Result<ScannedCode> to_text(const RawScan& scan, const TextRules& rules) {
  std::string_view bytes = kiosk::as_text(scan.data);
  remove_suffix(bytes, rules.suffix);
  ScannedCode code{{}, scan.aim_identifier};
  if (code.aim_identifier.empty()) code.aim_identifier = take_aim_identifier(bytes);
  if (!bytes.starts_with(rules.prefix)) {
    return kiosk::fail("scanner", "no_prefix", "the prefix that is configured is not there",
                       kiosk::Remedy::patient);
  }
  bytes.remove_prefix(rules.prefix.size());
  if (code.aim_identifier.empty()) code.aim_identifier = take_aim_identifier(bytes);
  if (bytes.empty()) return kiosk::fail("scanner", "empty", "a code without content");
  const Declared declared = take_eci(bytes, code.aim_identifier);
  constexpr int eci_gb2312 = 29;
  constexpr int eci_gb18030 = 32;
  const bool is_chinese = declared.assignment == eci_gb2312 || declared.assignment == eci_gb18030;
  if (!is_chinese && convert(declared.text, "UTF-8", code.text)) return code;
  if ((is_chinese || rules.other_encoding == OtherEncoding::gb18030) &&
      convert(declared.text, "GB18030", code.text)) {
    return code;
  }
  return kiosk::fail("scanner", "not_text", "the bytes of the code are no text we know",
                     kiosk::Remedy::patient);
}

}  // namespace drivers::scanner
