// Several appointments today: those in their window are chosen already.
#include <algorithm>
#include <utility>

#include "screens/frame.h"
#include "screens/screens.h"
#include "screens/visit_card.h"

namespace screens {
namespace {

/// More are told of, but do not fit.
constexpr std::size_t cards_max = 7;

std::string why_not(const Page& page, const domain::Visit& visit, journeys::VisitState state) {
  const auto& clinic = journeys::rules_of(page.rules, visit.appointment.clinic_id);
  switch (state) {
    case journeys::VisitState::ready:
    case journeys::VisitState::ready_late:
      return {};
    case journeys::VisitState::already_checked_in:
      return page.tr("already checked in");
    case journeys::VisitState::too_early:
      return page.tr("check-in opens at {time}",
                     {{"time", page.time(visit.appointment.start - clinic.opens_before)}});
    case journeys::VisitState::late:
      return page.tr("too late: please ask at the desk");
    case journeys::VisitState::another_day:
      return page.tr("on another day");
    case journeys::VisitState::another_site:
      return page.tr("at another site");
    case journeys::VisitState::cancelled:
      return page.tr("cancelled");
    case journeys::VisitState::not_confirmed:
      return page.tr("not confirmed yet");
    case journeys::VisitState::waiting_list:
      return page.tr("on the waiting list");
    case journeys::VisitState::over:
      return page.tr("over");
    case journeys::VisitState::desk_first:
      return page.tr("please go to the desk first");
    case journeys::VisitState::remote:
      return page.tr("by phone or video");
  }
  return {};
}

ui::Style card_style(Room room) {
  return {.padding = room == Room::full    ? ui::sides(24, 40)
                     : room == Room::tight ? ui::sides(14, 36)
                                           : ui::sides(8, 36),
          .border_color = ui::Color::line,
          .border = 2,
          .radius = ui::measure::radius};
}

ui::Node line(std::string words, ui::Style style) {
  style.max_lines = 1;
  style.fit = ui::Fit::shrink;
  style.line_height_percent = 122;
  return ui::text(std::move(words), style);
}

/// A visit that cannot be checked in now, and why.
ui::Node closed_card(const Page& page, const domain::Visit& visit, std::string why) {
  const Room room = page.fit.room;
  ui::Node card{.style = card_style(room)};
  if (room == Room::line) card.style.direction = ui::Direction::row_if_fits;
  card.style.gap = room == Room::line ? 24 : 0;
  card.children = {
      line(page.time_and_clinic(visit), {.color = ui::Color::ink2, .font_size = ui::type::body}),
      line(std::move(why),
           {.color = ui::Color::amber, .font_size = 40, .weight = ui::Weight::bold})};
  return card;
}

ui::Node open_card(const Page& page, const journeys::Choose& screen, std::size_t index) {
  const Room room = page.fit.room;
  const domain::Visit& visit = screen.visits[index];
  const bool late = screen.states[index] == journeys::VisitState::ready_late;
  const std::string rest =
      joined({late ? page.tr("late") : "", page.doctor(visit), page.place(visit)});
  ui::Node card = ui::option(actions::with(actions::toggle, std::to_string(index)),
                             screen.chosen[index] != 0 ? ui::Chosen::yes : ui::Chosen::no,
                             page.time_and_clinic(visit), room == Room::line ? "" : rest);
  if (room != Room::full) card.style.padding = card_style(room).padding;
  for (ui::Node& words : card.children.back().children) {
    if (room == Room::full) continue;
    words.style.font_size = std::min(words.style.font_size, 46);
    words = line(words.text, words.style);
  }
  return card;
}

}  // namespace

ui::Node choose(const Page& page, const journeys::Choose& screen) {
  ui::Nodes content;
  content.push_back(titled(page.greeting(screen.found.person), page.tr("Which appointments?")));
  const std::size_t count = std::min(screen.visits.size(), cards_max);
  ui::Nodes cards;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string why = why_not(page, screen.visits[i], screen.states[i]);
    cards.push_back(why.empty() ? open_card(page, screen, i)
                                : closed_card(page, screen.visits[i], why));
  }
  content.push_back(ui::column({.gap = page.fit.room == Room::full ? 28 : 14}, std::move(cards)));
  if (screen.visits.size() > count) {
    content.push_back(ui::sub(page.tr("For further appointments please ask at the desk.")));
  }
  const bool any = std::any_of(screen.chosen.begin(), screen.chosen.end(),
                               [](char chosen) { return chosen != 0; });
  ui::Node go_on = ui::primary_button(act(actions::proceed), page.tr("Continue"));
  if (!any) go_on = ui::disabled(std::move(go_on));
  return framed(page, std::move(content),
                {std::move(go_on), ui::secondary_button(act(actions::not_me), page.tr("Not me"))});
}

}  // namespace screens
