// The dispatcher: what holds on every screen (time, cards, codes, help, language), and which
// journey an event belongs to.
#include <algorithm>

#include "kiosk/base/overloaded.h"
#include "kiosk/journeys/actions.h"
#include "kiosk/journeys/availability.h"
#include "kiosk/journeys/person.h"
#include "kiosk/journeys/step.h"

namespace kiosk::journeys {
namespace {

/// Cards a person may lay in vain before the desk is the answer.
constexpr int unreadable_max = 3;

void begin_visit(Step& step) {
  if (!same_person_goes_on(step.model.screen)) forget_session(step);
}

bool expired(const Step& step, const CardRead& card) {
  if (!card.valid_to || step.model.now.trust == ClockTrust::not_before) return false;
  return *card.valid_to < domain::local_time(step.rules.zone, step.now()).date;
}

const std::string& system_of(const Rules& rules, CardKind kind) {
  switch (kind) {
    case CardKind::resident:
      return rules.citizen_system;
    case CardKind::hk_macao_taiwan_permit:
      return rules.hk_macao_taiwan_permit_system;
    case CardKind::foreign_permit:
      return rules.foreign_permit_system;
  }
  return rules.citizen_system;
}

void card_noticed(Step& step) {
  begin_visit(step);
  step.model.session.by_card = true;
  enter(step, ReadingCard{});
}

void card_read(Step& step, const CardRead& card) {
  begin_visit(step);
  step.model.session.by_card = true;
  const bool foreign = card.kind == CardKind::foreign_permit;
  const std::string number = foreign ? card.number : domain::normalised_citizen_number(card.number);
  if (number.empty()) {  // a number that does not check is a misread or a forgery
    enter_outcome(step, OutcomeKind::card_unreadable);
    return;
  }
  step.model.session.unreadable = 0;
  step.ask(Play{Sound::card_read});
  const bool is_expired = expired(step, card);
  if (is_expired && step.rules.expired_card == ExpiredCardRule::desk) {
    enter_outcome(step, OutcomeKind::card_expired);
    return;
  }
  LookingUp screen;
  screen.card_expired = is_expired;
  look_up(step, domain::PersonCode{{system_of(step.rules, card.kind), number}}, screen);
}

void card_unreadable(Step& step, const CardUnreadable& card) {
  begin_visit(step);
  step.model.session.by_card = true;
  if (card.trouble == CardTrouble::not_supported) {
    enter_outcome(step, OutcomeKind::card_not_supported);
    return;
  }
  if (card.trouble == CardTrouble::wrong_reader) {
    enter_outcome(step, OutcomeKind::card_wrong_reader);
    return;
  }
  const int tries = std::min(step.model.session.unreadable + 1, unreadable_max);
  step.model.session.unreadable = tries;
  Outcome outcome;
  // Who is told the third time goes to the desk, whatever the cause.
  const bool too_early = card.trouble == CardTrouble::pulled && tries < unreadable_max;
  outcome.kind = too_early ? OutcomeKind::card_pulled : OutcomeKind::card_unreadable;
  outcome.tries = tries;
  enter(step, std::move(outcome));
}

void identifier_read(Step& step, const IdentifierRead& read) {
  begin_visit(step);
  step.model.session.by_card = true;
  step.model.session.unreadable = 0;
  step.ask(Play{Sound::card_read});
  look_up(step, domain::PersonCode{read.identifier}, {});
}

void code_scanned(Step& step, const CodeScanned& scanned) {
  begin_visit(step);
  const domain::Code code = domain::recognise_code(step.rules.code_formats, scanned.text);
  std::visit(overloaded{
                 [&](const domain::BookingCode& booking) { look_up(step, booking, {}); },
                 [&](const domain::PersonCode& person) { look_up(step, person, {}); },
                 [&](const domain::TicketCode& ticket) { look_up(step, ticket, {}); },
                 [&](domain::DamagedCode) { enter_outcome(step, OutcomeKind::code_damaged); },
                 [&](domain::UnknownCode) { enter_outcome(step, OutcomeKind::code_unknown); },
             },
             code);
}

/// True when the tap was for something that every screen has.
bool tapped_everywhere(Step& step, const std::string& action) {
  if (const auto tag = actions::argument(action, actions::language); !tag.empty()) {
    const auto& all = step.rules.languages;
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const Language& language) { return language.tag == tag; });
    if (known) step.model.session.language = std::string(tag);
    return true;
  }
  if (action == actions::help || action == actions::wrong_details) {
    step.model.session.overlay = Overlay::help;
    return true;
  }
  if (action == actions::close_help) {
    step.model.session.overlay = Overlay::none;
    return true;
  }
  return action == actions::more_time;  // any tap restarts the deadline
}

