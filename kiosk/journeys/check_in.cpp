// The check-in journey: a look-up's answer -> choose -> confirm (with a fresh read) -> committed.
#include <algorithm>
#include <charconv>

#include "kiosk/journeys/actions.h"
#include "kiosk/journeys/availability.h"
#include "kiosk/journeys/step.h"

namespace kiosk::journeys {
namespace {

using domain::Visit;

Way way_of(const Step& step, Action action) {
  return way(action, connection(step.model.around));
}

void enter_confirm(Step& step, domain::Person person, std::vector<Visit> visits, Confirm confirm) {
  const Way fresh = way_of(step, Action::read_fresh);
  if (fresh == Way::refused) return enter_outcome(step, OutcomeKind::cannot_record);
  confirm.person = std::move(person);
  confirm.visits = std::move(visits);
  confirm.fresh = fresh == Way::server ? FreshRead::waiting : FreshRead::unavailable;
  confirm.fresh_until = step.now() + step.rules.time_outs.fresh_read;
  confirm.fresh_requests.clear();
  confirm.waiting.assign(confirm.visits.size(), {});
  for (const Visit& visit : confirm.visits) {
    if (fresh != Way::server) break;  // the store's row is trusted
    const RequestId request = step.request();
    confirm.fresh_requests.push_back(request);
    const domain::Appointment& known = visit.appointment;
    step.ask(ReadFresh{request, known.id, known.location_id, known.doctor_id});
  }
  enter(step, std::move(confirm));
}

void enter_outcome_about(Step& step, OutcomeKind kind, const domain::Person& person,
                         const Visit& visit, bool by_entry) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.person = person;
  outcome.visit = visit;
  outcome.by_entry = by_entry;
  const ClinicRules& clinic = rules_of(step.rules, visit.appointment.clinic_id);
  outcome.opens = visit.appointment.start - clinic.opens_before;
  if (kind == OutcomeKind::already_checked_in && !by_entry && visit.arrival &&
      visit.arrival->ticket == domain::TicketPaper::held) {
    // Its patient came back: the ticket that never came out may print now.
    outcome.copy = CopyState::asked;
    outcome.copy_request = step.request();
    step.ask(PrintAgain{outcome.copy_request, person, visit, step.model.session.language});
  }
  enter(step, std::move(outcome));
}

void follow(Step& step, const domain::PersonVisits& found, Decision decision,
            const LookingUp& from) {
  if (decision.outcome) {
    if (decision.visits.empty()) {
      enter_outcome(step, *decision.outcome);
    } else {
      enter_outcome_about(step, *decision.outcome, found.person, decision.visits.front(),
                          from.by_entry);
    }
    return;
  }
  if (decision.visits.size() == 1) {
    Confirm confirm;
    confirm.by_entry = from.by_entry;
    confirm.card_expired = from.card_expired;
    enter_confirm(step, found.person, std::move(decision.visits), std::move(confirm));
    return;
  }
  Choose choose;
  choose.found = found;
  choose.found.visits.clear();
  choose.by_entry = from.by_entry;
  choose.card_expired = from.card_expired;
  for (const VisitState state : decision.states) choose.chosen.push_back(can_check_in(state));
  choose.visits = std::move(decision.visits);
  choose.states = std::move(decision.states);
  enter(step, std::move(choose));
}

/// Where patients are called in the order of their appointments nobody is called before her own.
void fit_to_appointments(const Step& step, Confirm& confirm) {
  for (std::size_t i = 0; i < confirm.visits.size(); ++i) {
    const domain::Appointment& appointment = confirm.visits[i].appointment;
    auto& range = confirm.waiting[i].range;
    if (!range || rules_of(step.rules, appointment.clinic_id).order == CallOrder::arrival) continue;
    if (step.model.now.trust == ClockTrust::not_before) {  // who knows when she is called
      range.reset();
      continue;
    }
    range = domain::not_before(*range, appointment.start - step.now());
  }
}

void commit(Step& step) {
  const Way recorded = way_of(step, Action::check_in);
  if (recorded == Way::refused) return enter_outcome(step, OutcomeKind::cannot_record);
  auto& confirm = std::get<Confirm>(step.model.screen);
  if (way_of(step, Action::tell_waiting) == Way::silent)
    confirm.waiting.assign(confirm.visits.size(), {});
  fit_to_appointments(step, confirm);
  const bool online = recorded == Way::server;
  Committing screen{step.request(), std::move(confirm.person), std::move(confirm.visits),
                    std::move(confirm.waiting), online};
  Commit effect{screen.request,
                screen.person,
                screen.visits,
                screen.waiting,
                step.model.session.language,
                online,
                domain::day_of(step.rules.zone, step.now())};
  enter(step, std::move(screen));
  step.ask(std::move(effect));
}

/// What the patient saw has another meaning now.
bool differs(const domain::Appointment& seen, const domain::Appointment& now) {
  return seen.start != now.start || seen.clinic_id != now.clinic_id ||
         seen.clinic_name != now.clinic_name || seen.doctor_id != now.doctor_id ||
         seen.doctor_name != now.doctor_name || seen.location_id != now.location_id ||
         seen.place_name != now.place_name;
}

/// Takes a newer row into the confirm screen; false when the screen was left for an outcome.
bool take_newer(Step& step, std::size_t index, const Visit& newer) {
  auto& confirm = std::get<Confirm>(step.model.screen);
  Visit& shown = confirm.visits[index];
  const VisitState state = state_of(step.rules, newer, step.model.now);
  // Given to somebody else, or her record was merged just now: only a look-up can tell.
  const std::string& patient = newer.appointment.patient_id;
  const bool another = !patient.empty() && !shown.appointment.patient_id.empty() &&
                       patient != shown.appointment.patient_id;
  if (can_check_in(state) && !another) {
    if (differs(shown.appointment, newer.appointment)) {
      confirm.changed = true;
      confirm.confirmed = false;
      restart_deadline(step);
    }
    shown = newer;
    return true;
  }
  if (confirm.visits.size() > 1) {
    confirm.visits.erase(confirm.visits.begin() + std::ptrdiff_t(index));
    confirm.fresh_requests.erase(confirm.fresh_requests.begin() + std::ptrdiff_t(index));
    confirm.waiting.erase(confirm.waiting.begin() + std::ptrdiff_t(index));
    confirm.changed = true;
    confirm.confirmed = false;
    return true;
  }
  if (another) {
    enter_outcome(step, OutcomeKind::cannot_look_up);
    return false;
  }
  domain::PersonVisits found{confirm.person, {newer}, domain::Freshness::server};
  const Decision decision = decide(step.rules, {found}, step.model.now);
  const bool by_entry = confirm.by_entry;
  enter_outcome_about(step, decision.outcome.value_or(OutcomeKind::no_appointment), found.person,
                      newer, by_entry);
  return false;
}

void fresh_complete(Step& step, FreshRead how) {
  auto& confirm = std::get<Confirm>(step.model.screen);
  confirm.fresh = how;
  if (confirm.confirmed) commit(step);
}

}  // namespace

