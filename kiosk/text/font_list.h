#pragma once

#include <string>
#include <vector>

namespace kiosk::text {

enum class Weight { regular, bold };

/// Letters of their own width (screens, free layout), or half and full cells as on a receipt
/// printer, where every Latin letter is half as wide as an ideograph.
enum class Pitch { proportional, fixed };

/// How a typeface draws the marks that Chinese and Latin text share (quotation marks, dash,
/// ellipsis, middle dot): as wide as an ideograph, or as Latin text wants them.
enum class SharedMarks { narrow, wide };

/// One typeface of the fallback list: paths of font files.
struct FontFile {
  std::string regular;
  std::string bold;  ///< empty: bold is made by thickening the regular outlines
  int index = 0;     ///< the face within a collection (.ttc)
  SharedMarks shared_marks = SharedMarks::narrow;

  bool operator==(const FontFile&) const = default;
};

/// Typefaces in the order in which they are tried for a character; the first leads: it sets the
/// height of lines. Never empty in use.
using FontList = std::vector<FontFile>;

/// The fonts of Debian's packages fonts-noto-cjk, fonts-noto-core, fonts-babelstone-han and
/// fonts-hanazono. Together they have every test character of a Chinese ID card; which has which
/// stands in the .cpp.
FontList debian_fonts(Pitch pitch);

}  // namespace kiosk::text
