#include "screens/ui/kit.h"

#include <algorithm>
#include <utility>

#include "screens/ui/kit_style.h"

namespace screens::ui {
namespace {

/// A bar from `from` to `to` thousandths of the width.
Node bar(int from, int to, int height, Color color) {
  Style piece{
      .grow = std::max(1, to - from), .height = height, .fill = color, .radius = height / 2};
  Style before{.grow = from};
  Style after{.grow = 1000 - to};
  Nodes parts;
  if (from > 0) parts.push_back(column(before, {}));
  parts.push_back(column(piece, {}));
  if (to < 1000) parts.push_back(column(after, {}));
  return row({.align = Align::center}, std::move(parts));
}

}  // namespace

Node column(Style style, Nodes children) {
  style.direction = Direction::column;
  Node node{.style = style};
  node.children = std::move(children);
  return node;
}

Node row(Style style, Nodes children) {
  style.direction = Direction::row;
  Node node{.style = style};
  node.children = std::move(children);
  return node;
}

Node stack(Style style, Nodes children) {
  style.direction = Direction::stack;
  Node node{.style = style};
  node.children = std::move(children);
  return node;
}

Node equal_row(Nodes children) {
  for (Node& child : children) child.style.grow = 1;
  Node node = row({.gap = measure::row_gap}, std::move(children));
  node.style.direction = Direction::row_if_fits;
  return node;
}

Node spacer() {
  return column({.grow = 1}, {});
}

Node divider(Direction inside) {
  Style style{.fill = Color::line};
  (inside == Direction::row ? style.width : style.height) = 2;
  return column(style, {});
}

Node icon(Picture picture, int size, Color color) {
  return {.role = Role::picture,
          .picture = picture,
          .style = {.width = size, .height = size, .color = color}};
}

Node illustration(Picture picture, int height) {
  Style style = card_style(Tone::teal);
  style.padding = {};
  style.height = height;
  style.clip = true;
  Node drawing{.role = Role::picture, .picture = picture, .style = {.grow = 1}};
  return column(style, {std::move(drawing)});
}

Node bitmap(std::shared_ptr<const Bitmap> picture, int width, int height) {
  return {.role = Role::picture,
          .bitmap = std::move(picture),
          .style = {.width = width, .height = height}};
}

Node heading(std::string words) {
  Node node =
      text(std::move(words),
           {.font_size = type::heading, .weight = Weight::bold, .line_height_percent = 120});
  node.role = Role::heading;
  return node;
}

Node sub(std::string words) {
  return text(std::move(words), {.color = Color::ink2});
}

Node text(std::string words, Style style) {
  return {.role = Role::text, .text = std::move(words), .style = style};
}

Node label(std::string words) {
  Node node = text(std::move(words), {.color = Color::ink2, .font_size = type::key});
  node.role = Role::label;
  return node;
}

Node value(std::string words) {
  return text(
      std::move(words),
      {.font_size = type::value, .weight = Weight::bold, .max_lines = 2, .fit = Fit::shrink});
}

Node labelled(std::string label_text, std::string value_text) {
  return column({}, {label(std::move(label_text)), value(std::move(value_text))});
}

Node big_number(std::string words) {
  return text(std::move(words), {.font_size = type::number,
                                 .weight = Weight::bold,
                                 .text_align = TextAlign::center,
                                 .line_height_percent = 110,
                                 .max_lines = 1,
                                 .fit = Fit::shrink});
}

Node outcome(Tone tone, std::string words) {
  const Color color = colors_of(tone).strong;
  const Picture picture = tone == Tone::green                        ? Picture::check_disc
                          : tone == Tone::amber || tone == Tone::red ? Picture::warning_disc
                                                                     : Picture::info_disc;
  Node said = text(std::move(words), {.grow = 1,
                                      .color = color,
                                      .font_size = type::outcome,
                                      .weight = Weight::bold,
                                      .line_height_percent = 120});
  said.role = Role::heading;
  return row({.gap = 28, .align = Align::center}, {icon(picture, 88, color), std::move(said)});
}

Node card(Nodes children) {
  return card(Tone::plain, std::move(children));
}

Node card(Tone tone, Nodes children) {
  return column(card_style(tone), std::move(children));
}

Node notice(Tone tone, std::string strong, std::string rest) {
  const Color color = tone == Tone::teal ? Color::ink : colors_of(tone).strong;
  Nodes words;
  if (!strong.empty()) {
    words.push_back(text(std::move(strong), {.color = color, .weight = Weight::bold}));
  }
  if (!rest.empty()) words.push_back(text(std::move(rest), {.color = color}));
  Style style = card_style(tone);
  style.direction = Direction::row_if_fits;
  style.padding = sides(36, measure::card_padding);
  style.gap = 20;
  Node node{.role = Role::status, .style = style};
  node.children = std::move(words);
  return node;
}

Node appointment_card(std::string day, std::string time, std::string tag, Nodes details) {
  Nodes top;
  top.push_back(
      column({.grow = 1}, {text(std::move(day), {.color = Color::white, .font_size = type::pill}),
                           text(std::move(time), {.color = Color::white,
                                                  .font_size = type::time,
                                                  .weight = Weight::bold,
                                                  .line_height_percent = 105,
                                                  .max_lines = 1,
                                                  .fit = Fit::shrink})}));
  if (!tag.empty()) {
    top.push_back(text(std::move(tag), {.padding = sides(14, 32),
                                        .fill = Color::white_veil,
                                        .radius = 30,
                                        .color = Color::white,
                                        .font_size = type::tag,
                                        .max_lines = 1}));
  }
  Node top_row =
      row({.gap = 32, .padding = sides(32, 56), .align = Align::end, .fill = Color::teal},
          std::move(top));
  Style style = card_style(Tone::plain);
  style.padding = {};
  style.clip = true;
  return column(style, {std::move(top_row),
                        column({.gap = 14, .padding = sides(32, 56)}, std::move(details))});
}

Node timeline(const Timeline& line) {
  constexpr int track = 20;
  constexpr int dot = 48;
  const auto within = [](int place) { return std::clamp(place, 0, 1000); };
  const int opens = within(line.opens);
  const int closes = std::max(opens + 1, within(line.closes));
  Node here = column({.width = dot, .height = dot, .fill = Color::amber, .radius = dot / 2}, {});
  Node dot_row = row({.align = Align::center},
                     {column({.grow = std::max(1, within(line.now))}, {}), std::move(here),
                      column({.grow = std::max(1, 1000 - within(line.now))}, {})});
  const Style words{.font_size = type::key, .weight = Weight::bold};
  Style now_words = words;
  now_words.color = Color::amber;
  Style opens_words = words;
  opens_words.color = Color::teal;
  const auto space = [](int share) { return column({.grow = std::max(1, share)}, {}); };
  const int now = within(line.now);
  Node below = row({.gap = 8}, {space(now), text(line.now_text, now_words), space(opens - now),
                                text(line.opens_text, opens_words), space(1000 - opens)});
  below.style.direction = Direction::row_if_fits;
  return column({.gap = 14}, {stack({.height = dot},
                                    {bar(0, 1000, track, Color::line),
                                     bar(opens, closes, track, Color::teal), std::move(dot_row)}),
                              std::move(below)});
}

Node strip(Tone tone, std::string words) {
  const ToneColors colors = colors_of(tone);
  Node node =
      row({.gap = 20,
           .padding = sides(16, measure::margin),
           .align = Align::center,
           .fill = colors.soft},
          {icon(Picture::warning, 44, colors.strong),
           text(std::move(words), {.grow = 1, .color = colors.strong, .font_size = type::pill})});
  node.role = Role::strip;
  return node;
}

Node head(std::string org, std::string time) {
  Node mark = column({.width = 72, .height = 72, .fill = Color::teal, .radius = 20},
                     {icon(Picture::hospital, 72, Color::white)});
  Node name = text(std::move(org), {.grow = 1,
                                    .font_size = type::org,
                                    .weight = Weight::bold,
                                    .max_lines = 2,
                                    .fit = Fit::shrink});
  Node bar_row = row({.gap = 24,
                      .padding = sides(0, measure::margin),
                      .grow = 1,
                      .align = Align::center,
                      .fill = Color::card},
                     {std::move(mark), std::move(name),
                      text(std::move(time), {.font_size = type::value, .max_lines = 1})});
  return column({.height = measure::head_height}, {std::move(bar_row), divider()});
}

Node foot(Nodes left, Nodes right) {
  Nodes pills = std::move(left);
  pills.push_back(spacer());
  for (Node& node : right) pills.push_back(std::move(node));
  Node bar_row = row({.gap = 28,
                      .padding = sides(0, measure::margin),
                      .grow = 1,
                      .align = Align::center,
                      .fill = Color::card},
                     std::move(pills));
  return column({.height = measure::foot_height}, {divider(), std::move(bar_row)});
}

Node body(Nodes children) {
  return column(
      {.gap = measure::gap,
       .gap_least = measure::gap_least,
       .padding = {measure::body_top, measure::margin, measure::body_bottom, measure::margin},
       .grow = 1},
      std::move(children));
}

Node screen(Nodes parts) {
  Node node = column({.width = canvas_width, .height = canvas_height, .fill = Color::paper},
                     std::move(parts));
  node.role = Role::screen;
  return node;
}

}  // namespace screens::ui
