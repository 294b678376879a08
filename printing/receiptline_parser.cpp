#include "printing/receiptline_parser.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <map>
#include <utility>

#include "printing/base64.h"
#include "printing/receiptline_chars.h"
#include "printing/receiptline_words.h"
#include "printing/symbol.h"

namespace printing {
namespace {

using kiosk::fail;
using kiosk::Result;

const std::map<std::string, CodeKind, std::less<>>& code_kinds() {
  static const std::map<std::string, CodeKind, std::less<>> kinds = {
      {"upc", CodeKind::upc},       {"ean", CodeKind::ean},       {"jan", CodeKind::ean},
      {"code39", CodeKind::code39}, {"itf", CodeKind::itf},       {"codabar", CodeKind::codabar},
      {"nw7", CodeKind::codabar},   {"code93", CodeKind::code93}, {"code128", CodeKind::code128},
      {"qrcode", CodeKind::qrcode}};
  return kinds;
}

std::string plain_text(const std::vector<Piece>& pieces) {
  std::string text;
  for (const Piece& piece : pieces) {
    if (piece.kind == PieceKind::text) text += piece.text;
  }
  return text;
}

bool has_value(const std::vector<Piece>& pieces) {
  return std::any_of(pieces.begin(), pieces.end(),
                     [](const Piece& piece) { return piece.kind == PieceKind::value; });
}

struct Member {
  std::vector<Piece> value;
  int column = 0;
};
using Members = std::map<std::string, Member, std::less<>>;

/// One text column or group of properties, as cut out between two bars.
struct Element {
  SourceChars chars;
  Align align = Align::center;
};

class Parser {
 public:
  Result<Document> parse(std::string_view text);

 private:
  Result<void> parse_line(std::string_view line);
  void parse_text_line(const std::vector<Element>& elements);
  void parse_properties(Align align, const Members& members);
  Members parse_members(SourceChars chars);
  void add_line(std::variant<TextLine, RuleLine, CutLine, PropertyLine> content, int width);

  std::optional<FrameChange> set_border(const Member& member);
  void set_widths(const Member& member);
  void set_align(const Member& member);
  void set_option(const Member& member);
  std::shared_ptr<const GreyImage> image(const Member& member);
  Code code(const Member& member);
  kiosk::Bytes command(const Member& member);

  int width_of_column(std::size_t index) const;
  int width_of_property() const;
  std::string setting(const Member& member);
  void complain(int column, std::string what);

