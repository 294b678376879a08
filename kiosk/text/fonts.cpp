#include "kiosk/text/fonts.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "kiosk/text/breaks.h"
#include "kiosk/text/clean.h"
#include "kiosk/text/faces.h"
#include "kiosk/text/glyph_cache.h"
#include "kiosk/text/line_breaker.h"
#include "kiosk/text/shaper.h"

namespace kiosk::text {
namespace {

constexpr std::size_t cache_bytes_max = std::size_t{8} * 1024 * 1024;

// The steps in which a text is made smaller until it fits.
constexpr float fit_step_px = 0.25F;

// Rows of one bitmap that lie in the target's area.
void draw_bitmap(const Bitmap& bitmap, int left, int top, Target& target) {
  const Area area = target.area();
  const int x_begin = std::max(left, area.left);
  const int x_end = std::min(left + bitmap.width, area.right);
  if (x_begin >= x_end) return;
  const int y_end = std::min(top + bitmap.height, area.bottom);
  for (int y = std::max(top, area.top); y < y_end; ++y) {
    const auto row =
        std::span(bitmap.coverage)
            .subspan(static_cast<std::size_t>(y - top) * static_cast<std::size_t>(bitmap.width),
                     static_cast<std::size_t>(bitmap.width));
    target.row(x_begin, y,
               row.subspan(static_cast<std::size_t>(x_begin - left),
                           static_cast<std::size_t>(x_end - x_begin)));
  }
}

// Pictures are far smaller than this; a place beyond it could overflow an int.
bool is_drawable(float place) {
  return std::abs(place) < 1e6F;
}

}  // namespace

std::string isolated(std::string_view text) {
  return "\u2068" + std::string(text) + "\u2069";
}

struct Fonts::Engine {
  explicit Engine(Faces opened) : faces(std::move(opened)) {}

  Faces faces;
  Breaks breaks;
  GlyphCache cache{cache_bytes_max};

  Shaped shape(std::u32string_view text, const Places& clusters, const Style& style) {
    const auto face_of = faces.choose(text, clusters, style.language, style.weight);
    return shape_line(text, face_of, style, faces);
  }

  GlyphRun shape(std::u32string_view text, const Style& style) {
    return shape(text, breaks.clusters(text), style).run;
  }

  // Each line is shaped anew, since letters join and kern otherwise at its ends; should it then be
  // too wide, it ends earlier.
  void wrap(std::u32string_view paragraph, const Style& style, float width_px,
            std::vector<GlyphRun>& lines) {
    const Places clusters = breaks.clusters(paragraph);
    const Shaped whole = shape(paragraph, clusters, style);
    if (whole.run.width <= width_px) {
      lines.push_back(whole.run);
      return;
    }
    const LineBreaker breaker(paragraph, whole, breaks.lines(paragraph, style.language), clusters);
    for (std::size_t begin = 0; begin < paragraph.size();) {
      std::size_t end = breaker.line_end(begin, paragraph.size(), width_px);
      GlyphRun line = shape(visible(paragraph, begin, end, breaker), style);
      while (line.width > width_px) {
        const std::size_t earlier = breaker.line_end(begin, end - 1, width_px);
        if (earlier <= begin || earlier >= end) break;
        end = earlier;
        line = shape(visible(paragraph, begin, end, breaker), style);
      }
      lines.push_back(std::move(line));
      begin = end;
    }
  }

  static std::u32string_view visible(std::u32string_view text, std::size_t begin, std::size_t end,
                                     const LineBreaker& breaker) {
    return text.substr(begin, breaker.without_spaces(begin, end) - begin);
  }

  const Bitmap* bitmap(const GlyphKey& key) {
    if (const Bitmap* cached = cache.find(key)) return cached;
    Face* face = faces.face(key.face, key.weight);
    if (face == nullptr) return nullptr;
    return &cache.put(key, face->rasterise(key.id, key.size, key.step, key.ink));
  }
};

Fonts::Fonts(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Fonts::Fonts(Fonts&&) noexcept = default;
Fonts& Fonts::operator=(Fonts&&) noexcept = default;
Fonts::~Fonts() = default;

Result<Fonts> Fonts::create(FontList list) {
  Result<Faces> faces = Faces::create(std::move(list));
  if (!faces) return pass_on(faces.error());
  return Fonts(std::make_unique<Engine>(std::move(*faces)));
}

GlyphRun Fonts::shape(std::string_view text, const Style& style) {
  return engine_->shape(clean_line(text), style);
}

std::vector<GlyphRun> Fonts::wrap(std::string_view text, const Style& style, float width_px) {
  const std::u32string cleaned = clean(text);
  std::vector<GlyphRun> lines;
  for (std::size_t begin = 0; begin <= cleaned.size();) {
    const std::size_t end = std::min(cleaned.find(U'\n', begin), cleaned.size());
    engine_->wrap(std::u32string_view(cleaned).substr(begin, end - begin), style, width_px, lines);
    begin = end + 1;
  }
  return lines;
}

Fitted Fonts::fit(std::string_view text, const Style& style, float width_px, float size_min_px) {
  Style fitted = style;
  GlyphRun line = shape(text, fitted);
  while (line.width > width_px && fitted.size_px > size_min_px) {
    // Widths grow with the size, so the quotient is near; the step ends the search.
    const float estimate =
        std::floor(fitted.size_px * width_px / line.width / fit_step_px) * fit_step_px;
    fitted.size_px = std::max(size_min_px, std::min(estimate, fitted.size_px - fit_step_px));
    line = shape(text, fitted);
  }
  if (line.width <= width_px) return {{std::move(line)}, fitted.size_px};
  return {wrap(text, fitted, width_px), fitted.size_px};
}

std::vector<char32_t> Fonts::missing(std::string_view text) {
  std::vector<char32_t> result;
  for (const char32_t c : clean(text)) {
    if (std::find(result.begin(), result.end(), c) != result.end()) continue;
    if (!engine_->faces.any_has(c)) result.push_back(c);
  }
  return result;
}

void Fonts::draw(const GlyphRun& run, Point origin, Ink ink, Target& target) {
  const FaceSize size = face_size(run.size_px, run.stretch);
  for (const Glyph& glyph : run.glyphs) {
    const float x = origin.x + glyph.x;
    const float y = origin.y + glyph.y;
    if (!is_drawable(x) || !is_drawable(y)) continue;
    const int steps = ink == Ink::mono ? 1 : grey_steps;
    const int fine = static_cast<int>(std::lround(x * static_cast<float>(steps)));
    const int column =
        static_cast<int>(std::floor(static_cast<float>(fine) / static_cast<float>(steps)));
    const auto step = static_cast<std::uint8_t>(fine - column * steps);
    const Bitmap* bitmap = engine_->bitmap({glyph.face, glyph.id, size, step, run.weight, ink});
    if (bitmap == nullptr) continue;
    const int baseline = static_cast<int>(std::lround(y));
    draw_bitmap(*bitmap, column + bitmap->left, baseline - bitmap->top, target);
  }
}

std::string_view Fonts::face_name(const Glyph& glyph) const {
  return engine_->faces.family(glyph.face);
}

}  // namespace kiosk::text
