#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "printing/receiptline.h"

namespace printing {

/// A barcode or 2D code as a grid of dark and light fields; columns may differ in width.
struct Symbol {
  std::vector<int> column_dots;
  int row_dots = 0;
  std::vector<std::vector<char>> rows;  ///< 1 dark, 0 light; as many a row as columns
  std::string hri;                      ///< text to print beneath; empty: none

  int width_dots() const;
  int height_dots() const;  ///< without the text
  bool operator==(const Symbol&) const = default;
};

/// Draws `data` as `code` asks. Check digits of UPC and EAN may be missing and are always made
/// anew, CODE39 gets its asterisks; there is no quiet zone, as in ReceiptLine's reference.
///
/// Errors: symbol/bad_data if this kind of code cannot hold it.   Thread: any; pure.
/// Source: README of the npm package "receiptline", barcode options; wide bars of CODE39, ITF and
/// Codabar are 2.5 modules (ISO/IEC 16388, 16390: 2.0 to 3.0).
kiosk::Result<Symbol> make_symbol(const Code& code, std::string_view data);

/// The same, with narrower bars or cells if it is wider than `width_dots` otherwise.
/// Errors: also symbol/too_wide.
kiosk::Result<Symbol> make_symbol_within(Code code, std::string_view data, int width_dots);

}  // namespace printing
