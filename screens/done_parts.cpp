#include "screens/done_parts.h"

#include <algorithm>
#include <utility>

#include "screens/frame.h"

namespace screens {
namespace {

constexpr int number_width = 400;
/// More are told of on their tickets.
constexpr std::size_t rows_max = 7;

ui::Node number_row(const Page& page, const journeys::DoneVisit& visit, ui::Edges padding,
                    int number_size) {
  ui::Node number = ui::text(visit.committed.number, {.width = number_width,
                                                      .font_size = number_size,
                                                      .weight = ui::Weight::bold,
                                                      .line_height_percent = 110,
                                                      .max_lines = 1,
                                                      .fit = ui::Fit::shrink});
  ui::Nodes words{
      ui::text(page.time_and_clinic(visit.visit), {.font_size = ui::type::secondary_button,
                                                   .weight = ui::Weight::bold,
                                                   .line_height_percent = 120,
                                                   .max_lines = 1,
                                                   .fit = ui::Fit::shrink})};
  if (const std::string place = page.place(visit.visit);
      !place.empty() && page.fit.room != Room::line) {
    words.push_back(ui::text(
        place,
        {.font_size = 40, .line_height_percent = 120, .max_lines = 2, .fit = ui::Fit::shrink}));
  }
  return ui::row({.gap = 28,
                  .padding = padding,
                  .align = ui::Align::center,
                  .fill = ui::Color::card,
                  .border_color = ui::Color::line,
                  .border = 2,
                  .radius = ui::measure::radius},
                 {std::move(number), ui::column({.grow = 1}, std::move(words))});
}

std::string wait_words(const Page& page, const domain::Waiting& waiting) {
  std::string ahead, wait;
  if (const auto& count = waiting.people_ahead)
    ahead = page.tr_n("{n} person ahead of you", "{n} people ahead of you", *count);
  if (const auto& range = waiting.range) {
    wait = page.tr("about {from} to {until} minutes",
                   {{"from", std::to_string(range->from.count())},
                    {"until", std::to_string(range->until.count())}});
  }
  return joined({ahead, wait});
}

}  // namespace

ui::Node number_card(const Page& page, const std::string& number, const domain::Visit& visit,
                     const domain::Waiting& waiting) {
  const auto line = [](const std::string& words) {
    return ui::text(words,
                    {.text_align = ui::TextAlign::center, .max_lines = 1, .fit = ui::Fit::shrink});
  };
  ui::Node figures = ui::big_number(number);
  if (page.fit.room != Room::full) figures.style.font_size = 220;
  ui::Node card = ui::card({ui::text(page.tr("Your number"), {.color = ui::Color::ink2,
                                                              .text_align = ui::TextAlign::center}),
                            std::move(figures), line(page.time_and_clinic(visit))});
  if (const std::string words = wait_words(page, waiting); !words.empty())
    card.children.push_back(line(words));
  card.style.padding = ui::sides(24, 40);
  return card;
}

ui::Node place_card(const Page& page, const domain::Visit& visit) {
  const std::string known = page.place(visit);
  const auto way = page.rules.directions.find(visit.appointment.location_id);
  ui::Nodes lines;
  lines.push_back(ui::label(page.tr("Now please go to")));
  lines.push_back(
      ui::text(known.empty() ? page.clinic(visit) : known, {.font_size = ui::type::place,
                                                            .weight = ui::Weight::bold,
                                                            .line_height_percent = 115,
                                                            .max_lines = 2,
                                                            .fit = ui::Fit::shrink}));
  if (way != page.rules.directions.end()) {
    const std::string walk = page.local(way->second.way);
    const std::string step_free = page.local(way->second.step_free);
    if (!walk.empty()) {
      lines.push_back(line_with(ui::Picture::turn_right, ui::Color::teal, walk));
    }
    if (!step_free.empty()) {
      lines.push_back(line_with(ui::Picture::wheelchair, ui::Color::teal, step_free));
    }
  }
  ui::Node card = ui::card(ui::Tone::teal, std::move(lines));
  card.style.padding = ui::sides(30, ui::measure::card_padding);
  card.style.gap = 10;
  return card;
}

ui::Node number_rows(const Page& page, const std::vector<journeys::DoneVisit>& visits) {
  const bool large = page.fit.room != Room::line;
  ui::Nodes rows{ui::sub(page.tr("Your numbers"))};
  for (std::size_t i = 0; i < std::min(visits.size(), rows_max); ++i) {
    rows.push_back(number_row(page, visits[i], large ? ui::sides(28, 40) : ui::sides(4, 32),
                              large ? 112 : 80));
  }
  return ui::column({.gap = large ? 20 : 10}, std::move(rows));
}

}  // namespace screens
