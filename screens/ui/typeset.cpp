#include "screens/ui/typeset.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace screens::ui {
namespace {

constexpr int unlimited_width = 1'000'000;
/// Sizes tried when a text must be fitted, in percent of the asked one; below half it is not read.
constexpr int fit_step_percent = 5;
constexpr int fit_least_percent = 50;

bool fits(const Paragraph& paragraph, int width, int lines_max) {
  return paragraph.width <= width && static_cast<int>(paragraph.lines.size()) <= lines_max;
}

}  // namespace

bool Typesetter::Key::operator<(const Key& other) const {
  const auto all = [](const Key& key) {
    return std::tie(key.text, key.font_size, key.line_height_percent, key.weight, key.width,
                    key.lines_max);
  };
  return all(*this) < all(other);
}

void Typesetter::begin(std::string language, int text_percent) {
  if (language != language_ || text_percent != text_percent_) now_.clear();
  language_ = std::move(language);
  text_percent_ = text_percent;
  before_ = std::exchange(now_, {});
}

const Paragraph& Typesetter::set(const std::string& text, const Style& style, int width) {
  const int lines_max = style.fit == Fit::shrink ? std::max(1, style.max_lines) : 0;
  return look_up(
      {text, style.font_size, style.line_height_percent, style.weight, width, lines_max});
}

const Paragraph& Typesetter::wrapped(const std::string& text, const Style& style, int width) {
  return look_up({text, style.font_size, style.line_height_percent, style.weight, width, 0});
}

const Paragraph& Typesetter::unwrapped(const std::string& text, const Style& style) {
  return wrapped(text, style, unlimited_width);
}

const Paragraph& Typesetter::look_up(Key key) {
  if (const auto found = now_.find(key); found != now_.end()) return found->second;
  if (auto kept = before_.extract(key)) return now_.insert(std::move(kept)).position->second;
  Paragraph paragraph = make(key);
  return now_.emplace(std::move(key), std::move(paragraph)).first->second;
}

Paragraph Typesetter::make(const Key& key) {
  const int full = key.font_size * text_percent_ / 100;
  Paragraph paragraph = wrap(key, full);
  if (key.lines_max == 0) return paragraph;
  for (int percent = 100 - fit_step_percent;
       percent >= fit_least_percent && !fits(paragraph, key.width, key.lines_max);
       percent -= fit_step_percent) {
    paragraph = wrap(key, full * percent / 100);
  }
  return paragraph;
}

Paragraph Typesetter::wrap(const Key& key, int font_size) {
  const kiosk::text::Style style{.size_px = static_cast<float>(font_size),
                                 .weight = key.weight == Weight::bold
                                               ? kiosk::text::Weight::bold
                                               : kiosk::text::Weight::regular,
                                 .figures = kiosk::text::Figures::tabular,
                                 .language = language_};
  Paragraph paragraph{.lines = fonts_.wrap(key.text, style, static_cast<float>(key.width)),
                      .font_size = font_size,
                      .line_height = (font_size * key.line_height_percent + 50) / 100};
  for (const kiosk::text::GlyphRun& line : paragraph.lines) {
    paragraph.width = std::max(paragraph.width, static_cast<int>(std::ceil(line.width)));
  }
  return paragraph;
}

}  // namespace screens::ui
