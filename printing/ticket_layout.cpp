#include "printing/ticket_layout.h"

#include <algorithm>
#include <utility>

#include "kiosk/base/check.h"
#include "kiosk/base/overloaded.h"
#include "printing/cell_text.h"

namespace printing {
namespace {

using kiosk::Result;

constexpr int hri_gap_dots = 2;
// White of roomy tickets: letters of twice the size reach 5 dots beneath their row. With the white
// of the lines around it a code keeps its four cells of quiet zone.
constexpr int enlarged_lead_dots = 4;
constexpr int enlarged_tail_dots = 8;
constexpr int picture_air_dots = 12;

/// One after the other, the largest column gives a cell until `excess` are gone.
void narrow(std::vector<int>& widths, int excess) {
  for (; excess > 0; --excess) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] > 0 && (widest == widths.size() || widths[i] >= widths[widest])) widest = i;
    }
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

/// Widths in cells after fixed columns were narrowed to fit and shared ones took the rest; `free`
/// is what remains of `cells`.
struct Shares {
  std::vector<int> widths;
  int free = 0;
};

Shares share_out(std::vector<int> widths, int cells) {
  int fixed = 0;
  int shared = 0;
  for (const int width : widths) {
    if (width < 0) ++shared;
    if (width > 0) fixed += width;
  }
  int free = cells - fixed;
  if (shared > free) {
    narrow(widths, shared - free);
    free = shared;
  }
  int index = 0;
  for (int& width : widths) {
    if (width < 0) width = (free + index++) / shared;
  }
  return {std::move(widths), shared > 0 ? 0 : free};
}

class Engine {
 public:
  Engine(int cells, Spacing spacing) : spacing_(spacing), feed_dots_(feed(FeedIn::open)) {
    layout_.cells = cells;
  }

  Result<Layout> run(const Document& document) {
    for (const Line& line : document.lines) {
      const Result<void> done = std::visit(
          kiosk::overloaded{[&](const TextLine& text) { return lay_text(line, text); },
                            [&](const RuleLine&) { return lay_rule(line); },
                            [&](const CutLine&) { return lay_cut(); },
                            [&](const PropertyLine& it) { return lay_properties(line, it); }},
          line.content);
      if (!done) {
        return kiosk::fail("line " + std::to_string(line.number), done.error());
      }
      if (layout_.height_dots > ticket_dots_max) {
        return kiosk::fail("ticket", "too_long",
                           "longer than " + std::to_string(ticket_dots_max) + " dots");
      }
    }
    stop_frame(FrameState::none);
    return std::move(layout_);
  }

 private:
  enum class FrameState { none, ready, running, ruled };
  enum class FeedIn { open, frame };

  int feed(FeedIn where) const {
    const bool spaced =
        spacing_ == Spacing::roomy || (spacing_ == Spacing::lines && where == FeedIn::open);
    return spaced ? spaced_row_dots : row_dots;
  }

  int air() const { return spacing_ == Spacing::roomy ? picture_air_dots : 0; }

  template <typename Row>
  void add(Row row, int height_dots) {
    layout_.items.push_back({layout_.height_dots, std::move(row)});
    layout_.height_dots += height_dots;
  }

  Span area_of(const Line& line, int width, int free) const {
    return {free * static_cast<int>(line.alignment) / 2, width};
  }

  /// The band of a line that is no text.
  Span band_of(const Line& line) const {
    if (line.width == width_hidden) return area_of(line, 0, layout_.cells);
    const Shares shares = share_out({line.width}, layout_.cells);
    return area_of(line, layout_.cells - shares.free, shares.free);
  }

  Result<void> lay_text(const Line& line, const TextLine& text);
  void start_or_continue_frame(const Fence& fence);
  void stop_frame(FrameState next);
  Result<void> lay_rule(const Line& line);
  Result<void> lay_cut();
  Result<void> lay_properties(const Line& line, const PropertyLine& property);
  Result<void> lay_code(const Line& line, const PropertyLine& property);

  Layout layout_;
  Spacing spacing_;
  int feed_dots_;
  FrameState frame_ = FrameState::none;
  Fence fence_;
};

void Engine::start_or_continue_frame(const Fence& fence) {
  if (frame_ == FrameState::ready) {
    feed_dots_ = feed(FeedIn::frame);
    add(FrameRow{std::nullopt, fence}, feed_dots_);
    frame_ = FrameState::running;
  } else if (frame_ == FrameState::ruled) {
    add(FrameRow{fence_, fence}, feed_dots_);
    frame_ = FrameState::running;
  }
  fence_ = fence;
}

