#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/base/bytes.h"
#include "printing/grey_image.h"

namespace printing {

/// A parsed ReceiptLine document. ReceiptLine is a public language for receipts, made of lines;
/// each line is a row of text columns, a rule, a cut, or properties in braces. Here every line
/// already holds the settings (widths, border, alignment, code options) in force where it stands,
/// so that a line means the same wherever it is looked at.
/// Source of the grammar: README of the npm package "receiptline".

enum class Align { left = 0, center = 1, right = 2 };
enum class Wrap { wrap, nowrap };
enum class Toggle { off, on };

/// How characters look. `carets` is the number of ^ (0..7): 1 double width, 2 double height,
/// 3..7 twice to six times the size.
struct Look {
  Toggle underline = Toggle::off;
  Toggle emphasis = Toggle::off;
  Toggle invert = Toggle::off;
  int carets = 0;

  int wide() const { return carets < 2 ? carets + 1 : carets - 1; }
  int high() const { return carets < 2 ? 1 : carets < 3 ? 2 : carets - 1; }
  bool operator==(const Look&) const = default;
};

enum class PieceKind { text, value, line_break, underline, emphasis, invert, size };

/// A part of a text column. `text` is the text, or the name of a value (after `fill`: its text).
struct Piece {
  PieceKind kind = PieceKind::text;
  std::string text;
  int carets = 0;  ///< of size

  bool operator==(const Piece&) const = default;
};

/// Widths are in characters; these two are none.
inline constexpr int width_shared = -1;  ///< an equal part of what fixed columns leave
inline constexpr int width_hidden = 0;

struct Column {
  Align align = Align::center;
  int width = width_shared;
  std::vector<Piece> pieces;

  bool operator==(const Column&) const = default;
};

struct TextLine {
  Wrap wrap = Wrap::wrap;
  std::vector<Column> columns;

  bool operator==(const TextLine&) const = default;
};

struct RuleLine {
  bool operator==(const RuleLine&) const = default;
};

struct CutLine {
  bool operator==(const CutLine&) const = default;
};

enum class CodeKind { upc, ean, code39, itf, codabar, code93, code128, qrcode };
enum class Hri { none, below };  ///< human readable interpretation under the bars

/// A barcode or 2D code. Dots; `level` is the QR error correction, 'l', 'm', 'q' or 'h'.
struct Code {
  CodeKind kind = CodeKind::code128;
  int module_dots = 2;
  int height_dots = 72;
  int cell_dots = 3;
  char level = 'l';
  Hri hri = Hri::none;
  std::vector<Piece> data;  ///< text and values only

  bool operator==(const Code&) const = default;
};

enum class FrameChange { start, stop };  ///< ruled lines around columns begin or end

/// What a line of properties prints, in this order.
struct PropertyLine {
  Align align = Align::center;  ///< of picture and code within the line
  std::optional<FrameChange> frame;
  std::shared_ptr<const GreyImage> image;
  std::optional<Code> code;
  kiosk::Bytes command;  ///< device bytes, sent as they are

  bool operator==(const PropertyLine&) const = default;
};

inline constexpr int border_line = -1;  ///< a ruled border; 0..2 are spaces between columns

struct Line {
  int number = 0;                   ///< in the source, from 1
  Align alignment = Align::center;  ///< of the whole line, when it is narrower than the paper
  int border = 1;
  int width = width_shared;  ///< characters; of a line that is no text
  std::variant<TextLine, RuleLine, CutLine, PropertyLine> content;

  bool operator==(const Line&) const = default;
};

/// Something in a document that prints nothing or not as meant. Line and column count from 1.
struct Complaint {
  int line = 0;
  int column = 0;
  std::string what;

  bool operator==(const Complaint&) const = default;
};

/// Where a value stands in the source.
struct ValueUse {
  std::string name;
  int line = 0;
  int column = 0;

  bool operator==(const ValueUse&) const = default;
};

struct Document {
  std::vector<Line> lines;  ///< those that print or change frames
  std::vector<ValueUse> values;
  std::vector<Complaint> complaints;

  bool operator==(const Document&) const = default;
};

}  // namespace printing
