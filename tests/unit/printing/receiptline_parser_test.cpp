#include "printing/receiptline_parser.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "printing/picture_png.h"

namespace printing {
namespace {

Document parsed(std::string_view text) {
  auto document = parse_receiptline(text);
  REQUIRE(document.has_value());
  return std::move(*document);
}

Line only_line(std::string_view text) {
  Document document = parsed(text);
  REQUIRE(document.lines.size() == 1);
  return std::move(document.lines.front());
}

std::vector<Column> columns(std::string_view text) {
  return std::get<TextLine>(only_line(text).content).columns;
}

PropertyLine properties(std::string_view text) {
  return std::get<PropertyLine>(only_line(text).content);
}

std::vector<Align> aligns(std::string_view text) {
  std::vector<Align> found;
  for (const Column& column : columns(text)) found.push_back(column.align);
  return found;
}

std::string shown(const Column& column) {
  std::string text;
  for (const Piece& piece : column.pieces) {
    switch (piece.kind) {
      case PieceKind::text:
        text += piece.text;
        break;
      case PieceKind::value:
        text += "<" + piece.text + ">";
        break;
      case PieceKind::line_break:
        text += "[n]";
        break;
      case PieceKind::underline:
        text += "[_]";
        break;
      case PieceKind::emphasis:
        text += "[\"]";
        break;
      case PieceKind::invert:
        text += "[`]";
        break;
      case PieceKind::size:
        text += "[" + std::to_string(piece.carets) + "]";
        break;
    }
  }
  return text;
}

std::string shown(std::string_view text) {
  return shown(columns(text).front());
}

std::string first_complaint(std::string_view text) {
  const Document document = parsed(text);
  if (document.complaints.empty()) return "";
  const Complaint& complaint = document.complaints.front();
  return std::to_string(complaint.line) + ":" + std::to_string(complaint.column) + " " +
         complaint.what;
}

std::string base64(kiosk::ByteView bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8U | byte;
    for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63U];
  }
  if (count > 0) text += alphabet[bits << (6 - count) & 63U];
  return text;
}

std::string error_code(std::string_view text) {
  const auto document = parse_receiptline(text);
  return document ? "" : std::string(document.error().code);
}

}  // namespace

TEST_CASE("receiptline: a column leans on the bars that touch it") {
  using enum Align;
  CHECK(aligns("a") == std::vector{center});
  CHECK(aligns("|a") == std::vector{left});
  CHECK(aligns("a |") == std::vector{left});
  CHECK(aligns("|a |") == std::vector{left});
  CHECK(aligns("a|") == std::vector{right});
  CHECK(aligns("| a") == std::vector{right});
  CHECK(aligns("| a|") == std::vector{right});
  CHECK(aligns("|a|") == std::vector{center});
  CHECK(aligns("| a |") == std::vector{center});
  CHECK(aligns("a | b") == std::vector{left, right});
  CHECK(aligns("a|b|c") == std::vector{right, center, left});
  CHECK(aligns("|a |b|\tc|") == std::vector{left, center, right});
}

TEST_CASE("receiptline: decorations, sizes and spaces in text") {
  CHECK(shown("_a_\"b\"`c`") == "[_]a[_][\"]b[\"][`]c[`]");
  CHECK(shown("^a^^b^^^^^^^^^c") == "[1]a[2]b[7]c");
  CHECK(shown("a~~b") == "a  b");
  CHECK(shown("a\\nb") == "a[n]b");
  CHECK(shown("tab\tinside\x01") == "tabinside");
}

TEST_CASE("receiptline: escapes print what would be syntax") {
  CHECK(shown("\\\\\\|\\{\\}\\-\\=\\~\\_\\\"\\`\\^") == "\\|{}-=~_\"`^");
  CHECK(shown("\\x41\\x5f\\x7C") == "A_|");
  CHECK(shown("\\---") == "---");
  CHECK(shown("\\q\\$a\\x0a\\x7f") == "a");
  CHECK(shown("a\\xZZb\\x4") == "ab");
  CHECK(columns("a\\|b").size() == 1);
}

TEST_CASE("receiptline: lines of hyphens are rules and of equal signs cuts, alone on a line") {
  CHECK(std::holds_alternative<RuleLine>(only_line("-").content));
  CHECK(std::holds_alternative<RuleLine>(only_line(" ----- ").content));
  CHECK(std::holds_alternative<CutLine>(only_line("===").content));
  CHECK(std::holds_alternative<TextLine>(only_line("-|-").content));
  CHECK(std::holds_alternative<TextLine>(only_line("-=-").content));
}