void Engine::stop_frame(FrameState next) {
  if (frame_ == FrameState::running || frame_ == FrameState::ruled) {
    feed_dots_ = feed(FeedIn::open);
    add(FrameRow{fence_, std::nullopt}, feed_dots_);
  }
  frame_ = next;
}

/// The texts of one wrapped line of a column, neighbours of one look joined.
void append_texts(std::vector<LaidText>& to, const WrappedLine& line, const Column& column,
                  int left_cells) {
  const int align = static_cast<int>(column.align);
  int x = left_cells * cell_dots + line.free_cells * align * cell_dots / 2;
  bool joinable = false;
  const std::size_t first = to.size();
  for (const Cluster& cluster : line.clusters) {
    const int cells = cluster.scaled_cells();
    if (joinable && to.back().look == cluster.look) {
      to.back().text += cluster.text;
      to.back().cells += cells;
    } else {
      to.push_back({x, cells, 0, cluster.look, column.align, cluster.text});
    }
    joinable = true;
    x += cells * cell_dots;
  }
  // The text at the free side of its column may use the white there.
  const auto count = to.size() - first;
  if (count == 1 || (count > 1 && column.align == Align::left)) {
    to.back().slack_dots = line.free_cells * cell_dots;
  }
}

Result<void> Engine::lay_text(const Line& line, const TextLine& text) {
  std::vector<const Column*> columns;
  for (const Column& column : text.columns) {
    if (column.width != width_hidden) columns.push_back(&column);
  }
  const int cells = layout_.cells;
  const int room = line.border < 0 ? (cells - 1) / 2 : (cells + line.border) / (line.border + 1);
  columns.resize(std::min(columns.size(), static_cast<std::size_t>(room)));
  const int count = static_cast<int>(columns.size());
  const int gap = std::abs(line.border);
  const int borders = count == 0 ? 0 : line.border < 0 ? count + 1 : (count - 1) * line.border;

  std::vector<int> asked;
  asked.reserve(columns.size());
  for (const Column* column : columns) asked.push_back(column->width);
  const Shares shares = share_out(std::move(asked), cells - borders);
  const Span area = area_of(line, cells - shares.free, shares.free);

  std::vector<std::vector<WrappedLine>> wrapped;
  std::size_t rows = 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    wrapped.push_back(
        wrap_cells(clusters_of(columns[i]->pieces), shares.widths[i], columns[i]->align));
    rows = std::max(rows, wrapped.back().size());
  }
  start_or_continue_frame({area.left, shares.widths});
  if (text.wrap == Wrap::nowrap) rows = 1;
  for (std::size_t j = 0; j < rows; ++j) {
    TextRow row{area, 1, 0, {}, {}};
    int left = 0;
    if (frame_ == FrameState::running) row.bars.push_back(left++);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (j < wrapped[i].size()) {
        append_texts(row.texts, wrapped[i][j], *columns[i], left);
        for (const Cluster& cluster : wrapped[i][j].clusters) {
          row.high = std::max(row.high, cluster.look.high());
        }
      }
      left += shares.widths[i] + gap;
      if (frame_ == FrameState::running) row.bars.push_back(left - 1);
    }
    int height = std::max(row.high * row_dots, feed_dots_);
    if (spacing_ == Spacing::roomy && row.high > 1) {
      row.lead_dots = enlarged_lead_dots;
      height += enlarged_lead_dots + enlarged_tail_dots;
    }
    add(std::move(row), height);
  }
  return {};
}

Result<void> Engine::lay_rule(const Line& line) {
  if (frame_ == FrameState::none) {
    add(RuleRow{band_of(line)}, feed_dots_);
  } else if (frame_ == FrameState::running) {
    frame_ = FrameState::ruled;
  }
  return {};
}

Result<void> Engine::lay_cut() {
  stop_frame(frame_ == FrameState::running || frame_ == FrameState::ruled ? FrameState::ready
                                                                          : frame_);
  add(CutRow{}, 0);
  return {};
}

