#pragma once

#include <map>
#include <string>
#include <vector>

#include "kiosk/text/fonts.h"
#include "screens/ui/node.h"

namespace screens::ui {

/// A text set in lines of at most the asked width.
struct Paragraph {
  std::vector<kiosk::text::GlyphRun> lines;
  /// The size that was used; smaller than asked for where the text had to be fitted.
  int font_size = 0;
  int line_height = 0;
  /// Of the widest line, rounded up.
  int width = 0;

  int height() const { return line_height * static_cast<int>(lines.size()); }
};

/// Sets texts and remembers those of the last screen: the next frame mostly asks for them again,
/// and the words of a patient are gone with the patient's screen.
/// Thread: one at a time, as its Fonts.
class Typesetter {
 public:
  explicit Typesetter(kiosk::text::Fonts& fonts) : fonts_(fonts) {}

  /// Begins a screen: forgets what the screen before the last one asked for.
  void begin(std::string language, int text_percent);

  /// The text in lines of at most `width`, shrunk where the style says so. Valid until `begin`.
  const Paragraph& set(const std::string& text, const Style& style, int width);
  /// The text at its own size in lines of at most `width`.
  const Paragraph& wrapped(const std::string& text, const Style& style, int width);
  /// The text broken only where it says so itself.
  const Paragraph& unwrapped(const std::string& text, const Style& style);

 private:
  struct Key {
    std::string text;
    int font_size;
    int line_height_percent;
    Weight weight;
    int width;
    int lines_max;  // 0: never shrunk

    bool operator<(const Key& other) const;
  };

  const Paragraph& look_up(Key key);
  Paragraph wrap(const Key& key, int font_size);
  Paragraph make(const Key& key);

  kiosk::text::Fonts& fonts_;
  std::string language_;
  int text_percent_ = 100;
  std::map<Key, Paragraph> now_;
  std::map<Key, Paragraph> before_;
};

}  // namespace screens::ui