  Document document_;
  int line_number_ = 0;
  Wrap wrap_ = Wrap::wrap;
  int border_ = 1;
  std::vector<int> widths_;  ///< empty: auto
  Align alignment_ = Align::center;
  Code option_;
  std::size_t image_dots_ = 0;
};

void Parser::complain(int column, std::string what) {
  document_.complaints.push_back({line_number_, column, std::move(what)});
}

int Parser::width_of_column(std::size_t index) const {
  if (widths_.empty()) return width_shared;
  return index < widths_.size() ? widths_[index] : width_hidden;
}

/// A rule, picture or code spans all columns and what stands between them.
int Parser::width_of_property() const {
  const auto shared = [](int width) { return width == width_shared; };
  if (widths_.empty() || std::any_of(widths_.begin(), widths_.end(), shared)) return width_shared;
  int sum = 0;
  int columns = 0;
  for (const int width : widths_) {
    sum += width;
    if (width > 0) ++columns;
  }
  if (columns == 0) return width_hidden;
  return sum + (border_ < 0 ? columns + 1 : (columns - 1) * border_);
}

void Parser::add_line(std::variant<TextLine, RuleLine, CutLine, PropertyLine> content, int width) {
  document_.lines.push_back({line_number_, alignment_, border_, width, std::move(content)});
}

void Parser::parse_text_line(const std::vector<Element>& elements) {
  TextLine line{wrap_, {}};
  for (std::size_t i = 0; i < elements.size(); ++i) {
    line.columns.push_back({elements[i].align, width_of_column(i), text_pieces(elements[i].chars)});
  }
  while (line.columns.size() < widths_.size()) {
    line.columns.push_back({Align::center, widths_[line.columns.size()], {}});
  }
  add_line(std::move(line), width_shared);
}

bool is_property(SourceChars chars) {
  if (chars.size() < 2 || !chars.front().is('{') || !chars.back().is('}')) return false;
  const SourceChars inside = chars.subspan(1, chars.size() - 2);
  return std::none_of(inside.begin(), inside.end(),
                      [](const SourceChar& c) { return c.is('{') || c.is('}'); });
}

bool has_brace(SourceChars chars) {
  return std::any_of(chars.begin(), chars.end(),
                     [](const SourceChar& c) { return c.is('{') || c.is('}'); });
}

bool consists_of(SourceChars chars, char what) {
  return !chars.empty() && std::all_of(chars.begin(), chars.end(),
                                       [what](const SourceChar& c) { return c.is(what); });
}

bool is_key(SourceChars chars) {
  const auto letter = [](const SourceChar& c) {
    const char32_t lowered = c.code | 0x20U;
    return c.value.empty() && !c.literal && c.code < 0x80 &&
           (c.code == U'_' || (lowered >= U'a' && lowered <= U'z'));
  };
  const auto digit = [](const SourceChar& c) {
    return c.value.empty() && !c.literal && c.code >= U'0' && c.code <= U'9';
  };
  return !chars.empty() && letter(chars.front()) &&
         std::all_of(chars.begin(), chars.end(),
                     [&](const SourceChar& c) { return letter(c) || digit(c); });
}

std::string key_name(SourceChars chars) {
  static const std::map<std::string, std::string, std::less<>> abbreviations = {
      {"a", "align"}, {"b", "border"}, {"c", "code"},    {"i", "image"},  {"o", "option"},
      {"t", "text"},  {"w", "width"},  {"x", "command"}, {"_", "comment"}};
  std::string name;
  for (const SourceChar& c : chars) name += static_cast<char>(c.code);
  const auto full = abbreviations.find(name);
  return full == abbreviations.end() ? name : full->second;
}

/// Escaped semicolons are part of a value, before anything is split at semicolons.
std::vector<SourceChar> protect_semicolons(SourceChars chars) {
  std::vector<SourceChar> result;
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (chars[i].is('\\') && i + 1 < chars.size() && chars[i + 1].is(';')) {
      result.push_back(chars[++i]);
      result.back().literal = true;
    } else {
      result.push_back(chars[i]);
    }
  }
  return result;
}

Members Parser::parse_members(SourceChars chars) {
  constexpr std::string_view known = " align border code image option text width command comment ";
  Members members;
  const std::vector<SourceChar> inside = protect_semicolons(chars.subspan(1, chars.size() - 2));
  for (const SourceChars part : split(inside, ';')) {
    const SourceChars member = trim(part);
    if (member.empty()) continue;
    const auto colon =
        std::find_if(member.begin(), member.end(), [](const SourceChar& c) { return c.is(':'); });
    const auto before = static_cast<std::size_t>(colon - member.begin());
    const SourceChars key = trim(member.first(before));
    const SourceChars value =
        colon == member.end() ? SourceChars() : trim(member.subspan(before + 1));
    if (!is_key(key) || value.empty()) {
      complain(member.front().column, "not \"key: value\"");
      continue;
    }
    const std::string name = key_name(key);
    if (known.find(" " + name + " ") == std::string_view::npos) {
      complain(key.front().column, "there is no property \"" + name + "\"");
    }
    members[name] = {property_pieces(value), value.front().column};
  }
  return members;
}

std::string Parser::setting(const Member& member) {
  if (has_value(member.value)) {
    complain(member.column, "a value can stand only in text and in a code's data");
  }
  return lower(plain_text(member.value));
}

std::optional<FrameChange> Parser::set_border(const Member& member) {
  const std::string word = setting(member);
  const int previous = border_;
  const int spaces = number(word);
  if (word == "line") {
    border_ = border_line;
  } else if (word == "none") {
    border_ = 0;
  } else {
    border_ = spaces >= 0 && spaces <= 2 ? spaces : 1;
    if (word != "space" && border_ != spaces) {
      complain(member.column, "border is line, space, none, 0, 1 or 2");
    }
  }
  if (previous >= 0 && border_ < 0) return FrameChange::start;
  if (previous < 0 && border_ >= 0) return FrameChange::stop;
  return std::nullopt;
}

void Parser::set_widths(const Member& member) {
  widths_.clear();
  for (const std::string& word : words(setting(member))) {
    if (word == "auto") {
      widths_.clear();
      return;
    }
    const int width = number(word);
    if (word != "*" && width < 0) {
      complain(member.column, "widths are auto, or numbers and * with a comma or blanks between");
    }
    widths_.push_back(word == "*" ? width_shared : std::max(width, width_hidden));
  }
}

void Parser::set_align(const Member& member) {
  const std::string word = setting(member);
  alignment_ = word == "left" ? Align::left : word == "right" ? Align::right : Align::center;
  if (alignment_ == Align::center && word != "center") {
    complain(member.column, "align is left, center or right");
  }
}

void Parser::set_option(const Member& member) {
  const std::vector<std::string> options = words(setting(member));
  option_ = Code{};
  option_.module_dots = number_within(options, 2, 4, 2);
  option_.height_dots = number_within(options, 24, 240, 72);
  option_.cell_dots = number_within(options, 3, 8, 3);
  const auto end = options.end();
  const auto kind = std::find_if(options.begin(), end, [](const std::string& option) {
    return code_kinds().contains(option);
  });
  if (kind != end) option_.kind = code_kinds().find(*kind)->second;
  if (std::find(options.begin(), end, "hri") != end) option_.hri = Hri::below;
  const auto is_level = [](const std::string& option) {
    return option == "l" || option == "m" || option == "q" || option == "h";
  };
  const auto level = std::find_if(options.begin(), end, is_level);
  if (level != end) option_.level = level->front();
  for (const std::string& option : options) {
    const int value = number(option);
    const bool size = (value >= 2 && value <= 8) || (value >= 24 && value <= 240);
    if (!size && !code_kinds().contains(option) && !is_level(option) && option != "hri" &&
        option != "nohri" && !option.empty()) {
      complain(member.column, "there is no option \"" + option + "\"");
    }
  }
}

std::shared_ptr<const GreyImage> Parser::image(const Member& member) {
  if (has_value(member.value)) {
    complain(member.column, "a value can stand only in text and in a code's data");
  }
  Result<GreyImage> picture = read_png(decode_base64(plain_text(member.value)));
  if (!picture) {
    complain(member.column, "image: " + picture.error().what);
    return nullptr;
  }
  image_dots_ += picture->pixels.size();
  if (image_dots_ > image_dots_max) {
    complain(member.column, "image: more dots than a document may have");
    return nullptr;
  }
  return std::make_shared<const GreyImage>(std::move(*picture));
}

Code Parser::code(const Member& member) {
  Code result = option_;
  result.data = member.value;
  for (const Piece& piece : result.data) {
    if (piece.kind != PieceKind::value) continue;
    document_.values.push_back({piece.text, line_number_, member.column});
  }
  if (!has_value(result.data) && !make_symbol(result, plain_text(result.data))) {
    complain(member.column, "this data cannot stand in a code of this kind");
  }
  return result;
}

kiosk::Bytes Parser::command(const Member& member) {
  kiosk::Bytes bytes;
  if (has_value(member.value)) {
    complain(member.column, "a value can stand only in text and in a code's data");
  }
  const std::string text = plain_text(member.value);
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[at++]);
    if (lead < 0x80) {
      bytes.push_back(lead);
    } else if (lead < 0xC4 && at < text.size()) {  // U+0080..U+00FF: one byte each
      bytes.push_back(static_cast<std::uint8_t>((lead & 0x03U) << 6U |
                                                (static_cast<std::uint8_t>(text[at++]) & 0x3FU)));
    } else {
      complain(member.column, "a command holds bytes: characters up to U+00FF");
      return {};
    }
  }
  return bytes;
}

