#pragma once

#include "screens/ui/kit.h"

// What the kit's own files share.

namespace screens::ui {

struct ToneColors {
  Color strong;
  Color soft;
  Color line;
};

/// Words, ground and edge of a tone.
inline ToneColors colors_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return {Color::ink, Color::card, Color::line};
    case Tone::teal:
      return {Color::teal, Color::teal_soft, Color::teal_line};
    case Tone::amber:
      return {Color::amber, Color::amber_soft, Color::amber_line};
    case Tone::green:
      return {Color::green, Color::green_soft, Color::green_line};
    case Tone::red:
      return {Color::red, Color::red_soft, Color::red_line};
  }
  return {};
}

/// The box of every card.
inline Style card_style(Tone tone) {
  const ToneColors colors = colors_of(tone);
  return {.padding = all(measure::card_padding),
          .fill = colors.soft,
          .border_color = colors.line,
          .border = 2,
          .radius = measure::radius};
}

}  // namespace screens::ui
