#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "printing/receiptline.h"

namespace printing {

/// A character with the marks that belong to it, and what the layout knows of it.
struct Cluster {
  std::string text;
  int cells = 1;  ///< unscaled: 1 or 2
  Look look;
  int value = 0;  ///< the running number of the value it came from; 0: the template's own
  enum class Break { none, allowed, forced } after = Break::none;

  bool space() const { return text == " "; }
  int scaled_cells() const { return cells * look.wide(); }
};

/// How many cells a character fills: two for ideographs and, as on a Chinese printer, for symbols
/// that are not ASCII (¥ · … “ ”); one for letters of other scripts.
/// Source: UAX #11; "receiptline" counts alike for gb18030 (non-ASCII two) but for those letters,
/// and for cp1252 (all one).
int cells_of(char32_t code);

/// Unscaled cells of a text.
int cells_of(std::string_view text);

/// Clusters of all pieces; decorations are folded into looks, values wrap where ICU allows.
std::vector<Cluster> clusters_of(const std::vector<Piece>& pieces);

/// Parts text into clusters of one look.
std::vector<Cluster> clusters_of(std::string_view text, const Look& look);

/// A line of a column: clusters, and the scaled cells they leave free.
struct WrappedLine {
  std::vector<Cluster> clusters;
  int free_cells = 0;
};

/// Breaks a column's text into lines of `width` cells.
std::vector<WrappedLine> wrap_cells(std::vector<Cluster> clusters, int width, Align align);

}  // namespace printing