void Parser::parse_properties(Align align, const Members& members) {
  PropertyLine line;
  const auto with = [&](const char* key, auto&& action) {
    const auto member = members.find(key);
    if (member != members.end()) action(member->second);
  };
  with("text", [&](const Member& member) {
    const std::string word = setting(member);
    wrap_ = word == "nowrap" ? Wrap::nowrap : Wrap::wrap;
    if (word != "wrap" && word != "nowrap") complain(member.column, "text is wrap or nowrap");
  });
  with("border", [&](const Member& member) { line.frame = set_border(member); });
  with("width", [&](const Member& member) { set_widths(member); });
  with("align", [&](const Member& member) { set_align(member); });
  with("option", [&](const Member& member) { set_option(member); });
  with("code", [&](const Member& member) { line.code = code(member); });
  with("image", [&](const Member& member) { line.image = image(member); });
  with("command", [&](const Member& member) { line.command = command(member); });
  if (line == PropertyLine{}) return;
  line.align = align;
  add_line(std::move(line), width_of_property());
}

/// The columns of a line, each drawn towards the bar that touches it.
std::vector<Element> elements_of(SourceChars line) {
  const bool first_open = !line.empty() && !line.front().is('|');
  const bool last_open = !line.empty() && !line.back().is('|');
  if (!line.empty() && line.front().is('|')) line = line.subspan(1);
  if (!line.empty() && line.back().is('|')) line = line.first(line.size() - 1);
  const std::vector<SourceChars> parts = split(line, '|');
  const bool bars = parts.size() > 1 || first_open != last_open;
  std::vector<Element> elements;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const SourceChars part = parts[i];
    bool before = !part.empty() && part.front().blank();
    bool after = !part.empty() && part.back().blank();
    // An outer column without its outer bar leans on the inner one when it touches it.
    if (bars && i == 0 && first_open && !part.empty() && !after) before = true;
    if (bars && i + 1 == parts.size() && last_open && !part.empty() && !before) after = true;
    const int align = 1 + static_cast<int>(before) - static_cast<int>(after);
    elements.push_back({trim(part), static_cast<Align>(align)});
  }
  return elements;
}

