#include "printing/receiptline_chars.h"

#include <unicode/utf8.h>

#include <array>
#include <optional>
#include <utility>

namespace printing {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name_char(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9');
}

/// The name in a `$name$` at the start of `text`, or nothing.
std::string_view value_name(std::string_view text) {
  std::size_t end = 1;
  if (text.size() < 3 || text[0] != '$' || !is_name_start(text[1])) return {};
  while (end < text.size() && is_name_char(text[end])) ++end;
  if (end == text.size() || text[end] != '$' || end - 1 > value_name_max) return {};
  return text.substr(1, end - 1);
}

char32_t take_code_point(std::string_view text, std::size_t& at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto index = static_cast<std::int64_t>(at);
  UChar32 code = 0;
  U8_NEXT_OR_FFFD(bytes, index, static_cast<std::int64_t>(text.size()), code);
  at = static_cast<std::size_t>(index);
  return static_cast<char32_t>(code);
}

void append_utf8(std::string& to, char32_t code) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  int length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, static_cast<UChar32>(code));
  to.append(bytes.data(), static_cast<std::size_t>(length));
}

int hex_digit(const SourceChar& c) {
  if (c.literal || !c.value.empty()) return -1;
  if (c.code >= U'0' && c.code <= U'9') return static_cast<int>(c.code - U'0');
  const char32_t lower = c.code | 0x20U;
  return lower >= U'a' && lower <= U'f' && c.code < 0x80 ? static_cast<int>(lower - U'a') + 10 : -1;
}

bool is_control(char32_t code) {
  return code < 0x20 || code == 0x7f;
}

bool is_decoration(const SourceChar& c) {
  return c.is('_') || c.is('"') || c.is('`') || c.is('^');
}

/// Collects characters into pieces of text.
class PieceList {
 public:
  void add(char32_t code) {
    if (pieces_.empty() || pieces_.back().kind != PieceKind::text) {
      pieces_.push_back({PieceKind::text, {}, 0});
    }
    append_utf8(pieces_.back().text, code);
  }
  void add(Piece piece) { pieces_.push_back(std::move(piece)); }
  std::vector<Piece> take() { return std::move(pieces_); }

 private:
  std::vector<Piece> pieces_;
};

/// How many characters at `chars` are one escape, and the character it stands for, if any.
struct Escape {
  std::size_t length = 0;
  std::optional<char32_t> code;
};

/// `\xnn`. A broken one takes the place of its digits along, as in the reference.
Escape hex_escape(SourceChars chars) {
  if (chars.size() < 4) return {chars.size(), std::nullopt};
  const int high = hex_digit(chars[2]);
  const int low = hex_digit(chars[3]);
  if (high < 0 || low < 0) return {4, std::nullopt};
  return {4, static_cast<char32_t>(high * 16 + low)};
}

/// The part of `chars` in which a text's escape may lie: decorations and `\n` end it.
SourceChars within_piece(SourceChars chars) {
  for (std::size_t i = 1; i < chars.size(); ++i) {
    const bool breaks = chars[i].is('\\') && i + 1 < chars.size() && chars[i + 1].is('n');
    if (i > 1 && (is_decoration(chars[i]) || breaks)) return chars.first(i);
  }
  return chars;
}

Escape text_escape(SourceChars chars) {
  if (chars.size() < 2) return {chars.size(), std::nullopt};
  constexpr std::string_view literal = "-=_\"`^~";
  const SourceChar& next = chars[1];
  if (next.value.empty() && !next.literal && next.code < 0x80 &&
      literal.find(static_cast<char>(next.code)) != std::string_view::npos) {
    return {2, next.code};
  }
  if (next.is('x')) {
    Escape escape = hex_escape(within_piece(chars));
    if (escape.code && is_control(*escape.code)) escape.code.reset();
    return escape;
  }
  return {2, std::nullopt};
}

