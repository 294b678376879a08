#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "printing/receiptline.h"

namespace printing {

/// One character of a source line. Braces, bars and backslashes that were escaped are literal and
/// no syntax; a `$name$` is a single character that carries the value's name.
struct SourceChar {
  char32_t code = 0;
  bool literal = false;
  int column = 0;     ///< from 1
  std::string value;  ///< the name; empty: not a value

  bool is(char c) const { return code == static_cast<char32_t>(c) && !literal && value.empty(); }
  bool blank() const { return is(' ') || is('\t'); }
};

using SourceChars = std::span<const SourceChar>;

inline constexpr std::size_t value_name_max = 32;

/// Splits a line of well-formed UTF-8 into characters.
std::vector<SourceChar> scan_line(std::string_view line);

SourceChars trim(SourceChars chars);

/// Splits at every unescaped `separator`; never empty.
std::vector<SourceChars> split(SourceChars chars, char separator);

/// A text column: escapes undone, control characters dropped, decorations told apart.
std::vector<Piece> text_pieces(SourceChars chars);

/// A property's value: escapes undone, `\n` and `\xnn` may yield any character up to U+00FF.
std::vector<Piece> property_pieces(SourceChars chars);

}  // namespace printing
