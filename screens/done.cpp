// Checked in: the number in the largest figures, then where to go, then what to mind.
#include <algorithm>
#include <utility>
#include <vector>

#include "screens/done_parts.h"
#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {
namespace {

using journeys::TicketState;

/// Of several tickets the one that needs the patient most.
TicketState of_all(const journeys::Done& screen) {
  constexpr TicketState order[] = {TicketState::unknown,  TicketState::failed,
                                   TicketState::no_paper, TicketState::printing,
                                   TicketState::printed,  TicketState::kept};
  for (const TicketState state : order) {
    for (const journeys::DoneVisit& visit : screen.visits) {
      if (visit.ticket == state) return state;
    }
  }
  return TicketState::kept;
}

bool without_paper(TicketState state) {
  return state == TicketState::no_paper || state == TicketState::failed;
}

std::string said(const Page& page, TicketState state) {
  switch (state) {
    case TicketState::printing:
      return page.tr("Checked in. Your ticket is printing...");
    case TicketState::printed:
      return page.tr("Checked in. Please take your ticket.");
    case TicketState::kept:
      return page.tr("Checked in. Please keep your ticket.");
    case TicketState::no_paper:
    case TicketState::failed:
      return page.tr("Checked in. Please note your number.");
    case TicketState::unknown:
      return page.tr("You are checked in.");
  }
  return {};
}

std::string ask_time(const Page& page, const journeys::DoneVisit& visit) {
  const domain::Appointment& appointment = visit.visit.appointment;
  const auto confirmed = page.clock_is_trusted() ? visit.committed.confirmed_at : appointment.start;
  return page.time(journeys::not_called_by(page.rules, appointment, confirmed, visit.waiting));
}

std::string if_not_called(const Page& page, const journeys::Done& screen, TicketState state) {
  const std::string time = ask_time(page, screen.visits.front());
  return without_paper(state)
             ? page.tr("{time} and not called? Give your number at the desk.", {{"time", time}})
             : page.tr("{time} and not called? Show the ticket at the desk.", {{"time", time}});
}

/// The hospital has not heard of this arrival: its patient carries the news.
std::string carry_the_news(const Page& page, const journeys::Done& screen, TicketState state) {
  const journeys::DoneVisit& visit = screen.visits.front();
  const std::string known = page.place(visit.visit);
  const std::string place = known.empty() ? page.clinic(visit.visit) : known;
  const std::string time = page.time(visit.committed.confirmed_at);
  if (without_paper(state)) {
    return page.clock_is_trusted()
               ? page.tr("Tell the nurse at {place} your number now. Arrived {time}.",
                         {{"place", place}, {"time", time}})
               : page.tr("Tell the nurse at {place} your number now.", {{"place", place}});
  }
  return page.clock_is_trusted()
             ? page.tr("Show this ticket to the nurse at {place} now. Arrived {time}.",
                       {{"place", place}, {"time", time}})
             : page.tr("Show this ticket to the nurse at {place} now.", {{"place", place}});
}

bool may_ask_for_copy(const journeys::Done& screen) {
  return std::any_of(screen.visits.begin(), screen.visits.end(), [](const auto& visit) {
    return !visit.copied &&
           (visit.ticket == TicketState::unknown || visit.ticket == TicketState::printed);
  });
}

std::vector<std::string> to_mind(const Page& page, const journeys::Done& screen,
                                 TicketState state) {
  std::vector<std::string> lines;
  if (state == TicketState::no_paper) {
    lines.push_back(page.tr("No paper at the moment: your number stays here for a while."));
  }
  if (state == TicketState::failed) {
    lines.push_back(page.tr("The ticket did not come out. Your check-in counts."));
  }
  if (state == TicketState::unknown && !may_ask_for_copy(screen)) {
    lines.push_back(page.tr("No ticket? Please note your number."));
  }
  if (!screen.online) lines.push_back(carry_the_news(page, screen, state));
  if (screen.online) lines.push_back(if_not_called(page, screen, state));
  if (screen.not_recorded > 0) {
    lines.push_back(page.tr_n("{n} appointment was not recorded: please ask at the desk.",
                              "{n} appointments were not recorded: please ask at the desk.",
                              screen.not_recorded));
  }
  if (screen.recording_unknown > 0) {
    lines.push_back(page.tr_n(
        "We do not know yet whether {n} appointment was recorded: please ask at the desk.",
        "We do not know yet whether {n} appointments were recorded: please ask at the desk.",
        screen.recording_unknown));
  }
  return lines;
}

ui::Node finish_button(const Page& page) {
  const auto seconds = journeys::seconds_left(page.rules, page.model);
  return ui::secondary_button(
      act(actions::home),
      seconds ? page.tr("Finish ({seconds} s)", {{"seconds", std::to_string(*seconds)}})
              : page.tr("Finish"));
}

/// A second copy is the desk's: then the question can only be left.
ui::Nodes question(const Page& page, const journeys::Done& screen) {
  ui::Node asked =
      ui::text(page.tr("Did the ticket come out?"), {.font_size = ui::type::outcome,
                                                     .weight = ui::Weight::bold,
                                                     .text_align = ui::TextAlign::center});
  return {std::move(asked),
          ui::equal_row({ui::secondary_button(act(actions::ticket_came), page.tr("Yes")),
                         may_ask_for_copy(screen)
                             ? ui::secondary_button(act(actions::no_ticket), page.tr("No"))
                             : finish_button(page)})};
}

ui::Nodes buttons(const Page& page, const journeys::Done& screen, TicketState state) {
  if (state == TicketState::unknown) return question(page, screen);
  ui::Nodes all;
  if (may_ask_for_copy(screen)) {
    all.push_back(
        ui::secondary_button(act(actions::no_ticket), page.tr("No ticket"), ui::Tone::plain));
  }
  all.push_back(finish_button(page));
  return {ui::equal_row(std::move(all))};
}

}  // namespace

ui::Node done(const Page& page, const journeys::Done& screen) {
  const TicketState state = of_all(screen);
  ui::Nodes content;
  content.push_back(ui::outcome(ui::Tone::green, said(page, state)));
  if (screen.visits.size() == 1) {
    const journeys::DoneVisit& visit = screen.visits.front();
    content.push_back(number_card(page, visit.committed.number, visit.visit, visit.waiting));
    content.push_back(place_card(page, visit.visit));
  } else {
    content.push_back(number_rows(page, screen.visits));
    if (page.fit.room == Room::full) {
      content.push_back(place_card(page, screen.visits.front().visit));
    }
  }
  content.push_back(mind_box(to_mind(page, screen, state)));
  if (page.model.session.by_card) {
    content.push_back(
        line_with(ui::Picture::id_card, ui::Color::teal, page.tr("Remember to take your card.")));
  }
  ui::Node whole = framed(page, std::move(content), buttons(page, screen, state));
  return whole;
}

}  // namespace screens