Result<void> Engine::lay_properties(const Line& line, const PropertyLine& property) {
  if (property.frame == FrameChange::start) frame_ = FrameState::ready;
  if (property.frame == FrameChange::stop) stop_frame(FrameState::none);
  if (property.image) {
    const Span band = band_of(line);
    const int width = band.width * cell_dots;
    if (width > 0) {
      const GreyImage fitted = shrink(*property.image, width);
      const int free = width - fitted.width;
      const int x = band.left * cell_dots + free * static_cast<int>(property.align) / 2;
      const int height = fitted.height + 2 * air();
      add(ImageRow{x, air(), std::make_shared<const GreyImage>(fitted)}, height);
    }
  }
  if (property.code) {
    Result<void> done = lay_code(line, property);
    if (!done) return done;
  }
  if (!property.command.empty()) add(CommandRow{property.command}, 0);
  return {};
}

Result<void> Engine::lay_code(const Line& line, const PropertyLine& property) {
  std::string data;
  bool from_value = false;
  for (const Piece& piece : property.code->data) {
    data += piece.text;
    from_value = from_value || piece.kind == PieceKind::value;
  }
  const Span band = band_of(line);
  const int width = band.width * cell_dots;
  Result<Symbol> symbol = make_symbol_within(*property.code, data, width);
  if (!symbol) {
    if (from_value) return kiosk::pass_on(symbol.error());
    return {};
  }
  const int free = width - symbol->width_dots();
  const int x = band.left * cell_dots + free * static_cast<int>(property.align) / 2;
  const int hri = symbol->hri.empty() ? 0 : row_dots + hri_gap_dots;
  const int height = symbol->height_dots() + hri + 2 * air();
  add(SymbolRow{x, air(), std::move(*symbol)}, height);
  return {};
}

std::string widths_text(const std::vector<int>& widths) {
  std::string text;
  for (const int width : widths) text += (text.empty() ? "" : ",") + std::to_string(width);
  return text;
}

std::string fence_text(const std::string& name, const std::optional<Fence>& fence) {
  if (!fence) return "";
  return " " + name + " " + std::to_string(fence->left) + ":" + widths_text(fence->widths);
}

std::string area_text(const Span& area) {
  return std::to_string(area.left) + "+" + std::to_string(area.width);
}

std::string look_text(const Look& look) {
  std::string text;
  if (look.underline == Toggle::on) text += "_";
  if (look.emphasis == Toggle::on) text += "\"";
  if (look.invert == Toggle::on) text += "`";
  return text + std::string(static_cast<std::size_t>(look.carets), '^');
}

std::string row_text(const TextRow& row) {
  std::string text = "text " + area_text(row.area) + " high " + std::to_string(row.high);
  if (!row.bars.empty()) text += " bars " + widths_text(row.bars);
  for (const LaidText& laid : row.texts) {
    const bool plain = laid.look == Look{};
    if (plain && laid.text.find_first_not_of(' ') == std::string::npos) continue;
    text += "\n  " + std::to_string(laid.x_dots) + "+" + std::to_string(laid.cells) + " " +
            look_text(laid.look) + "[" + laid.text + "]";
  }
  return text;
}

}  // namespace

Result<Layout> lay_out(const Document& filled, int cells, Spacing spacing) {
  KIOSK_CHECK(cells >= 8 && cells <= 96);
  return Engine(cells, spacing).run(filled);
}

std::string to_text(const Layout& layout) {
  std::string text;
  for (const LayoutItem& item : layout.items) {
    text += std::to_string(item.y_dots) + " ";
    text += std::visit(
        kiosk::overloaded{
            [](const TextRow& row) { return row_text(row); },
            [](const RuleRow& row) { return "rule " + area_text(row.area); },
            [](const FrameRow& row) {
              return "frame" + fence_text("above", row.above) + fence_text("below", row.below);
            },
            [](const ImageRow& row) {
              return "image " + std::to_string(row.x_dots) + " " +
                     std::to_string(row.image->width) + "x" + std::to_string(row.image->height);
            },
            [](const SymbolRow& row) {
              return "code " + std::to_string(row.x_dots) + " " +
                     std::to_string(row.symbol.width_dots()) + "x" +
                     std::to_string(row.symbol.height_dots()) +
                     (row.symbol.hri.empty() ? "" : " " + row.symbol.hri);
            },
            [](const CutRow&) { return std::string("cut"); },
            [](const CommandRow& row) { return "command " + kiosk::to_hex(row.bytes); }},
        item.row);
    text += "\n";
  }
  return text + std::to_string(layout.height_dots) + " end\n";
}

}  // namespace printing