void tapped(Step& step, const std::string& action) {
  restart_deadline(step);
  if (tapped_everywhere(step, action)) {
    restart_deadline(step);  // a welcome screen that was touched has one
    return;
  }
  if (action == actions::home || action == actions::not_me) {
    const bool committing = std::holds_alternative<Committing>(step.model.screen);
    if (!committing) end_visit(step);
    return;
  }
  std::visit(overloaded{
                 [&](const Welcome&) {
                   if (action == actions::no_card) open_entry(step);
                 },
                 [&](const Closed&) {},
                 [&](const ReadingCard&) {},
                 [&](const LookingUp&) {},
                 [&](const Entry&) { entry_tapped(step, action); },
                 [&](const Choose&) { choose_tapped(step, action); },
                 [&](const Confirm&) { confirm_tapped(step, action); },
                 [&](const Committing&) {},
                 [&](const Done&) { done_tapped(step, action); },
                 [&](const Outcome&) { outcome_tapped(step, action); },
                 [&](const TakeCard&) { enter(step, Welcome{}); },
             },
             Screen(step.model.screen));
}

std::optional<ClosedReason> closed_reason(const Rules& rules, const Model& model) {
  const Surroundings& around = model.around;
  const Connection standing = connection(around);
  if (standing == Connection::revoked) return ClosedReason::revoked;
  if (around.ledger == LedgerHealth::cannot_record) return ClosedReason::cannot_record;
  if (!around.may_issue) return ClosedReason::stopped_issuing;
  if (model.now.trust != ClockTrust::not_before && !is_open(rules, model.now.instant)) {
    return ClosedReason::hours;
  }
  const bool devices = around.reader == ReaderHealth::ok || around.scanner == ScannerHealth::ok;
  const bool entry = !model.entry_locked_until;
  // While the server answers who asks is told that it takes a few minutes.
  const bool no_hope =
      way(Action::find_visit, standing) == Way::refused && around.server == ServerHealth::offline;
  if (no_hope || (!devices && !entry)) return ClosedReason::nothing_usable;
  return std::nullopt;
}

/// Welcome and closed turn into each other as the surroundings change.
void settle_idle(Step& step) {
  const auto* closed = std::get_if<Closed>(&step.model.screen);
  if (closed == nullptr && !std::holds_alternative<Welcome>(step.model.screen)) return;
  const auto reason = closed_reason(step.rules, step.model);
  if (reason && (closed == nullptr || closed->reason != *reason)) {
    forget_session(step);
    enter(step, Closed{*reason});
  } else if (!reason && closed != nullptr) {
    enter(step, Welcome{});
  }
}

void deadline_reached(Step& step) {
  std::visit(overloaded{
                 [&](const Welcome&) {
                   forget_session(step);
                   enter(step, Welcome{});
                 },
                 [&](const Closed&) { enter(step, Closed{}); },
                 [&](const ReadingCard&) { enter_outcome(step, OutcomeKind::card_unreadable); },
                 [&](const LookingUp&) { enter_outcome(step, OutcomeKind::cannot_look_up); },
                 [&](const Entry&) { end_visit(step); },
                 [&](const Choose&) { end_visit(step); },
                 [&](const Confirm&) { end_visit(step); },
                 [&](const Committing&) { enter_outcome(step, OutcomeKind::recording_unknown); },
                 [&](const Done&) { end_visit(step); },
                 [&](const Outcome&) { end_visit(step); },
                 [&](const TakeCard&) { enter(step, Welcome{}); },
             },
             Screen(step.model.screen));
}

void settle_time(Step& step) {
  Model& model = step.model;
  if (model.entry_locked_until && step.now() >= *model.entry_locked_until) {
    model.entry_locked_until.reset();
  }
  if (model.entry_misses_until && step.now() >= *model.entry_misses_until) {
    model.entry_misses = 0;
    model.entry_misses_until.reset();
  }
  confirm_time_passed(step);
  if (model.session.deadline && step.now() >= *model.session.deadline) deadline_reached(step);
}

