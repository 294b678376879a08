#include "kiosk/text/shaper.h"

#include <raqm.h>

#include <algorithm>
#include <memory>

#include "kiosk/base/check.h"

namespace kiosk::text {
namespace {

struct RaqmDeleter {
  void operator()(raqm_t* raqm) const { raqm_destroy(raqm); }
};
using Raqm = std::unique_ptr<raqm_t, RaqmDeleter>;

float pixels(int fixed) {
  return static_cast<float>(fixed) / 64.0F;
}

// A text in Chinese or English stays left to right even where it begins with an Arabic name.
raqm_direction_t direction_of(std::string_view language) {
  const std::string_view primary = language.substr(0, language.find('-'));
  const bool right_to_left =
      primary == "ar" || primary == "ug" || primary == "ur" || primary == "fa" || primary == "he";
  return right_to_left ? RAQM_DIRECTION_RTL : RAQM_DIRECTION_LTR;
}

bool set_faces(raqm_t* raqm, const std::vector<std::uint16_t>& face_of, const Style& style,
               Faces& faces) {
  const FaceSize size = face_size(style.size_px, style.stretch);
  for (std::size_t begin = 0; begin < face_of.size();) {
    std::size_t end = begin + 1;
    while (end < face_of.size() && face_of[end] == face_of[begin]) ++end;
    Face* face = faces.face(face_of[begin], style.weight);
    KIOSK_CHECK(face != nullptr);  // only entries that could be opened are chosen
    if (!raqm_set_freetype_face_range(raqm, face->at(size), begin, end - begin)) return false;
    begin = end;
  }
  return true;
}

// False only when memory is short.
bool lay_out(raqm_t* raqm, std::u32string_view text, const std::vector<std::uint16_t>& face_of,
             const Style& style, Faces& faces) {
  static_assert(sizeof(char32_t) == sizeof(std::uint32_t));
  if (raqm == nullptr) return false;
  // Unhinted advances grow in step with the size, so that a width can be planned.
  return raqm_set_text(raqm, reinterpret_cast<const std::uint32_t*>(text.data()), text.size()) &&
         raqm_set_par_direction(raqm, direction_of(style.language)) &&
         raqm_set_language(raqm, style.language.c_str(), 0, text.size()) &&
         set_faces(raqm, face_of, style, faces) &&
         raqm_set_freetype_load_flags(raqm, FT_LOAD_NO_HINTING) && raqm_layout(raqm);
}

// Gives every digit the room of the widest. Not by the font's feature "tnum": libraqm 0.7 leaks
// memory for each feature that is set, and this also serves fonts without it.
void widen_digit(Glyph& glyph, const Style& style, Faces& faces) {
  const Face* face = faces.face(glyph.face, style.weight);
  KIOSK_CHECK(face != nullptr);  // it was shaped with it
  const float room = face->digit_width(face_size(style.size_px, style.stretch));
  glyph.x += (room - glyph.advance) / 2;
  glyph.advance = room;
}

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

}  // namespace

Shaped shape_line(std::u32string_view text, const std::vector<std::uint16_t>& face_of,
                  const Style& style, Faces& faces) {
  Shaped shaped;
  GlyphRun& run = shaped.run;
  run.size_px = std::clamp(style.size_px, size_px_min, size_px_max);
  run.stretch = std::clamp(style.stretch, stretch_min, stretch_max);
  run.weight = style.weight;
  const Face& leading = faces.leading(style.weight);
  run.ascent = leading.ascent(run.size_px);
  run.descent = leading.descent(run.size_px);
  if (text.empty()) return shaped;

  const Raqm raqm(raqm_create());
  if (!lay_out(raqm.get(), text, face_of, style, faces)) return shaped;
  std::size_t count = 0;
  const raqm_glyph_t* glyphs = raqm_get_glyphs(raqm.get(), &count);
  float pen = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const raqm_glyph_t& glyph = glyphs[i];
    const std::size_t origin = std::min<std::size_t>(glyph.cluster, text.size() - 1);
    run.glyphs.push_back({face_of[origin], glyph.index, pen + pixels(glyph.x_offset),
                          -pixels(glyph.y_offset), pixels(glyph.x_advance)});
    shaped.origins.push_back(origin);
    Glyph& placed = run.glyphs.back();
    if (style.figures == Figures::tabular && is_digit(text[origin]) && placed.advance > 0) {
      widen_digit(placed, style, faces);
    }
    pen += placed.advance;
  }
  run.width = pen;
  return shaped;
}

}  // namespace kiosk::text
