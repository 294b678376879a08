#include <utility>

#include "screens/ui/kit.h"
#include "screens/ui/kit_style.h"

// The part of the kit that can be pressed.

namespace screens::ui {
namespace {

/// The words of a button: one line, made smaller when the button is too narrow.
Node caption(std::string words, Style style) {
  style.text_align = TextAlign::center;
  style.max_lines = 1;
  style.fit = Fit::shrink;
  return text(std::move(words), style);
}

Node pressable(std::string action, Style style, Nodes children) {
  style.direction = Direction::row;
  style.align = Align::center;
  Node node{.role = Role::button, .action = std::move(action), .style = style};
  node.children = std::move(children);
  return node;
}

Style pill_style(Chosen chosen) {
  Style style{.gap = 20,
              .padding = sides(0, 40),
              .min_height = measure::pill_height,
              .justify = Justify::center,
              .fill = Color::card,
              .border_color = Color::line,
              .border = 3,
              .radius = measure::pill_height / 2};
  if (chosen == Chosen::yes) {
    style.fill = Color::teal_soft;
    style.border_color = Color::teal;
  }
  return style;
}

Style pill_words(Chosen chosen) {
  return {.color = chosen == Chosen::yes ? Color::teal : Color::ink,
          .font_size = type::pill,
          .weight = chosen == Chosen::yes ? Weight::bold : Weight::regular};
}

Style key_style() {
  return {.grow = 1,
          .min_height = measure::secondary_height,
          .justify = Justify::center,
          .fill = Color::card,
          .border_color = Color::line,
          .border = 3,
          .radius = measure::radius};
}

}  // namespace

Node primary_button(std::string action, std::string words) {
  return primary_button(std::move(action), Picture::none, std::move(words));
}

Node primary_button(std::string action, Picture picture, std::string words) {
  Nodes children;
  if (picture != Picture::none) children.push_back(icon(picture, 72, Color::white));
  children.push_back(
      caption(std::move(words),
              {.color = Color::white, .font_size = type::primary_button, .weight = Weight::bold}));
  return pressable(std::move(action),
                   {.gap = 28,
                    .padding = sides(16, measure::card_padding),
                    .min_height = measure::primary_height,
                    .justify = Justify::center,
                    .fill = Color::teal,
                    .radius = measure::radius},
                   std::move(children));
}

Node secondary_button(std::string action, std::string words, Tone tone) {
  const Color edge = tone == Tone::plain ? Color::line : colors_of(tone).strong;
  const Color ink = tone == Tone::red || tone == Tone::amber ? edge : Color::ink;
  return pressable(
      std::move(action),
      {.padding = sides(16, 28),
       .min_height = measure::secondary_height,
       .justify = Justify::center,
       .fill = Color::card,
       .border_color = edge,
       .border = tone == Tone::plain ? 3 : 4,
       .radius = measure::radius},
      {caption(std::move(words),
               {.color = ink, .font_size = type::secondary_button, .weight = Weight::bold})});
}

Node minor_button(std::string action, std::string words) {
  return pressable(
      std::move(action),
      {.padding = sides(12, 28),
       .min_height = measure::minor_height,
       .justify = Justify::center,
       .fill = Color::card,
       .border_color = Color::line,
       .border = 3,
       .radius = measure::radius},
      {caption(std::move(words), {.font_size = type::minor_button, .weight = Weight::bold})});
}

Node more_time_button(std::string action, std::string words) {
  return pressable(
      std::move(action),
      {.padding = sides(12, 28),
       .min_height = measure::more_time_height,
       .justify = Justify::center,
       .fill = Color::amber_soft,
       .border_color = Color::amber,
       .border = 4,
       .radius = measure::radius},
      {caption(std::move(words),
               {.color = Color::amber, .font_size = type::more_time, .weight = Weight::bold})});
}

Node choice(std::string action, Picture picture, std::string words) {
  Style style = card_style(Tone::plain);
  style.padding = sides(44, 32);
  style.gap = 24;
  return pressable(std::move(action), style,
                   {icon(picture, 110), text(std::move(words), {.grow = 1,
                                                                .font_size = type::choice,
                                                                .weight = Weight::bold,
                                                                .max_lines = 3,
                                                                .fit = Fit::shrink})});
}

Node option(std::string action, Chosen chosen, std::string strong, std::string rest) {
  Style style = card_style(chosen == Chosen::yes ? Tone::teal : Tone::plain);
  style.padding = sides(32, 40);
  style.gap = 36;
  style.border = 4;
  style.border_color = chosen == Chosen::yes ? Color::teal : Color::line;
  Style box{.width = 72,
            .height = 72,
            .fill = chosen == Chosen::yes ? Color::teal : Color::card,
            .border_color = chosen == Chosen::yes ? Color::teal : Color::ink2,
            .border = 4,
            .radius = 16};
  Nodes mark;
  if (chosen == Chosen::yes) mark.push_back(icon(Picture::check, 64, Color::white));
  Nodes words{value(std::move(strong))};
  if (!rest.empty())
    words.push_back(text(std::move(rest), {.color = Color::ink2, .font_size = 40}));
  return pressable(std::move(action), style,
                   {column(box, std::move(mark)), column({.grow = 1}, std::move(words))});
}

Node pill(std::string action, std::string words, Chosen chosen) {
  return pressable(std::move(action), pill_style(chosen),
                   {caption(std::move(words), pill_words(chosen))});
}

Node pill(std::string action, Picture picture, std::string words, Chosen chosen) {
  const Style inside = pill_words(chosen);
  return pressable(std::move(action), pill_style(chosen),
                   {icon(picture, 48, inside.color), caption(std::move(words), inside)});
}

Node help_pill(std::string action, std::string words) {
  Style style = pill_style(Chosen::no);
  style.border_color = Color::teal;
  return pressable(std::move(action), style,
                   {icon(Picture::question, 44, Color::teal),
                    caption(std::move(words), {.color = Color::teal, .font_size = type::pill})});
}

Node key(std::string action, std::string words) {
  return pressable(
      std::move(action), key_style(),
      {caption(std::move(words), {.font_size = type::primary_button, .weight = Weight::bold})});
}

Node key(std::string action, Picture picture) {
  return pressable(std::move(action), key_style(), {icon(picture, 72)});
}

Node field(std::string action, std::string label_text, std::string typed, Chosen active) {
  Node entry = row({.padding = sides(24, 36),
                    .min_height = measure::secondary_height,
                    .align = Align::center,
                    .fill = Color::card,
                    .border_color = active == Chosen::yes ? Color::teal : Color::line,
                    .border = active == Chosen::yes ? 6 : 4,
                    .radius = measure::radius},
                   {text(std::move(typed), {.grow = 1,
                                            .font_size = type::primary_button,
                                            .weight = Weight::bold,
                                            .max_lines = 1,
                                            .fit = Fit::shrink})});
  Node node = column({.gap = 8}, {label(std::move(label_text)), std::move(entry)});
  node.role = Role::field;
  node.action = std::move(action);
  return node;
}

Node disabled(Node node) {
  node.enabled = Enabled::no;
  return node;
}

}  // namespace screens::ui
