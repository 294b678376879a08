#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/text/fonts.h"

struct FT_LibraryRec_;
struct FT_FaceRec_;
struct hb_font_t;

namespace kiosk::text {

struct LibraryDeleter {
  void operator()(FT_LibraryRec_* library) const;
};
struct FaceDeleter {
  void operator()(FT_FaceRec_* face) const;
};
struct ShaperDeleter {
  void operator()(hb_font_t* font) const;
};
using Library = std::unique_ptr<FT_LibraryRec_, LibraryDeleter>;
using FaceHandle = std::unique_ptr<FT_FaceRec_, FaceDeleter>;
using ShaperHandle = std::unique_ptr<hb_font_t, ShaperDeleter>;

Result<Library> open_freetype();

/// The drawn form of one glyph: coverage rows, and where they lie from the pen (y up).
struct Bitmap {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> coverage;
};

/// A size in the font library's terms, 26.6 fixed point.
struct FaceSize {
  std::int32_t width = 0;
  std::int32_t height = 0;

  bool operator==(const FaceSize&) const = default;
};
FaceSize face_size(float size_px, float stretch);

/// Columns a pixel is divided into for grey ink, so that letters stand evenly.
inline constexpr int grey_steps = 4;

/// One weight of one typeface of the list, read from its file.
class Face {
 public:
  /// Errors: text/font_missing, text/font_bad, both naming the file.
  static Result<Face> open(FT_LibraryRec_* library, const FontFile& file, Weight weight);

  /// Whether it has a glyph for the character; private-use codes count as absent, because every
  /// font has its own meaning for them.
  bool has(char32_t c) const;
  /// Whether it has the form of `base` that the variation selector asks for.
  bool has(char32_t base, char32_t selector) const;

  std::string_view family() const { return family_; }
  float ascent(float size_px) const;
  float descent(float size_px) const;

  /// The width of the widest of the digits 0..9; 0 when it has none.
  float digit_width(FaceSize size) const;

  /// The handle, set to the size; for shaping.
  FT_FaceRec_* at(FaceSize size);
  /// The same for HarfBuzz, which keeps with it what it learned of the file's tables.
  hb_font_t* shaper_at(FaceSize size);

  /// Draws a glyph with its pen `step` / grey_steps pixels right of a pixel's edge. What cannot be
  /// drawn comes back empty.
  Bitmap rasterise(std::uint32_t id, FaceSize size, int step, Ink ink);

 private:
  Face(FaceHandle handle, Weight thicken);

  FaceHandle handle_;
  std::string family_;
  Weight thicken_;  ///< bold: the file is regular and outlines are thickened
  FaceSize size_;
  ShaperHandle shaper_;
  FaceSize shaper_size_;
};

}  // namespace kiosk::text
