// What the patient sees and says of her paper: on the done screen and where a copy is offered.
#include <algorithm>

#include "kiosk/journeys/actions.h"
#include "kiosk/journeys/step.h"

namespace kiosk::journeys {
namespace {

TicketState shown_as(domain::PrintState state, TicketState before) {
  switch (state) {
    case domain::PrintState::queued:
      return before;
    case domain::PrintState::sending:
      return TicketState::printing;
    case domain::PrintState::printed:
      return TicketState::printed;
    case domain::PrintState::failed:
      return TicketState::failed;
    case domain::PrintState::unknown:
      return TicketState::unknown;
    case domain::PrintState::held:
      return TicketState::no_paper;
  }
  return before;
}

CopyState copy_shown_as(domain::PrintState state) {
  switch (state) {
    case domain::PrintState::queued:
    case domain::PrintState::sending:
      return CopyState::printing;
    case domain::PrintState::printed:
      return CopyState::printed;
    case domain::PrintState::failed:
    case domain::PrintState::held:
      return CopyState::failed;
    case domain::PrintState::unknown:
      return CopyState::unknown;
  }
  return CopyState::printing;
}

}  // namespace

void print_reported(Step& step, const PrintReported& report) {
  if (auto* done = std::get_if<Done>(&step.model.screen)) {
    for (DoneVisit& visit : done->visits) {
      if (visit.committed.print_job != report.job) continue;
      const TicketState before = visit.ticket;
      visit.ticket = shown_as(report.state, before);
      const bool trouble =
          visit.ticket == TicketState::failed || visit.ticket == TicketState::unknown;
      if (trouble && visit.ticket != before) restart_deadline(step);
    }
  } else if (auto* outcome = std::get_if<Outcome>(&step.model.screen)) {
    if (outcome->copy_job == report.job && report.job != 0) {
      outcome->copy = copy_shown_as(report.state);
    }
  }
}

void printer_changed(Step& step) {
  auto* done = std::get_if<Done>(&step.model.screen);
  if (done == nullptr || can_print(step.model.around)) return;
  for (DoneVisit& visit : done->visits) {
    if (visit.ticket != TicketState::printing) continue;
    visit.ticket = TicketState::no_paper;  // if it was under way its end is reported, too
    restart_deadline(step);
  }
}

void ticket_queued(Step& step, const TicketQueued& queued) {
  if (auto* done = std::get_if<Done>(&step.model.screen)) {
    for (DoneVisit& visit : done->visits) {
      if (visit.copy_request != queued.request || !queued.request) continue;
      visit.copy_request = {};
      if (queued.job == 0) {
        visit.ticket = TicketState::failed;
        continue;
      }
      visit.committed.print_job = queued.job;
      visit.ticket = can_print(step.model.around) ? TicketState::printing : TicketState::no_paper;
      step.model.printing.push_back(queued.job);
    }
  } else if (auto* outcome = std::get_if<Outcome>(&step.model.screen)) {
    if (outcome->copy_request != queued.request || !queued.request) return;
    outcome->copy_job = queued.job;
    outcome->copy = queued.job == 0 ? CopyState::failed : CopyState::printing;
    if (queued.job != 0) step.model.printing.push_back(queued.job);
  }
}

void done_tapped(Step& step, const std::string& action) {
  auto& done = std::get<Done>(step.model.screen);
  for (DoneVisit& visit : done.visits) {
    const bool doubtful =
        visit.ticket == TicketState::unknown || visit.ticket == TicketState::printed;
    if (!doubtful) continue;
    if (action == actions::ticket_came && visit.ticket == TicketState::unknown) {
      step.ask(ResolvePrint{visit.committed.print_job, CameOut::yes});
      visit.ticket = TicketState::kept;
    } else if (action == actions::no_ticket && !visit.copied) {
      step.ask(ResolvePrint{visit.committed.print_job, CameOut::no});
      visit.copied = true;
      visit.copy_request = step.request();
      visit.ticket = TicketState::printing;
      domain::Visit about = visit.visit;
      about.arrival = domain::Arrival{};
      about.arrival->visit_key = visit.committed.visit_key;
      about.arrival->number = visit.committed.number;
      about.arrival->token = visit.committed.token;
      about.arrival->confirmed_at = visit.committed.confirmed_at;
      step.ask(PrintAgain{visit.copy_request, done.person, about, step.model.session.language});
    }
  }
  restart_deadline(step);
}

void outcome_tapped(Step& step, const std::string& action) {
  auto& outcome = std::get<Outcome>(step.model.screen);
  if (action == actions::retry && outcome.kind == OutcomeKind::entry_no_match) {
    open_entry(step);
    return;
  }
  const bool offered = outcome.kind == OutcomeKind::already_checked_in && !outcome.by_entry &&
                       outcome.visit && outcome.visit->arrival &&
                       !outcome.visit->arrival->number.empty() &&
                       (outcome.copy == CopyState::not_asked || outcome.copy == CopyState::failed);
  if (action != actions::copy || !offered) return;
  outcome.copy = CopyState::asked;
  outcome.copy_request = step.request();
  step.ask(PrintAgain{outcome.copy_request, *outcome.person, *outcome.visit,
                      step.model.session.language});
}

}  // namespace kiosk::journeys
