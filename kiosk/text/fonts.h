#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/text/font_list.h"
#include "kiosk/text/glyph_run.h"

namespace kiosk::text {

/// Text longer than this many code points is cut there and ends in an ellipsis: no name, note or
/// direction comes near it, and shaping is paid for by length.
inline constexpr std::size_t text_length_max = 4096;

/// Grey: 256 steps of coverage, for screens. Mono: 0 or 255 only, shaped for printer dots.
enum class Ink { grey, mono };

/// Pixels with left <= x < right and top <= y < bottom.
struct Area {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  bool operator==(const Area&) const = default;
};

struct Point {
  float x = 0;
  float y = 0;
};

/// Where glyphs are drawn: a 1-bit picture, a cairo surface, a test.
class Target {
 public:
  virtual ~Target() = default;
  /// The pixels that may be drawn; nothing outside is ever passed to `row`.
  virtual Area area() const = 0;
  /// Coverage, 0..255 a pixel, for the pixels (x, y), (x + 1, y) ... Glyphs may overlap: blend.
  virtual void row(int x, int y, std::span<const std::uint8_t> coverage) = 0;
};

/// Text that was made to fit a width.
struct Fitted {
  std::vector<GlyphRun> lines;  ///< at least one
  float size_px = 0;            ///< the size that was used
};

/// The text closed off within a longer one, so that an Arabic name does not move the digits and
/// stops that follow it (Unicode's first-strong isolate).
std::string isolated(std::string_view text);

/// Shapes and draws text with a fixed list of typefaces.
///
/// Text is UTF-8 from anywhere: malformed bytes become U+FFFD, control characters vanish, old
/// private-use codes of ID cards become their characters. Each cluster is set in the first
/// typeface that has all of it, a word as far as possible in one. Nothing here fails after
/// `create`: what no typeface has is drawn as an empty box and named by `missing`.
/// Thread: one at a time; a thread that draws owns its own Fonts.
class Fonts {
 public:
  /// Errors: text/font_missing, naming the file; text/font_bad; text/no_fonts.
  /// Faces after the first are opened when a character first needs them.
  static Result<Fonts> create(FontList list);

  Fonts(Fonts&&) noexcept;
  Fonts& operator=(Fonts&&) noexcept;
  ~Fonts();

  /// One line. Line ends in the text count as spaces.
  GlyphRun shape(std::string_view text, const Style& style);

  /// Lines no wider than `width_px`, except where one cluster alone is wider. Line ends in the text
  /// break; words too long for a line break between clusters. At least one line.
  std::vector<GlyphRun> wrap(std::string_view text, const Style& style, float width_px);

  /// One line at the largest size from style.size_px down to `size_min_px` that fits; where none
  /// does, as many lines as it takes at that smallest size, two for any real name. Never cut.
  Fitted fit(std::string_view text, const Style& style, float width_px, float size_min_px);

  /// The code points no typeface has, each once, in the order of the text.
  std::vector<char32_t> missing(std::string_view text);

  /// Draws the line with its start and baseline at `origin`; mono ink is set on whole pixels.
  void draw(const GlyphRun& run, Point origin, Ink ink, Target& target);

  /// The family name of a glyph's typeface, "Noto Sans CJK SC".
  std::string_view face_name(const Glyph& glyph) const;

 private:
  struct Engine;
  explicit Fonts(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace kiosk::text
