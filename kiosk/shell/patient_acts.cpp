#include "kiosk/shell/patient_acts.h"

#include <algorithm>
#include <utility>

#include "kiosk/base/cut.h"
#include "kiosk/base/overloaded.h"
#include "kiosk/journeys/actions.h"
#include "kiosk/journeys/person.h"

namespace kiosk::shell {
namespace {

using namespace journeys;
using domain::Act;

/// A card, a code: what a person begins with. None: the event is of another kind.
std::optional<Act> input_of(const Event& event) {
  using Found = std::optional<Act>;
  return std::visit(overloaded{
                        [](const CardNoticed&) -> Found { return Act::card_noticed; },
                        [](const CardRead&) -> Found { return Act::card_read; },
                        [](const IdentifierRead&) -> Found { return Act::card_read; },
                        [](const CardUnreadable&) -> Found { return Act::card_unreadable; },
                        [](const CodeScanned&) -> Found { return Act::code_read; },
                        [](const Tick&) -> Found { return {}; },
                        [](const Tapped&) -> Found { return {}; },
                        [](const LookUpAnswered&) -> Found { return {}; },
                        [](const FreshAnswered&) -> Found { return {}; },
                        [](const CommitAnswered&) -> Found { return {}; },
                        [](const TicketQueued&) -> Found { return {}; },
                        [](const PrintReported&) -> Found { return {}; },
                        [](const SurroundingsChanged&) -> Found { return {}; },
                    },
                    event.what);
}

/// What is typed is the person's own: that it was typed tells the screen.
bool is_typing(const std::string& action) {
  return action.starts_with(actions::digit) || action == actions::erase;
}

bool nobody_here(const Model& model) {
  const bool idle =
      std::holds_alternative<Welcome>(model.screen) || std::holds_alternative<Closed>(model.screen);
  // A welcome screen that somebody touched has a deadline.
  return std::holds_alternative<TakeCard>(model.screen) || (idle && !model.session.deadline);
}

const char* text_of(TicketState state) {
  switch (state) {
    case TicketState::printing:
      return "ticket printing";
    case TicketState::printed:
      return "ticket printed";
    case TicketState::no_paper:
      return "no ticket now";
    case TicketState::failed:
      return "ticket failed";
    case TicketState::unknown:
      return "did the ticket come out?";
    case TicketState::kept:
      return "ticket kept";
  }
  return "";
}

const char* text_of(CopyState state) {
  switch (state) {
    case CopyState::not_asked:
      return "";
    case CopyState::asked:
    case CopyState::printing:
      return ", copy printing";
    case CopyState::printed:
      return ", copy printed";
    case CopyState::failed:
      return ", copy failed";
    case CopyState::unknown:
      return ", did the copy come out?";
  }
  return "";
}

/// A text of the server's as a part of a line.
std::string part(std::string text) {
  constexpr std::size_t bytes_max = 90;  // 30 Chinese characters
  cut_to(text, bytes_max);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20; }, ' ');
  return text;
}

/// What the confirm screen says of an appointment: its time on the site's clocks and what names it.
std::string facts_of(const Rules& rules, const domain::Appointment& one,
                     const std::string& tongue) {
  const domain::LocalTime start = domain::local_time(rules.zone, one.start);
  std::string facts = domain::iso(start.date) + " " + domain::clock(start.time);
  for (const std::string& name : {named(rules, one.clinic_id, one.clinic_name, tongue),
                                  named(rules, one.doctor_id, one.doctor_name, tongue),
                                  named(rules, one.location_id, one.place_name, tongue)}) {
    if (!name.empty()) facts += ", " + part(name);
  }
  return facts + ", version " + part(one.version);
}

std::string key_of(const domain::Visit& visit) {
  if (visit.arrival && !visit.arrival->visit_key.empty()) return visit.arrival->visit_key;
  return domain::visit_key(visit.appointment.id, visit.round);
}

}  // namespace

std::vector<PatientActs::Shown> PatientActs::shown_on(const Rules& rules, const Model& model) {
  const bool help = model.session.overlay == Overlay::help;
  const std::string screen =
      name(model.screen) + (help ? ", help" : "") + " in " + model.session.language;
  const auto each = [&](const std::vector<domain::Visit>& visits) {
    std::vector<Shown> shown;
    for (const domain::Visit& visit : visits) shown.push_back({key_of(visit), screen});
    return shown;
  };
  const auto alone = [&] { return std::vector<Shown>{{"", screen}}; };
  using Lines = std::vector<Shown>;
  return std::visit(
      overloaded{
          [&](const Welcome&) -> Lines { return alone(); },
          [&](const Closed&) -> Lines { return alone(); },
          [&](const ReadingCard&) -> Lines { return alone(); },
          [&](const LookingUp&) -> Lines { return alone(); },
          [&](const Entry&) -> Lines { return alone(); },
          [&](const TakeCard&) -> Lines { return alone(); },
          [&](const Choose& choose) -> Lines { return each(choose.visits); },
          [&](const Confirm& confirm) -> Lines {
            const std::string changed = confirm.changed ? ", changed meanwhile: " : ": ";
            Lines shown;
            for (const domain::Visit& visit : confirm.visits) {
              shown.push_back(
                  {key_of(visit),
                   screen + changed + facts_of(rules, visit.appointment, model.session.language)});
            }
            return shown;
          },
          [&](const Committing& committing) -> Lines { return each(committing.visits); },
          [&](const Done& done) -> Lines {
            Lines shown;
            for (const DoneVisit& visit : done.visits) {
              shown.push_back(
                  {visit.committed.visit_key,
                   screen + ", number " + visit.committed.number + ", " + text_of(visit.ticket)});
            }
            return shown;
          },
          [&](const Outcome& outcome) -> Lines {
            const auto& visit = outcome.visit;
            const bool numbered = visit && visit->arrival && !visit->arrival->number.empty();
            return {{visit ? key_of(*visit) : "",
                     screen + (numbered ? ", number " + visit->arrival->number : "") +
                         text_of(outcome.copy)}};
          },
      },
      model.screen);
}

void PatientActs::add(Act act, std::string visit_key, std::string detail) {
  notes_.push_back({act, std::move(visit_key), std::move(detail), stay_});
}

void PatientActs::end(const char* how) {
  if (stay_) add(Act::left, "", how);
  stay_.reset();
  shown_.clear();
}

void PatientActs::before(const Event& event, const Model& model) {
  if (const auto input = input_of(event)) {
    if (!takes_cards_and_codes(model.screen)) return;
    if (!same_person_goes_on(model.screen)) end("someone else came");
    if (!stay_) stay_ = event.now.instant;
    add(*input, "", "");
  } else if (const auto* tap = std::get_if<Tapped>(&event.what)) {
    if (std::holds_alternative<TakeCard>(model.screen) || is_typing(tap->action)) return;
    if (!stay_) stay_ = event.now.instant;
    add(Act::pressed, "", tap->action);
  }
}

std::vector<domain::AuditNote> PatientActs::after(const Rules& rules, const Event& event,
                                                  const Model& model) {
  if (nobody_here(model)) {
    end(std::holds_alternative<Tick>(event.what) ? "time was up" : "ended");
  } else {
    if (!stay_) stay_ = event.now.instant;
    std::vector<Shown> shown = shown_on(rules, model);
    for (const Shown& one : shown) {
      const bool known = std::find(shown_.begin(), shown_.end(), one) != shown_.end();
      if (!known) add(Act::shown, one.visit_key, one.detail);
    }
    shown_ = std::move(shown);
  }
  return std::exchange(notes_, {});
}

}  // namespace kiosk::shell