Result<void> Parser::parse_line(std::string_view source) {
  const std::vector<SourceChar> chars = scan_line(source);
  const std::vector<Element> elements = elements_of(trim(chars));
  if (elements.size() > columns_max) {
    return fail("template", "too_many_columns",
                "line " + std::to_string(line_number_) + " has too many columns");
  }
  const SourceChars first = elements.front().chars;
  if (elements.size() == 1 && is_property(first)) {
    parse_properties(elements.front().align, parse_members(first));
    return {};
  }
  for (const Element& element : elements) {
    if (!has_brace(element.chars)) continue;
    complain(element.chars.front().column, is_property(element.chars)
                                               ? "properties stand on a line of their own"
                                               : "a brace that does not enclose properties");
    return {};
  }
  if (elements.size() == 1 && consists_of(first, '-')) {
    add_line(RuleLine{}, width_of_property());
  } else if (elements.size() == 1 && consists_of(first, '=')) {
    add_line(CutLine{}, width_of_property());
  } else {
    parse_text_line(elements);
    for (const SourceChar& c : chars) {
      if (!c.value.empty()) document_.values.push_back({c.value, line_number_, c.column});
    }
  }
  return {};
}

Result<std::string> normalised(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    UChar32 code = 0;
    const std::int64_t start = at;
    U8_NEXT(bytes, at, size, code);
    if (code >= 0) continue;
    const auto lines = std::count(text.begin(), text.begin() + start, '\n');
    return fail("template", "not_utf8", "line " + std::to_string(lines + 1) + " is not UTF-8");
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  std::string result;
  icu::StringByteSink<std::string> sink(&result);
  if (U_SUCCESS(status)) {
    nfc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(size)), sink, nullptr,
                       status);
  }
  if (U_FAILURE(status)) return fail("template", "not_utf8", "ICU could not normalise it");
  return result;
}

Result<Document> Parser::parse(std::string_view text) {
  if (text.size() > document_bytes_max) {
    return fail("template", "too_large", "longer than " + std::to_string(document_bytes_max));
  }
  const Result<std::string> normal = normalised(text);
  if (!normal) return kiosk::pass_on(normal.error());
  std::string_view rest = *normal;
  for (bool more = true; more;) {
    if (++line_number_ > static_cast<int>(document_lines_max)) {
      return fail("template", "too_many_lines",
                  "more than " + std::to_string(document_lines_max) + " lines");
    }
    const std::size_t end = rest.find_first_of("\r\n");
    more = end != std::string_view::npos;
    const Result<void> parsed = parse_line(rest.substr(0, end));
    if (!parsed) return kiosk::pass_on(parsed.error());
    if (document_.values.size() > value_uses_max) {
      return fail("template", "too_many_values",
                  "more than " + std::to_string(value_uses_max) + " values");
    }
    if (more) rest.remove_prefix(end + (rest.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return std::move(document_);
}

}  // namespace

Result<Document> parse_receiptline(std::string_view text) {
  return Parser().parse(text);
}

}  // namespace printing