void look_up(Step& step, LookUpKey key, LookingUp screen) {
  screen.request = step.request();
  step.ask(LookUp{screen.request, std::move(key)});
  enter(step, std::move(screen));
}

void look_up_answered(Step& step, const LookUpAnswered& answer) {
  const auto* looking = std::get_if<LookingUp>(&step.model.screen);
  if (looking == nullptr || looking->request != answer.request) return;
  const LookingUp from = *looking;
  if (const auto* failure = std::get_if<LookUpFailure>(&answer.result)) {
    const OutcomeKind kind =
        *failure == LookUpFailure::no_data ? OutcomeKind::no_data_yet : OutcomeKind::cannot_look_up;
    if (from.by_entry && kind == OutcomeKind::cannot_look_up) {
      entry_missed(step, kind);
    } else {
      enter_outcome(step, kind);
    }
    return;
  }
  const auto& found = std::get<std::vector<domain::PersonVisits>>(answer.result);
  if (from.by_entry && found.size() != 1) {
    entry_missed(step, OutcomeKind::entry_no_match);
    return;
  }
  Decision decision = decide(step.rules, found, step.model.now);
  follow(step, found.empty() ? domain::PersonVisits{} : found.front(), std::move(decision), from);
}

void choose_tapped(Step& step, const std::string& action) {
  auto& choose = std::get<Choose>(step.model.screen);
  if (const auto text = actions::argument(action, actions::toggle); !text.empty()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size()) return;
    if (index < choose.visits.size() && can_check_in(choose.states[index])) {
      choose.chosen[index] = choose.chosen[index] == 0;
    }
    return;
  }
  if (action != actions::proceed) return;
  std::vector<Visit> visits;
  for (std::size_t i = 0; i < choose.visits.size(); ++i) {
    if (choose.chosen[i] != 0) visits.push_back(choose.visits[i]);
  }
  if (visits.empty()) return;
  Confirm confirm;
  confirm.by_entry = choose.by_entry;
  confirm.card_expired = choose.card_expired;
  domain::Person person = choose.found.person;
  enter_confirm(step, std::move(person), std::move(visits), std::move(confirm));
}

