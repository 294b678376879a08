// Screens come and go here: deadlines, names, and what is forgotten at the end of a visit.
#include <algorithm>

#include "kiosk/base/overloaded.h"
#include "kiosk/journeys/step.h"

namespace kiosk::journeys {
namespace {

bool waits_for_paper(TicketState state) {
  return state != TicketState::printed && state != TicketState::kept;
}

Seconds done_time(const TimeOuts& times, const Done& done) {
  const bool note_it = std::any_of(done.visits.begin(), done.visits.end(), [](const auto& visit) {
    return waits_for_paper(visit.ticket) && visit.ticket != TicketState::printing;
  });
  return note_it ? std::max(times.done, times.done_no_paper) : times.done;
}

/// How long a screen may stay up untouched; none: for ever.
std::optional<Seconds> time_out(const Step& step) {
  const TimeOuts& times = step.rules.time_outs;
  using Time = std::optional<Seconds>;
  return std::visit(overloaded{
                        [&](const Welcome&) -> Time {
                          const Session& session = step.model.session;
                          const bool touched = session.overlay != Overlay::none ||
                                               session.language != step.rules.languages.front().tag;
                          return touched ? Time(times.choose) : std::nullopt;
                        },
                        [&](const Closed&) -> Time {
                          return step.model.session.overlay != Overlay::none ? Time(times.choose)
                                                                             : std::nullopt;
                        },
                        [&](const ReadingCard&) -> Time { return times.look_up; },
                        [&](const LookingUp&) -> Time { return times.look_up; },
                        [&](const Entry&) -> Time { return times.entry; },
                        [&](const Choose&) -> Time { return times.choose; },
                        [&](const Confirm&) -> Time { return times.choose; },
                        [&](const Committing&) -> Time { return times.commit; },
                        [&](const Done& done) -> Time { return done_time(times, done); },
                        [&](const Outcome&) -> Time { return times.choose; },
                        [&](const TakeCard&) -> Time { return times.take_card; },
                    },
                    step.model.screen);
}

}  // namespace

void restart_deadline(Step& step) {
  const auto time = time_out(step);
  // A waiting screen is not prolonged by touching it.
  const bool waiting = std::holds_alternative<LookingUp>(step.model.screen) ||
                       std::holds_alternative<ReadingCard>(step.model.screen) ||
                       std::holds_alternative<Committing>(step.model.screen);
  if (waiting && step.model.session.deadline) return;
  step.model.session.deadline = time ? std::optional(step.now() + *time) : std::nullopt;
}

void enter(Step& step, Screen screen) {
  step.model.screen = std::move(screen);
  step.model.session.overlay = Overlay::none;
  step.model.session.deadline.reset();
  if (!std::holds_alternative<Done>(step.model.screen)) step.model.printing.clear();
  restart_deadline(step);
}

void forget_session(Step& step) {
  step.model.session = Session{};
  step.model.session.language = step.rules.languages.front().tag;
}

void end_visit(Step& step) {
  const bool by_card = step.model.session.by_card;
  forget_session(step);
  if (by_card && step.model.around.reader == ReaderHealth::ok) {
    step.ask(Play{Sound::take_card});
    enter(step, TakeCard{});
  } else {
    enter(step, Welcome{});
  }
}

void enter_outcome(Step& step, OutcomeKind kind) {
  Outcome outcome;
  outcome.kind = kind;
  enter(step, std::move(outcome));
}

std::string name(const Screen& screen) {
  return std::visit(overloaded{
                        [](const Welcome&) -> std::string { return "welcome"; },
                        [](const Closed&) -> std::string { return "closed"; },
                        [](const ReadingCard&) -> std::string { return "reading_card"; },
                        [](const LookingUp&) -> std::string { return "looking_up"; },
                        [](const Entry&) -> std::string { return "entry"; },
                        [](const Choose&) -> std::string { return "choose"; },
                        [](const Confirm&) -> std::string { return "confirm"; },
                        [](const Committing&) -> std::string { return "committing"; },
                        [](const Done&) -> std::string { return "done"; },
                        [](const Outcome& outcome) -> std::string { return name(outcome.kind); },
                        [](const TakeCard&) -> std::string { return "take_card"; },
                    },
                    screen);
}

Model initial_model(const Rules& rules, const Now& now) {
  Model model;
  model.now = now;
  model.session.language = rules.languages.front().tag;
  return model;
}

std::optional<int> seconds_left(const Rules& rules, const Model& model) {
  const bool ends_by_itself = !std::holds_alternative<Welcome>(model.screen) &&
                              !std::holds_alternative<Closed>(model.screen) &&
                              !std::holds_alternative<LookingUp>(model.screen) &&
                              !std::holds_alternative<ReadingCard>(model.screen) &&
                              !std::holds_alternative<Committing>(model.screen) &&
                              !std::holds_alternative<TakeCard>(model.screen);
  if (!ends_by_itself || !model.session.deadline) return std::nullopt;
  const auto left = std::chrono::ceil<Seconds>(*model.session.deadline - model.now.instant);
  if (left > rules.time_outs.warning || left.count() < 0) return std::nullopt;
  return int(left.count());
}

Instant next_deadline(const Rules& rules, const Model& model) {
  // The clock in the head shows minutes.
  Instant next = std::chrono::floor<Minutes>(model.now.instant) + Minutes(1);
  const auto consider = [&](const std::optional<Instant>& instant) {
    if (instant) next = std::min(next, *instant);
  };
  consider(model.session.deadline);
  consider(model.entry_locked_until);
  if (const auto* confirm = std::get_if<Confirm>(&model.screen)) {
    if (confirm->fresh == FreshRead::waiting) consider(confirm->fresh_until);
  }
  if (model.session.deadline) {
    const Instant warning = *model.session.deadline - rules.time_outs.warning;
    if (model.now.instant < warning) {
      consider(warning);
    } else if (seconds_left(rules, model)) {
      // The next whole second before the deadline.
      const Milliseconds left = *model.session.deadline - model.now.instant;
      const Milliseconds part = left % Seconds(1);
      consider(model.now.instant + (part.count() > 0 ? part : Milliseconds(1000)));
    }
  }
  return std::max(next, model.now.instant + Milliseconds(1));
}

}  // namespace kiosk::journeys