/// The instants in the model follow a clock that was set: what is left of each time-out stays.
void follow_clock(Model& model, const Now& now) {
  constexpr Minutes jump{10};
  const Milliseconds change = now.instant - model.now.instant;
  if (change > -jump && change < jump) return;
  const auto shift = [&](std::optional<Instant>& instant) {
    if (instant) *instant += change;
  };
  shift(model.session.deadline);
  shift(model.entry_misses_until);
  shift(model.entry_locked_until);
  if (auto* confirm = std::get_if<Confirm>(&model.screen)) confirm->fresh_until += change;
}

void handle(Step& step, const Event& event) {
  const bool open_to_all = takes_cards_and_codes(step.model.screen);
  std::visit(overloaded{
                 [&](const Tick&) {},
                 [&](const Tapped& tap) { tapped(step, tap.action); },
                 [&](const CardNoticed&) {
                   if (open_to_all) card_noticed(step);
                 },
                 [&](const CardRead& card) {
                   if (open_to_all) card_read(step, card);
                 },
                 [&](const CardUnreadable& card) {
                   if (open_to_all) card_unreadable(step, card);
                 },
                 [&](const IdentifierRead& read) {
                   if (open_to_all) identifier_read(step, read);
                 },
                 [&](const CodeScanned& code) {
                   if (open_to_all) code_scanned(step, code);
                 },
                 [&](const LookUpAnswered& answer) { look_up_answered(step, answer); },
                 [&](const FreshAnswered& answer) { fresh_answered(step, answer); },
                 [&](const CommitAnswered& answer) { commit_answered(step, answer); },
                 [&](const TicketQueued& queued) { ticket_queued(step, queued); },
                 [&](const PrintReported& report) { print_reported(step, report); },
                 [&](const SurroundingsChanged& changed) {
                   step.model.around = changed.around;
                   printer_changed(step);
                 },
             },
             event.what);
}

/// Tickets that were asked for and of which the screen has not heard yet.
std::vector<RequestId> asked_tickets(const Screen& screen) {
  std::vector<RequestId> asked;
  if (const auto* done = std::get_if<Done>(&screen)) {
    for (const DoneVisit& visit : done->visits) {
      if (visit.copy_request) asked.push_back(visit.copy_request);
    }
  } else if (const auto* outcome = std::get_if<Outcome>(&screen)) {
    if (outcome->copy == CopyState::asked) asked.push_back(outcome->copy_request);
  }
  return asked;
}

}  // namespace

bool takes_cards_and_codes(const Screen& screen) {
  return !std::holds_alternative<Committing>(screen) && !std::holds_alternative<Closed>(screen);
}

bool same_person_goes_on(const Screen& screen) {
  if (const auto* outcome = std::get_if<Outcome>(&screen)) {
    return outcome->kind == OutcomeKind::card_unreadable ||
           outcome->kind == OutcomeKind::card_pulled ||
           outcome->kind == OutcomeKind::card_not_supported ||
           outcome->kind == OutcomeKind::card_wrong_reader ||
           outcome->kind == OutcomeKind::code_unknown || outcome->kind == OutcomeKind::code_damaged;
  }
  return std::holds_alternative<Welcome>(screen) || std::holds_alternative<ReadingCard>(screen) ||
         std::holds_alternative<Entry>(screen);
}

Update update(const Rules& rules, Model model, const Event& event) {
  follow_clock(model, event.now);
  model.now = event.now;
  const std::vector<std::int64_t> printing_before = model.printing;
  const std::vector<RequestId> asked_before = asked_tickets(model.screen);
  Step step{rules, std::move(model), {}};
  settle_time(step);
  handle(step, event);
  settle_idle(step);
  const std::vector<RequestId> asked = asked_tickets(step.model.screen);
  const bool left = std::any_of(asked_before.begin(), asked_before.end(), [&](RequestId one) {
    return std::find(asked.begin(), asked.end(), one) == asked.end();
  });
  if (left || step.model.printing != printing_before) {
    step.ask(AllowPrinting{step.model.printing});
  }
  return {std::move(step.model), std::move(step.effects)};
}

}  // namespace kiosk::journeys
