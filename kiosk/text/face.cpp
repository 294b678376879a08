#include "kiosk/text/face.h"

#include <ft2build.h>
#include FT_ADVANCES_H
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <hb-ft.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace kiosk::text {
namespace {

// Thickening for typefaces without a bold file, in parts of the em: about what Noto Sans CJK adds.
constexpr int thicken_divisor = 28;

bool is_private_use(char32_t c) {
  return (c >= 0xE000 && c <= 0xF8FF) || (c >= 0xF0000 && c <= 0x10FFFF);
}

void copy_rows(const FT_Bitmap& from, Bitmap& to) {
  to.coverage.resize(static_cast<std::size_t>(to.width) * static_cast<std::size_t>(to.height));
  for (int y = 0; y < to.height; ++y) {
    const unsigned char* row = from.buffer + static_cast<std::ptrdiff_t>(y) * from.pitch;
    auto* out =
        to.coverage.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(to.width);
    for (int x = 0; x < to.width; ++x) {
      out[x] = from.pixel_mode == FT_PIXEL_MODE_MONO
                   ? ((row[x / 8] & (0x80 >> (x % 8))) != 0 ? 255 : 0)
                   : row[x];
    }
  }
}

}  // namespace

void LibraryDeleter::operator()(FT_LibraryRec_* library) const {
  FT_Done_FreeType(library);
}
void FaceDeleter::operator()(FT_FaceRec_* face) const {
  FT_Done_Face(face);
}
void ShaperDeleter::operator()(hb_font_t* font) const {
  hb_font_destroy(font);
}

Result<Library> open_freetype() {
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0)
    return fail("text", "no_freetype", "FreeType does not start");
  return Library(library);
}

FaceSize face_size(float size_px, float stretch) {
  const float height = std::clamp(size_px, size_px_min, size_px_max);
  const float width = height * std::clamp(stretch, stretch_min, stretch_max);
  return {static_cast<std::int32_t>(std::lround(width * 64)),
          static_cast<std::int32_t>(std::lround(height * 64))};
}

Face::Face(FaceHandle handle, Weight thicken)
    : handle_(std::move(handle)),
      family_(handle_->family_name != nullptr ? handle_->family_name : ""),
      thicken_(thicken) {}

Result<Face> Face::open(FT_LibraryRec_* library, const FontFile& file, Weight weight) {
  const bool own_bold = weight == Weight::bold && !file.bold.empty();
  const std::string& path = own_bold ? file.bold : file.regular;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return fail("text", "font_missing", "font file " + path + " is missing");
  }
  FT_Face handle = nullptr;
  if (FT_New_Face(library, path.c_str(), file.index, &handle) != 0) {
    return fail("text", "font_bad", "font file " + path + " cannot be read as a font");
  }
  FaceHandle owned(handle);
  if (!FT_IS_SCALABLE(handle) || FT_Select_Charmap(handle, FT_ENCODING_UNICODE) != 0) {
    return fail("text", "font_bad", "font file " + path + " has no outlines or no Unicode map");
  }
  return Face(std::move(owned),
              weight == Weight::bold && !own_bold ? Weight::bold : Weight::regular);
}

bool Face::has(char32_t c) const {
  return !is_private_use(c) && FT_Get_Char_Index(handle_.get(), c) != 0;
}

bool Face::has(char32_t base, char32_t selector) const {
  return FT_Face_GetCharVariantIndex(handle_.get(), base, selector) != 0;
}

float Face::ascent(float size_px) const {
  return size_px * static_cast<float>(handle_->ascender) /
         static_cast<float>(handle_->units_per_EM);
}

float Face::descent(float size_px) const {
  return -size_px * static_cast<float>(handle_->descender) /
         static_cast<float>(handle_->units_per_EM);
}

float Face::digit_width(FaceSize size) const {
  FT_Fixed widest = 0;
  for (FT_ULong digit = '0'; digit <= '9'; ++digit) {
    const FT_UInt id = FT_Get_Char_Index(handle_.get(), digit);
    FT_Fixed units = 0;
    if (id != 0 && FT_Get_Advance(handle_.get(), id, FT_LOAD_NO_SCALE, &units) == 0) {
      widest = std::max(widest, units);
    }
  }
  const float em_px = static_cast<float>(size.width) / 64.0F;
  return em_px * static_cast<float>(widest) / static_cast<float>(handle_->units_per_EM);
}

FT_FaceRec_* Face::at(FaceSize size) {
  if (size != size_ && FT_Set_Char_Size(handle_.get(), size.width, size.height, 72, 72) == 0) {
    size_ = size;
  }
  return handle_.get();
}

hb_font_t* Face::shaper_at(FaceSize size) {
  FT_Face face = at(size);
  if (shaper_ == nullptr) {
    shaper_.reset(hb_ft_font_create_referenced(face));
    hb_ft_font_set_load_flags(shaper_.get(), FT_LOAD_NO_HINTING);
  } else if (shaper_size_ != size_) {
    hb_ft_font_changed(shaper_.get());
  }
  shaper_size_ = size_;
  return shaper_.get();
}

Bitmap Face::rasterise(std::uint32_t id, FaceSize size, int step, Ink ink) {
  FT_Face face = at(size);
  // Looked at from 20 to 34 dots: hinting for mono keeps the hairlines of dense ideographs apart
  // and never loses a thin stroke, which a threshold on grey coverage does.
  const FT_Int32 hinting = ink == Ink::mono ? FT_LOAD_TARGET_MONO : FT_LOAD_TARGET_LIGHT;
  if (FT_Load_Glyph(face, id, hinting | FT_LOAD_NO_BITMAP) != 0) return {};
  FT_GlyphSlot slot = face->glyph;
  if (slot->format != FT_GLYPH_FORMAT_OUTLINE) return {};
  if (thicken_ == Weight::bold) {
    const FT_Pos strength = size.height / thicken_divisor;
    FT_Outline_Embolden(&slot->outline, strength);
    FT_Outline_Translate(&slot->outline, -strength / 2, -strength / 2);
  }
  if (ink == Ink::grey) FT_Outline_Translate(&slot->outline, 64 * step / grey_steps, 0);
  const FT_Render_Mode mode = ink == Ink::mono ? FT_RENDER_MODE_MONO : FT_RENDER_MODE_NORMAL;
  if (FT_Render_Glyph(slot, mode) != 0) return {};
  Bitmap result{slot->bitmap_left,
                slot->bitmap_top,
                static_cast<int>(slot->bitmap.width),
                static_cast<int>(slot->bitmap.rows),
                {}};
  copy_rows(slot->bitmap, result);
  return result;
}

}  // namespace kiosk::text
