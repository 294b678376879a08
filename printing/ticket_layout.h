#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/base/result.h"
#include "printing/receiptline.h"
#include "printing/symbol.h"

namespace printing {

/// Where everything of a filled document stands, in cells as a receipt printer counts them: a Latin
/// letter fills one cell, an ideograph two. The arithmetic is that of ReceiptLine's reference, so
/// that a document has the same lines, wraps and positions here and there.
///
/// Text that came in as a value is treated better than the reference treats text: it wraps between
/// words (ICU's rules); where a value has a column to itself it breaks into even lines if it is
/// centred, and if it is enlarged it is set at the largest size, up to the one asked for, at which
/// it stays on one line or, at twice the size or less, keeps its words whole. Nothing is ever cut
/// but by `text:nowrap`.

inline constexpr int cell_dots = 12;  ///< README of "receiptline": characters are 12 x 24 dots
inline constexpr int row_dots = 24;
inline constexpr int spaced_row_dots = 30;      ///< the reference's `spacing: true`
inline constexpr int ticket_dots_max = 12'000;  ///< 1.5 m of paper

/// A piece of a line with one look. The cells count enlargement.
struct LaidText {
  int x_dots = 0;  ///< from the left edge of the row's own area
  int cells = 0;
  int slack_dots = 0;  ///< white beside it that wide letters may use: right, both sides or left
  Look look;
  Align align = Align::left;  ///< of the column; where narrower letters stand in their cells
  std::string text;

  bool operator==(const LaidText&) const = default;
};

/// A band of cells of the paper's width.
struct Span {
  int left = 0;
  int width = 0;

  bool operator==(const Span&) const = default;
};

struct TextRow {
  Span area;
  int high = 1;           ///< in rows of 24 dots
  int lead_dots = 0;      ///< white above
  std::vector<int> bars;  ///< cells from the area's left at which vertical rules stand
  std::vector<LaidText> texts;

  bool operator==(const TextRow&) const = default;
};

struct RuleRow {
  Span area;
  bool operator==(const RuleRow&) const = default;
};

/// The columns of a frame, for the rule at which it begins, ends or changes.
struct Fence {
  int left = 0;
  std::vector<int> widths;

  bool operator==(const Fence&) const = default;
};

struct FrameRow {
  std::optional<Fence> above;
  std::optional<Fence> below;
  bool operator==(const FrameRow&) const = default;
};

struct ImageRow {
  int x_dots = 0;
  int lead_dots = 0;
  std::shared_ptr<const GreyImage> image;
  bool operator==(const ImageRow&) const = default;
};

struct SymbolRow {
  int x_dots = 0;
  int lead_dots = 0;
  Symbol symbol;
  bool operator==(const SymbolRow&) const = default;
};

struct CutRow {
  bool operator==(const CutRow&) const = default;
};

struct CommandRow {
  kiosk::Bytes bytes;
  bool operator==(const CommandRow&) const = default;
};

struct LayoutItem {
  int y_dots = 0;
  std::variant<TextRow, RuleRow, FrameRow, ImageRow, SymbolRow, CutRow, CommandRow> row;

  bool operator==(const LayoutItem&) const = default;
};

struct Layout {
  int cells = 48;  ///< the paper's width
  int height_dots = 0;
  std::vector<LayoutItem> items;

  bool operator==(const Layout&) const = default;
};

/// `none` and `lines` are the reference's. `roomy` is lines with white around enlarged text and
/// above and beneath codes and pictures.
enum class Spacing { none, lines, roomy };

/// Lays out a document whose values were put in by `fill`, on paper `cells` wide (8..96).
///
/// Errors: ticket/too_long over `ticket_dots_max`; symbol/bad_data and symbol/too_wide for a code
/// made of values (one written in the template that cannot be made prints nothing, as in the
/// reference).   Thread: any; pure.
kiosk::Result<Layout> lay_out(const Document& filled, int cells, Spacing spacing);

/// The layout as text, a line an item, for goldens and comparison.
std::string to_text(const Layout& layout);

}  // namespace printing