void confirm_tapped(Step& step, const std::string& action) {
  auto& confirm = std::get<Confirm>(step.model.screen);
  if (action != actions::confirm || confirm.confirmed) return;
  confirm.confirmed = true;
  confirm.changed = false;
  if (confirm.fresh != FreshRead::waiting) commit(step);
}

void confirm_time_passed(Step& step) {
  const auto* confirm = std::get_if<Confirm>(&step.model.screen);
  if (confirm == nullptr || confirm->fresh != FreshRead::waiting) return;
  if (step.now() >= confirm->fresh_until) fresh_complete(step, FreshRead::unavailable);
}

void fresh_answered(Step& step, const FreshAnswered& answer) {
  auto* confirm = std::get_if<Confirm>(&step.model.screen);
  if (confirm == nullptr) return;
  const auto at =
      std::find(confirm->fresh_requests.begin(), confirm->fresh_requests.end(), answer.request);
  if (at == confirm->fresh_requests.end()) return;
  const auto index = std::size_t(at - confirm->fresh_requests.begin());
  *at = RequestId{};
  confirm->waiting[index] = answer.waiting;
  if (std::holds_alternative<Gone>(answer.result)) {
    Visit gone = confirm->visits[index];
    gone.appointment.status = domain::AppointmentStatus::entered_in_error;
    if (confirm->visits.size() == 1) {
      enter_outcome(step, OutcomeKind::no_appointment);
      return;
    }
    if (!take_newer(step, index, gone)) return;
  } else if (const auto* visit = std::get_if<Visit>(&answer.result)) {
    if (!take_newer(step, index, *visit)) return;
  }
  confirm = &std::get<Confirm>(step.model.screen);
  const bool all = std::none_of(confirm->fresh_requests.begin(), confirm->fresh_requests.end(),
                                [](RequestId request) { return bool(request); });
  if (all && confirm->fresh == FreshRead::waiting) fresh_complete(step, FreshRead::answered);
}

void commit_answered(Step& step, const CommitAnswered& answer) {
  const auto* committing = std::get_if<Committing>(&step.model.screen);
  if (committing == nullptr || committing->request != answer.request) return;
  if (answer.results.size() != committing->visits.size()) return;  // the shell answers each
  const Committing from = *committing;
  Done done{from.person, {}, from.online, 0, 0};
  for (std::size_t i = 0; i < from.visits.size(); ++i) {
    if (const auto* committed = std::get_if<domain::Committed>(&answer.results[i])) {
      const TicketState ticket =
          can_print(step.model.around) ? TicketState::printing : TicketState::no_paper;
      done.visits.push_back({from.visits[i], *committed, ticket, false, {}, from.waiting[i]});
    } else if (std::holds_alternative<RecordingUnknown>(answer.results[i])) {
      ++done.recording_unknown;
    } else {
      ++done.not_recorded;
    }
  }
  if (!done.visits.empty()) {
    step.model.printing.clear();
    for (const DoneVisit& visit : done.visits) {
      step.model.printing.push_back(visit.committed.print_job);
    }
    step.ask(Play{Sound::done});
    enter(step, std::move(done));
    return;
  }
  // Whatever became of the others: none of their screens would be true of this one.
  if (done.recording_unknown > 0) return enter_outcome(step, OutcomeKind::recording_unknown);
  const CommitResult& first = answer.results.front();
  if (const auto* already = std::get_if<domain::AlreadyCheckedIn>(&first)) {
    Visit visit = from.visits.front();
    visit.arrival = already->arrival;
    enter_outcome_about(step, OutcomeKind::already_checked_in, from.person, visit, false);
  } else if (const auto* changed = std::get_if<domain::ChangedMeanwhile>(&first)) {
    Visit visit = from.visits.front();
    visit.appointment = changed->appointment;
    Confirm confirm;
    confirm.changed = true;
    enter_confirm(step, from.person, {from.visits.front()}, std::move(confirm));
    take_newer(step, 0, visit);
  } else {
    enter_outcome(step, OutcomeKind::cannot_record);
  }
}

}  // namespace kiosk::journeys