TEST_CASE("receiptline: properties hold for the lines after them") {
  const Document document =
      parsed("a\n{width:10 * 4;border:line;align:right;text:nowrap}\nb|c|d\n{w:auto;b:none}\ne");
  REQUIRE(document.lines.size() == 5);
  const Line& table = document.lines[2];
  CHECK(table.alignment == Align::right);
  CHECK(table.border == border_line);
  const TextLine& text = std::get<TextLine>(table.content);
  CHECK(text.wrap == Wrap::nowrap);
  CHECK(text.columns[0].width == 10);
  CHECK(text.columns[1].width == width_shared);
  CHECK(std::get<PropertyLine>(document.lines[1].content).frame == FrameChange::start);
  CHECK(std::get<PropertyLine>(document.lines[3].content).frame == FrameChange::stop);
  CHECK(document.lines[4].border == 0);
  CHECK(std::get<TextLine>(document.lines[4].content).columns[0].width == width_shared);
}

TEST_CASE("receiptline: options stay for later codes, an option line sets all of them") {
  const Document document = parsed(
      "{option:qrcode,6,Q}\n{code:x}\n{option:ean 3 100 hri;code:2012345678903}\n{c:12345670}");
  REQUIRE(document.lines.size() == 3);
  const Code qr = *std::get<PropertyLine>(document.lines[0].content).code;
  CHECK(qr.kind == CodeKind::qrcode);
  CHECK(qr.cell_dots == 6);
  CHECK(qr.level == 'q');
  const Code bars = *std::get<PropertyLine>(document.lines[2].content).code;
  CHECK(bars.kind == CodeKind::ean);
  CHECK(bars.module_dots == 3);
  CHECK(bars.height_dots == 100);
  CHECK(bars.hri == Hri::below);
  CHECK(bars.data == std::vector<Piece>{{PieceKind::text, "12345670", 0}});
}

TEST_CASE("receiptline: commands become bytes, comments nothing") {
  CHECK(properties("{command:\\x1bp\\x00\\xff\\n}").command ==
        kiosk::Bytes{0x1b, 0x70, 0x00, 0xff, 0x0a});
  CHECK(parsed("{comment:x}\n{ }\n{_:y;_:z}").lines.empty());
  CHECK(first_complaint("{command:二}") == "1:10 a command holds bytes: characters up to U+00FF");
}

TEST_CASE("receiptline: values are places in text and in a code's data") {
  CHECK(shown("No. $number$, $second_id$ $x$y$") == "No. <number>, <second_id> <x>y$");
  CHECK(shown("$5.99 costs $ $1$ $a b$") == "$5.99 costs $ $1$ $a b$");
  CHECK(shown("\\x24number\\x24") == "$number$");
  const Document document = parsed("a\n | $one$ | $two$\n{code:T$three$}");
  CHECK(document.values == std::vector<ValueUse>{{"one", 2, 4}, {"two", 2, 12}, {"three", 3, 7}});
  CHECK(first_complaint("{width:$w$}") ==
        "1:8 a value can stand only in text and in a code's data");
}

TEST_CASE("receiptline: what prints nothing is named with its line and column") {
  CHECK(first_complaint("ok\n a {b} c") == "2:2 a brace that does not enclose properties");
  CHECK(first_complaint("a|{code:1}") == "1:3 properties stand on a line of their own");
  CHECK(first_complaint("{code:1; bad}") == "1:10 not \"key: value\"");
  CHECK(first_complaint("{colour:red}") == "1:2 there is no property \"colour\"");
  CHECK(first_complaint("{align:middle}") == "1:8 align is left, center or right");
  CHECK(first_complaint("{option:qrcode 5 x}") == "1:9 there is no option \"x\"");
  CHECK(first_complaint("{code:abc;option:ean}") ==
        "1:7 this data cannot stand in a code of this kind");
  CHECK(first_complaint("{image:QUJD}").substr(0, 18) == "1:8 image: no PNG:");
  CHECK(first_complaint("{width:10,*;border:1}\nfine | `text`") == "");
}

TEST_CASE("receiptline: images may have so many dots together") {
  const kiosk::Bytes png = write_png(Picture(image_side_max, 1024)).value();
  const std::string line = "{image:" + base64(png) + "}\n";
  CHECK(first_complaint(line + line) == "");
  CHECK(first_complaint(line + line + line) == "3:8 image: more dots than a document may have");
  CHECK(parsed(line + line + line).lines.size() == 3);
}

TEST_CASE("receiptline: documents have limits and are UTF-8") {
  CHECK(error_code("a\n\xff") == "not_utf8");
  CHECK(error_code("\xc3") == "not_utf8");
  CHECK(error_code(std::string(document_bytes_max + 1, 'a')) == "too_large");
  CHECK(error_code(std::string(document_lines_max, '\n')) == "too_many_lines");
  CHECK(error_code(std::string(columns_max, '|') + "a") == "");
  CHECK(error_code("a" + std::string(columns_max, '|') + "a") == "too_many_columns");
  std::string uses;
  for (std::size_t i = 0; i <= value_uses_max; ++i) uses += "$a$";
  CHECK(error_code(uses) == "too_many_values");
}

TEST_CASE("receiptline: a byte order mark, all line ends and decomposed letters") {
  CHECK(parsed("\xEF\xBB\xBF-\r\n-\r-\n-").lines.size() == 4);
  CHECK(shown("e\xCC\x81") == "é");
}

}  // namespace printing
