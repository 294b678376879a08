#include "printing/cell_text.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <utility>

#include "kiosk/text/breaks.h"
#include "kiosk/text/clean.h"

namespace printing {
namespace {

bool joins_previous(char32_t code) {
  if (code < 0x300 || code == 0xFF9E || code == 0xFF9F) return false;  // half-width kana marks
  const auto kind = u_getIntPropertyValue(static_cast<UChar32>(code), UCHAR_GRAPHEME_CLUSTER_BREAK);
  return kind == U_GCB_EXTEND || kind == U_GCB_SPACING_MARK || kind == U_GCB_ZWJ;
}

bool is_letter_or_digit(char32_t code) {
  return (U_GET_GC_MASK(static_cast<UChar32>(code)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK)) !=
         0;
}

bool is_narrow_script(char32_t code) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(code), &status);
  return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC;
}

constexpr char32_t apostrophe = 0x2019;
constexpr char32_t en_dash = 0x2013;  // joins numbers in English; Chinese has a longer one

void append_clusters(std::vector<Cluster>& to, std::string_view text, const Look& look, int value) {
  bool joined = false;
  const std::size_t start = to.size();
  kiosk::text::for_each_code_point(text, [&](char32_t code) {
    if (code == U'\r' || (code < 0x20 && code != U'\n' && code != U'\t') || code == 0x7f) return;
    if (code == U'\n') {
      if (value != 0) to.push_back({"\n", 0, look, value, Cluster::Break::forced});
      return;
    }
    if (code == U'\t') code = U' ';
    if (to.size() > start && (joined || joins_previous(code))) {
      kiosk::text::append_utf8(to.back().text, code);
    } else {
      const bool in_word =
          code == apostrophe && to.size() > start && to.back().cells == 1 && !to.back().space();
      Cluster& cluster = to.emplace_back();
      kiosk::text::append_utf8(cluster.text, code);
      cluster.cells = in_word ? 1 : cells_of(code);
      cluster.look = look;
      cluster.value = value;
    }
    joined = code == 0x200D;
  });
}

/// Marks where the value that begins at `start` may be parted. Places count code points, and
/// clusters have several.
void mark_breaks(std::vector<Cluster>& clusters, std::size_t start) {
  std::u32string text;
  std::vector<std::size_t> ends;
  const int value = clusters[start].value;
  for (std::size_t i = start; i < clusters.size() && clusters[i].value == value; ++i) {
    kiosk::text::for_each_code_point(clusters[i].text, [&](char32_t code) { text += code; });
    ends.push_back(text.size());
  }
  kiosk::text::Breaks breaks;
  const kiosk::text::Places places = breaks.lines(text, "zh-Hans");
  for (std::size_t i = 0; i < ends.size(); ++i) {
    Cluster& cluster = clusters[start + i];
    if (cluster.after == Cluster::Break::none && places[ends[i]]) {
      cluster.after = Cluster::Break::allowed;
    }
  }
}

int scaled_width(const std::vector<Cluster>& clusters) {
  int width = 0;
  for (const Cluster& cluster : clusters) width += cluster.scaled_cells();
  return width;
}

class Wrapper {
 public:
  explicit Wrapper(int width) : width_(width), free_(width) {}

  void add(Cluster cluster, const Cluster* next) {
    if (cluster.after == Cluster::Break::forced) {
      end_line();
      return;
    }
    const int cells = cluster.scaled_cells();
    if (cells > width_) return;  // as the reference: what can never fit is left out
    while (cells > free_) {
      // A space at which a value wraps is not printed.
      if (cluster.value != 0 && cluster.space()) {
        end_line();
        return;
      }
      wrap(cluster.value);
    }
    const bool more = next != nullptr && next->value == cluster.value && cluster.value != 0;
    free_ -= cells;
    line_.push_back(std::move(cluster));
    if (free_ == 0 && !more) end_line();
  }

  std::vector<WrappedLine> take() {
    if (!line_.empty()) end_line();
    return std::move(lines_);
  }

 private:
  /// Ends the line before a cluster that has no room; its word goes along with it.
  void wrap(int value) {
    std::vector<Cluster> word;
    while (value != 0 && !line_.empty() && line_.back().value == value &&
           line_.back().after != Cluster::Break::allowed) {
      word.push_back(std::move(line_.back()));
      line_.pop_back();
    }
    if (line_.empty()) {  // one word fills the line: part it here
      line_.assign(std::make_move_iterator(word.rbegin()), std::make_move_iterator(word.rend()));
      word.clear();
    }
    while (value != 0 && !line_.empty() && line_.back().value == value && line_.back().space()) {
      line_.pop_back();
    }
    free_ = width_ - scaled_width(line_);
    end_line();
    line_.assign(std::make_move_iterator(word.rbegin()), std::make_move_iterator(word.rend()));
    free_ = width_ - scaled_width(line_);
  }

