#include "screens/ui/painter.h"

#include <cairo.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kiosk/base/check.h"
#include "screens/ui/pictures.h"

namespace screens::ui {
namespace {

/// Letters and round line ends may reach this far out of their node, in logical pixels.
constexpr int overhang = 12;

struct ContextDeleter {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
using Context = std::unique_ptr<cairo_t, ContextDeleter>;

Rect widened(const Rect& rect, int by) {
  return {rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by};
}

Rect scaled(const Rect& rect, double scale) {
  const int left = static_cast<int>(std::floor(rect.x * scale));
  const int top = static_cast<int>(std::floor(rect.y * scale));
  return {left, top, static_cast<int>(std::ceil(rect.right() * scale)) - left,
          static_cast<int>(std::ceil(rect.bottom() * scale)) - top};
}

bool looks_alike(const Node& a, const Node& b) {
  return a.text == b.text && a.picture == b.picture && a.bitmap == b.bitmap && a.style == b.style &&
         a.enabled == b.enabled && a.action == b.action && a.children.size() == b.children.size();
}

/// What must be drawn again, in logical pixels.
Rect difference(const Node& node, const Box& box, const Node& old_node, const Box& old_box) {
  if (!looks_alike(node, old_node) || box.rect != old_box.rect || box.lines != old_box.lines) {
    return united(box.rect, old_box.rect);
  }
  Rect changed;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    changed = united(changed, difference(node.children[i], box.children[i], old_node.children[i],
                                         old_box.children[i]));
  }
  return changed;
}

Rect area_of(const Node& node, const Box& box, const std::string& action) {
  if (!action.empty() && node.action == action) return box.rect;
  Rect area;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    area = united(area, area_of(node.children[i], box.children[i], action));
  }
  return area;
}

/// Letters are blended straight into the surface's pixels.
class Letters : public kiosk::text::Target {
 public:
  Letters(cairo_surface_t* surface, const Rect& area, Rgba color)
      : pixels_(cairo_image_surface_get_data(surface)),
        stride_(cairo_image_surface_get_stride(surface)),
        area_(area),
        color_(color) {}

  kiosk::text::Area area() const override {
    return {area_.x, area_.y, area_.right(), area_.bottom()};
  }

  void row(int x, int y, std::span<const std::uint8_t> coverage) override {
    unsigned char* at =
        pixels_ + static_cast<std::ptrdiff_t>(y) * stride_ + static_cast<std::ptrdiff_t>(x) * 4;
    for (const std::uint8_t one : coverage) {
      if (one != 0) {
        auto* pixel = reinterpret_cast<std::uint32_t*>(at);
        *pixel = blend(*pixel, one * color_.alpha / 255);
      }
      at += 4;
    }
  }

 private:
  std::uint32_t blend(std::uint32_t under, int alpha) const {
    const auto mix = [alpha](std::uint32_t below, std::uint8_t above) {
      const int from = static_cast<int>(below & 0xFF);
      return static_cast<std::uint32_t>(from + ((above - from) * alpha + 127) / 255);
    };
    return 0xFF000000U | mix(under >> 16, color_.red) << 16 | mix(under >> 8, color_.green) << 8 |
           mix(under, color_.blue);
  }

  unsigned char* pixels_;
  std::ptrdiff_t stride_;
  Rect area_;
  Rgba color_;
};

kiosk::text::GlyphRun enlarged(kiosk::text::GlyphRun run, double scale) {
  const auto factor = static_cast<float>(scale);
  run.size_px *= factor;
  run.width *= factor;
  for (kiosk::text::Glyph& glyph : run.glyphs) {
    glyph.x *= factor;
    glyph.y *= factor;
    glyph.advance *= factor;
  }
  return run;
}

/// One painting of one scene.
class Brush {
 public:
  Brush(kiosk::text::Fonts& fonts, const Surface& surface, double scale)
      : fonts_(fonts), surface_(surface.get()), context_(cairo_create(surface_)), scale_(scale) {}

