#include "kiosk/text/shaper.h"

#include <hb.h>
#include <raqm.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "kiosk/base/check.h"

namespace kiosk::text {
namespace {

struct RaqmDeleter {
  void operator()(raqm_t* raqm) const { raqm_destroy(raqm); }
};
using Raqm = std::unique_ptr<raqm_t, RaqmDeleter>;

struct BufferDeleter {
  void operator()(hb_buffer_t* buffer) const { hb_buffer_destroy(buffer); }
};
using Buffer = std::unique_ptr<hb_buffer_t, BufferDeleter>;

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

bool stays_left_to_right(char32_t c) {
  switch (u_charDirection(static_cast<UChar32>(c))) {
    case U_LEFT_TO_RIGHT:
    case U_EUROPEAN_NUMBER:
    case U_EUROPEAN_NUMBER_SEPARATOR:
    case U_EUROPEAN_NUMBER_TERMINATOR:
    case U_COMMON_NUMBER_SEPARATOR:
    case U_WHITE_SPACE_NEUTRAL:
    case U_OTHER_NEUTRAL:
    case U_DIR_NON_SPACING_MARK:
      return true;
    default:
      return false;
  }
}

// The script of a text that runs left to right in one script throughout; none for any other.
std::optional<hb_script_t> only_script(std::u32string_view text, const std::string& language) {
  if (direction_of(language) != RAQM_DIRECTION_LTR) return std::nullopt;
  hb_unicode_funcs_t* unicode = hb_unicode_funcs_get_default();
  hb_script_t only = HB_SCRIPT_COMMON;
  for (const char32_t c : text) {
    if (!stays_left_to_right(c)) return std::nullopt;
    const hb_script_t script = hb_unicode_script(unicode, c);
    if (script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED) continue;
    if (only != HB_SCRIPT_COMMON && only != script) return std::nullopt;
    only = script;
  }
  return only;
}

// For most texts what raqm does comes to this; it builds HarfBuzz's fonts anew for every run, which
// takes ten times as long as the shaping.
void shape_plain(std::u32string_view text, hb_script_t script,
                 const std::vector<std::uint16_t>& face_of, const Style& style, Faces& faces,
                 Shaped& shaped) {
  const FaceSize size = face_size(style.size_px, style.stretch);
  const Buffer buffer(hb_buffer_create());
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin + 1;
    while (end < text.size() && face_of[end] == face_of[begin]) ++end;
    Face* face = faces.face(face_of[begin], style.weight);
    KIOSK_CHECK(face != nullptr);  // only entries that could be opened are chosen
    hb_buffer_reset(buffer.get());
    hb_buffer_add_utf32(buffer.get(), reinterpret_cast<const std::uint32_t*>(text.data()),
                        static_cast<int>(text.size()), static_cast<unsigned>(begin),
                        static_cast<int>(end - begin));
    hb_buffer_set_direction(buffer.get(), HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer.get(), script);
    hb_buffer_set_language(buffer.get(), hb_language_from_string(style.language.c_str(), -1));
    hb_buffer_set_flags(buffer.get(),
                        static_cast<hb_buffer_flags_t>(HB_BUFFER_FLAG_BOT | HB_BUFFER_FLAG_EOT));
    hb_shape(face->shaper_at(size), buffer.get(), nullptr, 0);
    unsigned count = 0;
    const hb_glyph_info_t* info = hb_buffer_get_glyph_infos(buffer.get(), &count);
    const hb_glyph_position_t* at = hb_buffer_get_glyph_positions(buffer.get(), &count);
    for (unsigned i = 0; i < count; ++i) {
      shaped.run.glyphs.push_back({face_of[begin], info[i].codepoint, pixels(at[i].x_offset),
                                   -pixels(at[i].y_offset), pixels(at[i].x_advance)});
      shaped.origins.push_back(info[i].cluster);
    }
    begin = end;
  }
}

void shape_any(std::u32string_view text, const std::vector<std::uint16_t>& face_of,
               const Style& style, Faces& faces, Shaped& shaped) {
  const Raqm raqm(raqm_create());
  if (!lay_out(raqm.get(), text, face_of, style, faces)) return;
  std::size_t count = 0;
  const raqm_glyph_t* glyphs = raqm_get_glyphs(raqm.get(), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t origin = std::min<std::size_t>(glyphs[i].cluster, text.size() - 1);
    shaped.run.glyphs.push_back({face_of[origin], glyphs[i].index, pixels(glyphs[i].x_offset),
                                 -pixels(glyphs[i].y_offset), pixels(glyphs[i].x_advance)});
    shaped.origins.push_back(origin);
  }
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

  if (const auto script = only_script(text, style.language)) {
    shape_plain(text, *script, face_of, style, faces, shaped);
  } else {
    shape_any(text, face_of, style, faces, shaped);
  }
  float pen = 0;
  for (std::size_t i = 0; i < run.glyphs.size(); ++i) {
    Glyph& glyph = run.glyphs[i];
    glyph.x += pen;
    if (style.figures == Figures::tabular && is_digit(text[shaped.origins[i]]) &&
        glyph.advance > 0) {
      widen_digit(glyph, style, faces);
    }
    pen += glyph.advance;
  }
  run.width = pen;
  return shaped;
}

}  // namespace kiosk::text