  void end_line() {
    lines_.push_back({std::move(line_), free_});
    line_.clear();
    free_ = width_;
  }

  int width_;
  int free_;
  std::vector<Cluster> line_;
  std::vector<WrappedLine> lines_;
};

std::vector<WrappedLine> wrap_within(const std::vector<Cluster>& clusters, int width) {
  Wrapper wrapper(width);
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    wrapper.add(clusters[i], i + 1 < clusters.size() ? &clusters[i + 1] : nullptr);
  }
  return wrapper.take();
}

/// Whether all text is one value of one look.
bool is_one_value(const std::vector<Cluster>& clusters) {
  if (clusters.empty() || clusters.front().value == 0) return false;
  const Cluster& first = clusters.front();
  return std::all_of(clusters.begin(), clusters.end(), [&](const Cluster& cluster) {
    return cluster.value == first.value && cluster.look == first.look;
  });
}

bool words_fit(const std::vector<Cluster>& clusters, int width) {
  int word = 0;
  for (const Cluster& cluster : clusters) {
    word += cluster.space() ? 0 : cluster.scaled_cells();
    if (word > width) return false;
    if (cluster.after != Cluster::Break::none) word = 0;
  }
  return true;
}

/// As many lines as needed, none much longer than the others.
std::vector<WrappedLine> wrap_evenly(const std::vector<Cluster>& clusters, int width) {
  std::vector<WrappedLine> lines = wrap_within(clusters, width);
  for (int narrower = width - 1; lines.size() > 1 && narrower > 0; --narrower) {
    std::vector<WrappedLine> tried = wrap_within(clusters, narrower);
    if (tried.size() > lines.size() || !words_fit(clusters, narrower)) break;
    for (WrappedLine& line : tried) line.free_cells += width - narrower;
    lines = std::move(tried);
  }
  return lines;
}

/// Makes an enlarged value smaller until it fits on a line, or its words do.
void fit_value(std::vector<Cluster>& clusters, int width) {
  constexpr int twice = 3;
  for (int carets = clusters.front().look.carets; carets >= 0; --carets) {
    for (Cluster& cluster : clusters) cluster.look.carets = carets;
    if (scaled_width(clusters) <= width) break;
    if (carets <= twice && words_fit(clusters, width)) break;
  }
}

}  // namespace

int cells_of(char32_t code) {
  if (code < 0xA1 || code == en_dash) return 1;
  switch (u_getIntPropertyValue(static_cast<UChar32>(code), UCHAR_EAST_ASIAN_WIDTH)) {
    case U_EA_WIDE:
    case U_EA_FULLWIDTH:
      return 2;
    case U_EA_HALFWIDTH:
      return 1;
    case U_EA_AMBIGUOUS:
      return is_letter_or_digit(code) && is_narrow_script(code) ? 1 : 2;
    default:
      return is_letter_or_digit(code) ? 1 : 2;
  }
}

int cells_of(std::string_view text) {
  int cells = 0;
  for (const Cluster& cluster : clusters_of(text, Look{})) cells += cluster.cells;
  return cells;
}

std::vector<Cluster> clusters_of(std::string_view text, const Look& look) {
  std::vector<Cluster> clusters;
  append_clusters(clusters, text, look, 0);
  return clusters;
}

std::vector<Cluster> clusters_of(const std::vector<Piece>& pieces) {
  const auto flip = [](Toggle& toggle) {
    toggle = toggle == Toggle::on ? Toggle::off : Toggle::on;
  };
  std::vector<Cluster> clusters;
  Look look;
  int values = 0;
  for (const Piece& piece : pieces) {
    switch (piece.kind) {
      case PieceKind::text:
        append_clusters(clusters, piece.text, look, 0);
        break;
      case PieceKind::value:
        append_clusters(clusters, piece.text, look, ++values);
        break;
      case PieceKind::line_break:
        clusters.push_back({"\n", 0, look, 0, Cluster::Break::forced});
        break;
      case PieceKind::underline:
        flip(look.underline);
        break;
      case PieceKind::emphasis:
        flip(look.emphasis);
        break;
      case PieceKind::invert:
        flip(look.invert);
        break;
      case PieceKind::size:
        look.carets = look.carets == piece.carets ? 0 : piece.carets;
        break;
    }
  }
  return clusters;
}

std::vector<WrappedLine> wrap_cells(std::vector<Cluster> clusters, int width, Align align) {
  if (scaled_width(clusters) <= width) return wrap_within(clusters, width);
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    const int value = clusters[i].value;
    if (value == 0 || (i > 0 && clusters[i - 1].value == value)) continue;
    mark_breaks(clusters, i);
  }
  if (!is_one_value(clusters)) return wrap_within(clusters, width);
  const bool enlarged = clusters.front().look.carets > 0;
  if (enlarged) fit_value(clusters, width);
  return enlarged || align == Align::center ? wrap_evenly(clusters, width)
                                            : wrap_within(clusters, width);
}

}  // namespace printing