Piece decoration(const SourceChar& c) {
  if (c.is('_')) return {PieceKind::underline, {}, 0};
  if (c.is('"')) return {PieceKind::emphasis, {}, 0};
  return {PieceKind::invert, {}, 0};
}

}  // namespace

std::vector<SourceChar> scan_line(std::string_view line) {
  std::vector<SourceChar> chars;
  chars.reserve(line.size());
  constexpr std::string_view protectable = "\\{|}";
  int column = 1;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == '\\' && at + 1 < line.size()) {
      ++at;
      if (protectable.find(line[at]) != std::string_view::npos) {
        chars.push_back({static_cast<char32_t>(line[at++]), true, column, {}});
      } else {
        chars.push_back({U'\\', false, column, {}});
        chars.push_back({take_code_point(line, at), false, column + 1, {}});
      }
      column += 2;
      continue;
    }
    if (const std::string_view name = value_name(line.substr(at)); !name.empty()) {
      chars.push_back({U'$', true, column, std::string(name)});
      at += name.size() + 2;
      column += static_cast<int>(name.size()) + 2;
      continue;
    }
    chars.push_back({take_code_point(line, at), false, column++, {}});
  }
  return chars;
}

SourceChars trim(SourceChars chars) {
  while (!chars.empty() && chars.front().blank()) chars = chars.subspan(1);
  while (!chars.empty() && chars.back().blank()) chars = chars.first(chars.size() - 1);
  return chars;
}

std::vector<SourceChars> split(SourceChars chars, char separator) {
  std::vector<SourceChars> parts;
  std::size_t start = 0;
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (!chars[i].is(separator)) continue;
    parts.push_back(chars.subspan(start, i - start));
    start = i + 1;
  }
  parts.push_back(chars.subspan(start));
  return parts;
}

std::vector<Piece> text_pieces(SourceChars source) {
  std::vector<SourceChar> printable;
  for (const SourceChar& c : source) {
    if (c.literal || !is_control(c.code)) printable.push_back(c);
  }
  PieceList pieces;
  SourceChars chars(printable);
  while (!chars.empty()) {
    const SourceChar& c = chars.front();
    std::size_t used = 1;
    if (!c.value.empty()) {
      pieces.add({PieceKind::value, c.value, 0});
    } else if (c.is('\\') && chars.size() > 1 && chars[1].is('n')) {
      pieces.add({PieceKind::line_break, {}, 0});
      used = 2;
    } else if (c.is('\\')) {
      const Escape escape = text_escape(chars);
      if (escape.code) pieces.add(*escape.code);
      used = escape.length;
    } else if (c.is('^')) {
      while (used < chars.size() && chars[used].is('^')) ++used;
      pieces.add({PieceKind::size, {}, static_cast<int>(used < 7 ? used : 7)});
    } else if (is_decoration(c)) {
      pieces.add(decoration(c));
    } else {
      pieces.add(c.is('~') ? U' ' : c.code);
    }
    chars = chars.subspan(used);
  }
  return pieces.take();
}

std::vector<Piece> property_pieces(SourceChars chars) {
  PieceList pieces;
  while (!chars.empty()) {
    const SourceChar& c = chars.front();
    std::size_t used = 1;
    if (!c.value.empty()) {
      pieces.add({PieceKind::value, c.value, 0});
    } else if (c.is('\\') && chars.size() > 1 && chars[1].is('n')) {
      pieces.add(U'\n');
      used = 2;
    } else if (c.is('\\')) {
      const bool hex = chars.size() > 1 && chars[1].is('x');
      const Escape escape =
          hex ? hex_escape(chars) : Escape{std::min<std::size_t>(2, chars.size()), std::nullopt};
      if (escape.code) pieces.add(*escape.code);
      used = escape.length;
    } else {
      pieces.add(c.code);
    }
    chars = chars.subspan(used);
  }
  return pieces.take();
}

}  // namespace printing
