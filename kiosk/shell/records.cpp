// Look-ups, fresh reads and commits: the patient's side of what is written down.
#include "kiosk/shell/records.h"

#include <algorithm>

#include "kiosk/base/overloaded.h"

namespace kiosk::shell {
namespace {

using domain::Visit;

/// How long a patient waits for the server where the store's answer would do (the row is read anew
/// while she looks at it), and where it would not.
constexpr Milliseconds look_up_decisive{1500};
constexpr Milliseconds look_up_needed{6000};

journeys::ServerHealth health_of(sync::ServerState state) {
  switch (state) {
    case sync::ServerState::unknown:
      return journeys::ServerHealth::unknown;
    case sync::ServerState::online:
      return journeys::ServerHealth::online;
    case sync::ServerState::slow:
      return journeys::ServerHealth::slow;
    case sync::ServerState::offline:
      return journeys::ServerHealth::offline;
  }
  return journeys::ServerHealth::unknown;
}

}  // namespace

Records::Records(const journeys::Rules& rules, store::Ledger& ledger, sync::Engine& engine,
                 RandomHex random, RecordsSettings settings)
    : rules_(rules),
      ledger_(ledger),
      engine_(engine),
      random_(std::move(random)),
      settings_(settings),
      spooler_(ledger) {
  // What an earlier life stored serves until the server is asked again.
  const auto bookmark = ledger_.bookmark();
  facts_.has_data = bookmark && bookmark->has_value();
  if (facts_.has_data) last_sync_ = (*bookmark)->server_time;
  facts_.revoked = ledger_.revoked();
}

RecordsOutput Records::step(const Now& now, std::vector<RecordsInput> inputs) {
  Milliseconds change = correction_.value_or(Milliseconds(0));
  correction_.reset();
  // Somebody may have set the machine's clock back.
  if (now.instant < now_.instant + change) change = now.instant - now_.instant;
  if (change != Milliseconds(0)) follow_clock(change);
  now_ = now;
  ledger_.set_now(now);
  out_ = RecordsOutput{};
  for (const RecordsInput& input : inputs) {
    std::visit([this](const auto& one) { take(one); }, input);
  }
  step_engine();
  step_spooler();
  for (auto pending = look_ups_.begin(); pending != look_ups_.end();) {
    if (pending->second.until > now_.instant) {
      ++pending;
      continue;
    }
    answer_from_store(pending->first, pending->second);
    pending = look_ups_.erase(pending);
  }
  look_after();
  write_acts();
  out_.facts = facts_;
  out_.wake = next_care_;
  if (engine_wake_) out_.wake = std::min(out_.wake, *engine_wake_);
  if (const auto wake = spooler_.wake()) out_.wake = std::min(out_.wake, *wake);
  if (acts_due_) out_.wake = std::min(out_.wake, *acts_due_);
  for (const PendingSync& pending : syncs_) out_.wake = std::min(out_.wake, pending.until);
  for (const auto& [request, pending] : look_ups_) {
    out_.wake = std::min(out_.wake, pending.until);
  }
  return std::move(out_);
}

/// The clock shows another time from this step on: what is left of each limit stays.
void Records::follow_clock(Milliseconds change) {
  for (auto& [request, pending] : look_ups_) pending.until += change;
  for (PendingSync& pending : syncs_) {
    pending.since += change;
    pending.until += change;
  }
  if (acts_due_) *acts_due_ += change;
  if (printer_troubled_since_) *printer_troubled_since_ += change;
  if (clock_doubted_since_) *clock_doubted_since_ += change;
  spooler_.follow_clock(change);
}

void Records::note(const Error& error) {
  out_.errors.push_back(error);
}

Records::Found Records::from_store(const journeys::LookUpKey& key) {
  auto found = std::visit(
      overloaded{
          [&](const domain::BookingCode& code) {
            return ledger_.find_by_booking(code.identifier.value);
          },
          [&](const domain::PersonCode& code) { return ledger_.find(code.identifier); },
          [&](const domain::TicketCode& code) { return ledger_.find_by_token(code.token); },
          [&](const domain::BirthDateAndDigits& given) { return ledger_.find(given); },
      },
      key);
  if (!found) {
    note(found.error());
    return {};
  }
  // An appointment whose patient is not known here is nobody's to confirm.
  std::erase_if(*found, [](const domain::PersonVisits& one) { return one.person.id.empty(); });
  for (domain::PersonVisits& person : *found) {
    person.freshness = domain::Freshness::store;
    for (Visit& visit : person.visits) with_paper(visit);
  }
  return std::move(*found);
}

void Records::with_paper(Visit& visit) {
  if (!visit.arrival) return;
  const auto job = ledger_.last_job_of(visit.arrival->visit_key);
  if (!job || !*job) return;
  switch ((*job)->state) {
    case domain::PrintState::queued:
    case domain::PrintState::held:
    case domain::PrintState::failed:
      visit.arrival->ticket = domain::TicketPaper::held;
      break;
    case domain::PrintState::printed:
      visit.arrival->ticket = domain::TicketPaper::printed;
      break;
    case domain::PrintState::sending:
    case domain::PrintState::unknown:
      visit.arrival->ticket = domain::TicketPaper::unknown;
      break;
  }
}

Visit Records::merged(Visit visit) {
  // The engine has stored what it read; our own check-ins stand beside it in the ledger.
  if (auto stored = ledger_.visit(visit.appointment.id); stored && *stored) {
    if ((*stored)->arrival) visit.arrival = (*stored)->arrival;
    visit.round = std::max(visit.round, (*stored)->round);
  }
  with_paper(visit);
  return visit;
}

journeys::Way Records::way(journeys::Action action) const {
  journeys::Surroundings around;
  around.server = facts_.server;
  around.has_data = facts_.has_data;
  around.revoked = facts_.revoked;
  return journeys::way(action, journeys::connection(around));
}

void Records::take(const journeys::LookUp& look_up) {
  PendingLookUp pending;
  pending.key = look_up.key;
  pending.from_store = from_store(look_up.key);
  const journeys::Decision decision = journeys::decide(rules_, pending.from_store, now_);
  const bool numbered = decision.outcome == journeys::OutcomeKind::already_checked_in;
  pending.decisive = pending.from_store.size() == 1 && (!decision.outcome || numbered);
  const journeys::Way answered =
      way(numbered ? journeys::Action::tell_number : journeys::Action::find_visit);
  // A ledger that was never filled cannot know yet which numbers bear this kiosk's code.
  if (answered == journeys::Way::refused) pending.from_store.clear();
  if (answered == journeys::Way::refused ||
      (pending.decisive && answered == journeys::Way::store)) {
    answer_from_store(look_up.request, pending);
    return;
  }
  pending.until = now_.instant + (pending.decisive ? look_up_decisive : look_up_needed);
  look_ups_[look_up.request] = std::move(pending);
  to_engine_.push_back(sync::LookUp{look_up.request, look_up.key});
}

void Records::answer_from_store(RequestId request, const PendingLookUp& pending) {
  journeys::LookUpAnswered answer;
  answer.request = request;
  if (!pending.from_store.empty()) {
    answer.result = pending.from_store;
  } else {
    answer.result =
        facts_.has_data ? journeys::LookUpFailure::unavailable : journeys::LookUpFailure::no_data;
  }
  out_.events.push_back(std::move(answer));
}

void Records::take_answer(const sync::LookUpAnswer& answer) {
  const auto pending = look_ups_.find(answer.request);
  if (pending == look_ups_.end()) return;  // answered from the store meanwhile
  if (const auto* found = std::get_if<std::vector<domain::PersonVisits>>(&answer.result)) {
    journeys::LookUpAnswered event{answer.request, *found};
    for (domain::PersonVisits& person : std::get<Found>(event.result)) {
      for (Visit& visit : person.visits) visit = merged(std::move(visit));
    }
    out_.events.push_back(std::move(event));
  } else {
    note(std::get<Error>(answer.result));
    answer_from_store(answer.request, pending->second);
  }
  look_ups_.erase(pending);
}

void Records::take(const journeys::ReadFresh& read) {
  to_engine_.push_back(sync::ReadFresh{read.request, read.appointment_id,
                                       rules_.time_outs.fresh_read, read.location_id,
                                       read.doctor_id});
}

void Records::take_answer(const sync::FreshAnswer& answer) {
  journeys::FreshAnswered event{answer.request, journeys::Unavailable{}, answer.waiting};
  if (const auto* visit = std::get_if<Visit>(&answer.result)) {
    event.result = merged(*visit);
  } else if (std::holds_alternative<sync::AppointmentGone>(answer.result)) {
    event.result = journeys::Gone{};
  }
  out_.events.push_back(std::move(event));
}

journeys::CommitResult Records::commit_one(const journeys::Commit& commit, std::size_t index) {
  const Visit& visit = commit.visits[index];
  domain::CheckIn check_in;
  check_in.waiting = commit.waiting[index];
  check_in.visit_key = domain::visit_key(visit.appointment.id, visit.round);
  check_in.appointment_id = visit.appointment.id;
  check_in.appointment_version = visit.appointment.version;
  check_in.patient_id = commit.person.id;
  check_in.nonce = random_();
  check_in.token = random_();
  check_in.confirmed = now_;
  check_in.service_day = commit.service_day;
  check_in.own_number = visit.appointment.queue_number;
  check_in.online = commit.online;
  check_in.language = commit.language;
  check_in.person = commit.person;
  check_in.appointment = visit.appointment;
  auto outcome = ledger_.commit_check_in(check_in);
  if (!outcome) {
    note(outcome.error());
    if (outcome.error().code != "code_in_use") {
      facts_.ledger = journeys::LedgerHealth::cannot_record;
      next_care_ = now_.instant;
    }
    if (outcome.error().code == "commit_unknown") return journeys::RecordingUnknown{};
    return journeys::CannotRecord{};
  }
  return std::visit(
      overloaded{
          [](domain::Committed& committed) { return journeys::CommitResult(committed); },
          [&](domain::AlreadyCheckedIn& already) {
            Visit known = visit;
            known.arrival = already.arrival;
            with_paper(known);
            return journeys::CommitResult(domain::AlreadyCheckedIn{*known.arrival});
          },
          [](domain::ChangedMeanwhile& changed) { return journeys::CommitResult(changed); },
      },
      *outcome);
}

void Records::take(const journeys::Commit& commit) {
  journeys::CommitAnswered answer;
  answer.request = commit.request;
  for (std::size_t i = 0; i < commit.visits.size(); ++i) {
    answer.results.push_back(commit_one(commit, i));
  }
  out_.events.push_back(std::move(answer));
  to_engine_.push_back(sync::OutboxChanged{});
}

void Records::take(const journeys::PrintAgain& again) {
  journeys::TicketQueued queued{again.request, 0};
  if (way(journeys::Action::print_copy) == journeys::Way::refused) {
    out_.events.push_back(queued);
    return;
  }
  const std::string key = again.visit.arrival ? again.visit.arrival->visit_key : std::string();
  if (const auto job = ledger_.last_job_of(key); job && *job) {
    const domain::PrintState state = (*job)->state;
    if (state == domain::PrintState::held || state == domain::PrintState::failed ||
        state == domain::PrintState::queued) {
      queued.job = (*job)->id;
    }
  }
  if (queued.job == 0) {
    const auto copy = ledger_.add_copy({key, again.language, now_});
    if (copy) {
      queued.job = copy->id;
    } else {
      note(copy.error());
    }
  }
  // Allowed at once: the screen's own word of it comes a step later.
  if (queued.job != 0) spooler_.allow_also(queued.job, now_.instant);
  out_.events.push_back(queued);
}

void Records::take(const journeys::ResolvePrint& resolve) {
  const auto to = resolve.came_out == journeys::CameOut::yes ? domain::PrintState::printed
                                                             : domain::PrintState::failed;
  const auto job = ledger_.print_job(resolve.job);
  if (!job || !*job || (*job)->state != domain::PrintState::unknown) return;
  const bool came = to == domain::PrintState::printed;
  add_act({came ? domain::Act::paper_came : domain::Act::paper_missing,
           (*job)->check_in.visit_key,
           "",
           {},
           resolve.job});
  // "It did not come out" stays unknown in the ledger: paper may still lie in the printer, so the
  // next one is a COPY.
  if (to == domain::PrintState::failed) return;
  if (auto moved = ledger_.set_print_state(resolve.job, (*job)->state, to); !moved) {
    note(moved.error());
  }
}

void Records::take(const journeys::AllowPrinting& allow) {
  spooler_.allow(allow.jobs, now_.instant);
}

void Records::take(const sync::HttpResult& result) {
  to_engine_.push_back(result);
}

void Records::take(const JobEnded& ended) {
  Spooler::Output output;
  spooler_.ended(ended.job, ended.state, output);
  for (const auto& report : output.reports) out_.events.push_back(report);
  for (const Error& error : output.errors) note(error);
}

void Records::step_engine() {
  std::vector<sync::Input> inputs;
  inputs.swap(to_engine_);
  sync::Output output = engine_.step(now_, inputs);
  engine_wake_ = output.wake;
  const auto server = health_of(output.server);
  if (server != facts_.server) add_act({domain::Act::server_state, "", text_of(server)});
  if (server != facts_.server && server == journeys::ServerHealth::offline)
    note({"sync", "offline", output.trouble});
  server_trouble_ = output.trouble;
  facts_.server = server;
  if (facts_.server == journeys::ServerHealth::online) {
    notice(journeys::StaffNotice::sign_in, false);
  }
  if (output.revoked) take(WithdrawalOrdered{});
  if (output.last_complete_run && output.last_complete_run != last_sync_) {
    last_sync_ = output.last_complete_run;
    facts_.has_data = true;
  }
  out_.clock = output.clock;
  if (output.clock) {
    correction_ = output.clock->offset;
    add_act({domain::Act::clock_corrected, "", std::to_string(correction_->count()) + " ms"});
  }
  std::move(output.requests.begin(), output.requests.end(), std::back_inserter(out_.requests));
  for (const Error& error : output.errors) note(error);
  if (!output.errors.empty()) sync_trouble_ = output.errors.back().what;
  answer_syncs(output);
  for (const sync::Answer& answer : output.answers) {
    std::visit([this](const auto& one) { take_answer(one); }, answer);
  }
  // What follows from an alert is the ledger's to say: one that has given no number yet just begins
  // its next incarnation when it sees its code used.
  if (!output.alerts.empty()) next_care_ = now_.instant;
  for (sync::EngineAlert& alert : output.alerts) {
    const bool lacking = alert.kind == sync::AlertKind::lacking;
    if (alert.kind != sync::AlertKind::denied && !lacking) continue;
    // It may name scopes of the configuration or of the server; the webhook's text needs no
    // escapes.
    std::replace_if(
        alert.text.begin(), alert.text.end(),
        [](char c) { return c == '"' || c == '\\' || (c >= 0 && c < 0x20); }, '\'');
    if (!lacking) facts_.notices.insert(journeys::StaffNotice::sign_in);
    out_.alerts.push_back({lacking ? std::nullopt : std::optional(journeys::StaffNotice::sign_in),
                           lacking ? "server_lacks" : "sign_in",
                           rules_.kiosk_code + ": " + std::move(alert.text)});
  }
}

void Records::step_spooler() {
  Spooler::Output output;
  spooler_.step(now_.instant, output);
  for (const auto& report : output.reports) out_.events.push_back(report);
  for (const Error& error : output.errors) note(error);
  std::move(output.print.begin(), output.print.end(), std::back_inserter(out_.print));
}

}  // namespace kiosk::shell