  void begin(const Rect& device_area, const std::string& pressed) {
    area_ = device_area;
    pressed_ = pressed;
    cairo_rectangle(context_.get(), area_.x, area_.y, area_.width, area_.height);
    cairo_clip(context_.get());
    cairo_scale(context_.get(), scale_, scale_);
  }

  enum class State { plain, pressed, disabled };

  void paint(const Node& node, const Box& box, State state);

 private:
  Rgba ink_of(const Node& node, State state) const;
  Rgba fill_of(const Node& node, State state) const;
  void paint_ground(const Node& node, const Box& box, State state);
  void paint_picture(const Node& node, const Box& box, State state);
  void paint_bitmap(const Bitmap& bitmap, const Rect& rect);
  void paint_lines(const Node& node, const Box& box, State state);

  kiosk::text::Fonts& fonts_;
  cairo_surface_t* surface_;
  Context context_;
  double scale_;
  Rect area_;
  std::string pressed_;
};

Rgba Brush::ink_of(const Node& node, State state) const {
  return rgba(state == State::disabled ? Color::ink2 : node.style.color);
}

Rgba Brush::fill_of(const Node& node, State state) const {
  if (state == State::pressed) return rgba(pressed_fill(node.style.fill));
  if (state != State::disabled || node.style.fill == Color::none) return rgba(node.style.fill);
  return rgba(Color::line);
}

void Brush::paint(const Node& node, const Box& box, State state) {
  const Rect seen = scaled(widened(box.rect, overhang), scale_);
  if (common(seen, area_).empty()) return;
  if (node.enabled == Enabled::no) state = State::disabled;
  const bool now_pressed = state == State::plain && !node.action.empty() && node.action == pressed_;
  paint_ground(node, box, now_pressed ? State::pressed : state);
  if (node.picture != Picture::none) paint_picture(node, box, state);
  if (node.bitmap) paint_bitmap(*node.bitmap, box.rect);
  paint_lines(node, box, state);
  if (node.style.clip) {
    cairo_save(context_.get());
    const int border = node.style.border;
    const Rect inner = widened(box.rect, -border);
    add_round_rectangle(context_.get(),
                        {static_cast<double>(inner.x), static_cast<double>(inner.y),
                         static_cast<double>(inner.width), static_cast<double>(inner.height)},
                        std::max(0, node.style.radius - border));
    cairo_clip(context_.get());
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    paint(node.children[i], box.children[i], state);
  }
  if (node.style.clip) cairo_restore(context_.get());
}

void Brush::paint_ground(const Node& node, const Box& box, State state) {
  const Style& style = node.style;
  cairo_t* context = context_.get();
  const double radius =
      std::min({static_cast<double>(style.radius), box.rect.width / 2.0, box.rect.height / 2.0});
  const Rgba fill = fill_of(node, state);
  if (fill.alpha != 0) {
    // A fill under a border stops in its middle, or it would shine through the smooth edge.
    const double in = style.border / 2.0;
    add_round_rectangle(
        context,
        {box.rect.x + in, box.rect.y + in, box.rect.width - 2 * in, box.rect.height - 2 * in},
        std::max(0.0, radius - in));
    set_source(context, fill);
    cairo_fill(context);
  }
  if (style.border == 0) return;
  const double in = style.border / 2.0;
  add_round_rectangle(
      context,
      {box.rect.x + in, box.rect.y + in, box.rect.width - 2 * in, box.rect.height - 2 * in},
      std::max(0.0, radius - in));
  set_source(context, rgba(state == State::disabled ? Color::line : style.border_color));
  cairo_set_line_width(context, style.border);
  cairo_stroke(context);
}

void Brush::paint_picture(const Node& node, const Box& box, State state) {
  const PictureSize size = size_of(node.picture);
  const double fit = std::min(box.rect.width / size.width, box.rect.height / size.height);
  cairo_save(context_.get());
  cairo_translate(context_.get(), box.rect.x + (box.rect.width - size.width * fit) / 2,
                  box.rect.y + (box.rect.height - size.height * fit) / 2);
  cairo_scale(context_.get(), fit, fit);
  draw(context_.get(), node.picture, ink_of(node, state));
  cairo_restore(context_.get());
}

void Brush::paint_bitmap(const Bitmap& bitmap, const Rect& rect) {
  KIOSK_CHECK(bitmap.grey.size() ==
              static_cast<std::size_t>(bitmap.width) * static_cast<std::size_t>(bitmap.height));
  if (bitmap.grey.empty()) return;
  const Surface picture = make_surface({bitmap.width, bitmap.height});
  cairo_surface_flush(picture.get());
  unsigned char* data = cairo_image_surface_get_data(picture.get());
  const std::ptrdiff_t stride = cairo_image_surface_get_stride(picture.get());
  for (int y = 0; y < bitmap.height; ++y) {
    auto* pixels = reinterpret_cast<std::uint32_t*>(data + y * stride);
    for (int x = 0; x < bitmap.width; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(bitmap.width) +
                             static_cast<std::size_t>(x);
      pixels[x] = 0xFF000000U | bitmap.grey[at] * 0x010101U;
    }
  }
  cairo_surface_mark_dirty(picture.get());
  const double fit = std::min(static_cast<double>(rect.width) / bitmap.width,
                              static_cast<double>(rect.height) / bitmap.height);
  cairo_save(context_.get());
  cairo_translate(context_.get(), rect.x + (rect.width - bitmap.width * fit) / 2, rect.y);
  cairo_scale(context_.get(), fit, fit);
  cairo_set_source_surface(context_.get(), picture.get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(context_.get()), CAIRO_FILTER_GOOD);
  cairo_rectangle(context_.get(), 0, 0, bitmap.width, bitmap.height);
  cairo_fill(context_.get());
  cairo_restore(context_.get());
}

void Brush::paint_lines(const Node& node, const Box& box, State state) {
  if (box.lines.empty()) return;
  cairo_surface_flush(surface_);
  Letters target(surface_, area_, ink_of(node, state));
  for (const Line& line : box.lines) {
    const kiosk::text::Point origin{
        static_cast<float>(line.x * scale_),
        static_cast<float>(std::round(static_cast<double>(line.baseline) * scale_))};
    if (scale_ == 1) {
      fonts_.draw(line.run, origin, kiosk::text::Ink::grey, target);
    } else {
      fonts_.draw(enlarged(line.run, scale_), origin, kiosk::text::Ink::grey, target);
    }
  }
  cairo_surface_mark_dirty(surface_);
}

}  // namespace

Rect Painter::paint(const Scene& scene, const std::string& pressed, double scale) {
  KIOSK_CHECK(scale >= 0.1 && scale <= 4);
  const Rect& canvas = scene.box.rect;
  const Size pixels{static_cast<int>(std::lround(canvas.width * scale)),
                    static_cast<int>(std::lround(canvas.height * scale))};
  Rect changed = canvas;
  if (surface_ && scale == scale_ && size_of(surface_) == pixels) {
    changed = difference(scene.root, scene.box, scene_.root, scene_.box);
    if (pressed != pressed_) {
      changed = united(changed, area_of(scene.root, scene.box, pressed));
      changed = united(changed, area_of(scene.root, scene.box, pressed_));
    }
  } else {
    surface_ = make_surface(pixels);
  }
  scene_ = scene;
  pressed_ = pressed;
  scale_ = scale;
  if (changed.empty()) return {};
  const Rect area =
      common(scaled(widened(changed, overhang), scale), {0, 0, pixels.width, pixels.height});
  Brush brush(fonts_, surface_, scale);
  brush.begin(area, pressed);
  brush.paint(scene.root, scene.box, Brush::State::plain);
  return area;
}

}  // namespace screens::ui
