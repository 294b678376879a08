// What is looked at while the kiosks run; what the hospital holds is in invariants_hospital.cpp.
#include "tests/simulation/invariants.h"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {
namespace {

using kiosk::Instant;
using kiosk::Milliseconds;
using kiosk::Minutes;
using kiosk::Seconds;
using kiosk::domain::PrintState;
using namespace kiosk::journeys;

/// Word from one thread of a kiosk to the other takes this long at most.
constexpr Milliseconds word_takes{60};
/// No screen has a time-out longer than 60 s; touches and news may prolong it.
constexpr Minutes untouched_max{4};
constexpr Minutes list_slack{1};  ///< for clocks that differ
constexpr Seconds list_every{20};
constexpr int steps_in_minute_max = 3'000;

/// Appointments that the screen is about when a ticket of theirs may come out.
std::set<std::string> own_visits(const Screen& screen) {
  std::set<std::string> ids;
  if (const auto* done = std::get_if<Done>(&screen)) {
    for (const DoneVisit& visit : done->visits) ids.insert(visit.visit.appointment.id);
  } else if (const auto* outcome = std::get_if<Outcome>(&screen)) {
    const bool ticket = outcome->kind == OutcomeKind::already_checked_in;
    if (ticket && outcome->visit) ids.insert(outcome->visit->appointment.id);
  }
  return ids;
}

std::string appointment_of(const std::string& visit_key) {
  return visit_key.substr(0, visit_key.find('/'));
}

/// Nothing but what is marked differs.
bool same_choice(const Screen& one, const Screen& other) {
  const auto* a = std::get_if<Choose>(&one);
  const auto* b = std::get_if<Choose>(&other);
  return a != nullptr && b != nullptr && a->states == b->states;
}

bool is_idle(const Screen& screen) {
  return std::holds_alternative<Welcome>(screen) || std::holds_alternative<Closed>(screen);
}

}  // namespace

Invariants::Invariants(Agenda& agenda, Trace& trace, emulators::Hospital& hospital,
                       kiosk::domain::Zone zone)
    : agenda_(agenda), trace_(trace), hospital_(hospital), zone_(std::move(zone)) {
  const HospitalView view = view_of(hospital);
  for (const ArrivalView& one : view.arrivals) {
    for (const TicketView& ticket : one.tickets) at_first_.insert(ticket.nonce);
  }
  for (const auto& [id, status] : view.arrived) at_first_.insert(id);
}

void Invariants::broken(const char* rule, const std::string& words) {
  trace_.line(agenda_.now(), fmt::format("BROKEN: {}: {}", rule, words));
  if (!violation_) violation_ = Violation{rule, words, agenda_.now()};
}

// ---- Screens ----

void Invariants::touched(const SimKiosk& kiosk) {
  of(kiosk).quiet_since = agenda_.now();
}

Invariants::Seen Invariants::seen(const kiosk::domain::Appointment& appointment) {
  return {appointment.start, appointment.clinic_name, appointment.doctor_name,
          appointment.place_name};
}

void Invariants::confirming(const SimKiosk& kiosk) {
  const auto* confirm = std::get_if<Confirm>(&kiosk.model().screen);
  if (confirm == nullptr) return;
  for (const auto& visit : confirm->visits) {
    of(kiosk).confirmed[visit.appointment.id] = seen(visit.appointment);
    ever_confirmed_.insert(visit.appointment.id);
  }
}

void Invariants::asked_to_commit(SimKiosk& kiosk, const Commit& commit) {
  auto& confirmed = of(kiosk).confirmed;
  for (const auto& visit : commit.visits) {
    const auto found = confirmed.find(visit.appointment.id);
    if (found == confirmed.end() || found->second != seen(visit.appointment)) {
      broken(rule::as_shown, fmt::format("{} commits {}", kiosk.name(), visit.appointment.id));
    }
    auto key = kiosk::domain::visit_key(visit.appointment.id, visit.round);
    of(kiosk).refused.erase(key);
    of(kiosk).asked[commit.request].push_back(std::move(key));
  }
  confirmed.clear();
}

void Invariants::screen_changed(SimKiosk& kiosk, const Model& before) {
  OfKiosk& mine = of(kiosk);
  const Model& after = kiosk.model();
  for (const auto* model : {&before, &after}) {
    for (const auto& id : own_visits(model->screen)) mine.own_screen_until[id] = agenda_.now();
  }
  if (before.screen.index() != after.screen.index()) touched(kiosk);
  if (!is_idle(after.screen) && !after.session.deadline) {
    broken(rule::way_on, fmt::format("{} {} has no deadline", kiosk.name(), name(after.screen)));
  }
  if (is_idle(after.screen)) check_welcome(kiosk);
  // What stands there since the clock was trusted is no refusal by the one of now.
  if (before.screen != after.screen && !same_choice(before.screen, after.screen))
    check_refusals(kiosk);
}

void Invariants::check_welcome(const SimKiosk& kiosk) {
  const Model& model = kiosk.model();
  const bool clean =
      model.printing.empty() && !model.session.by_card && model.session.unreadable == 0;
  if (!clean) broken(rule::nothing_stays, kiosk.name() + " remembers the last patient");
}

void Invariants::check_refusals(const SimKiosk& kiosk) {
  if (kiosk.now().trust != kiosk::ClockTrust::not_before) return;
  const auto by_clock = [](VisitState state) {
    return state == VisitState::too_early || state == VisitState::late ||
           state == VisitState::another_day;
  };
  bool refused = false;
  if (const auto* outcome = std::get_if<Outcome>(&kiosk.model().screen)) {
    const bool server_says = outcome->visit && outcome->visit->appointment.status ==
                                                   kiosk::domain::AppointmentStatus::noshow;
    refused = !server_says &&
              (outcome->kind == OutcomeKind::too_early || outcome->kind == OutcomeKind::late ||
               outcome->kind == OutcomeKind::another_day);
  } else if (const auto* choose = std::get_if<Choose>(&kiosk.model().screen)) {
    for (std::size_t i = 0; i < choose->states.size(); ++i) {
      const bool noshow =
          choose->visits[i].appointment.status == kiosk::domain::AppointmentStatus::noshow;
      refused = refused || (by_clock(choose->states[i]) && !noshow);
    }
  }
  if (refused) {
    broken(rule::clock_refuses_nobody,
           kiosk.name() + " says " + name(kiosk.model().screen) + " by a clock it cannot trust");
  }
}

// ---- Records ----

void Invariants::note_number(const std::string& number, Named names, Instant given) {
  // A booking's own number stays with its booking, whatever becomes of the visit.
  const bool series = number.find('-') != std::string::npos;
  if (!series) names.what = appointment_of(names.what);
  const std::string day = kiosk::domain::iso(kiosk::domain::day_of(zone_, given).date);
  const auto [known, is_new] = numbers_.try_emplace(day + " " + number, names);
  if (is_new || known->second.what == names.what) return;
  const bool shared = !shared_code_.empty() && number.starts_with(shared_code_);
  if (shared && known->second.kiosk != names.kiosk) {
    shared_numbers_.emplace_back(known->second, std::move(names));
    return;
  }
  // A machine that has stepped out of the way of its double and then lost its ledger beyond
  // reading, untold, cannot know how far it had gone.
  const auto first = check_ins_.find(known->second.nonce);
  const bool lost = first != check_ins_.end() && first->second.lost;
  if (shared && lost && !told_.contains(known->second.nonce)) return;
  broken(rule::number_once,
         fmt::format("{} is {} and {} on {}", number, known->second.what, names.what, day));
}

void Invariants::note_new(SimKiosk& kiosk) {
  constexpr std::size_t all = 100'000;
  auto pending = kiosk.ledger().due(kiosk::Instant::max(), all);
  // Errors of the disk, some in a row, may have met us.
  for (int i = 0; i < 4 && !pending; ++i) pending = kiosk.ledger().due(kiosk::Instant::max(), all);
  of(kiosk).unsettled = !pending;
  if (!pending) return;
  for (const auto& message : *pending) {
    CheckIn check_in{kiosk.name(), message, agenda_.now(), kiosk.now().trust, false};
    if (!check_ins_.try_emplace(message.nonce, std::move(check_in)).second) continue;
    trace_.line(agenda_.now(), fmt::format("{} committed {} as {}", kiosk.name(), message.visit_key,
                                           message.number));
    note_number(message.number, {message.visit_key, kiosk.name(), message.nonce},
                message.confirmed_at);
    const auto& alarmed = of(kiosk).alarmed;
    if (alarmed && message.number.find('-') != std::string::npos) {
      broken(rule::alarms, fmt::format("{} goes on with {}", kiosk.name(), message.number));
    }
    if (of(kiosk).refused.contains(message.visit_key)) {
      broken(rule::told_truly,
             fmt::format("{} said that {} was not recorded", kiosk.name(), message.visit_key));
    }
    if (!ever_confirmed_.contains(message.appointment_id)) {
      broken(rule::not_invented, message.visit_key + " was committed and never confirmed");
    }
  }
}

namespace {

/// The disk has not taken over yet what a ledger that was set aside holds.
bool waits_aside(SimKiosk& kiosk) {
  const auto& asides = kiosk.ledger().asides();
  return std::any_of(asides.begin(), asides.end(), [](const auto& one) { return one.waiting > 0; });
}

}  // namespace

void Invariants::started(SimKiosk& kiosk) {
  note_new(kiosk);
  OfKiosk& mine = of(kiosk);
  mine.started = agenda_.now();
  mine.set_back = {};
  mine.confirmed.clear();
  mine.own_screen_until.clear();
  mine.released.clear();
  mine.asked.clear();
  touched(kiosk);
  const auto today = kiosk::domain::day_of(kiosk.setup().rules.zone, agenda_.now());
  for (const auto& [nonce, check_in] : check_ins_) {
    if (check_in.kiosk != kiosk.name() || check_in.lost || waits_aside(kiosk)) continue;
    auto there = kiosk.ledger().issued_nonce(nonce);
    const std::string error = there ? "" : " (" + there.error().what + ")";
    if (!there) there = kiosk.ledger().issued_nonce(nonce);  // the disk's error may have met us
    // What was told and bears another day (of a wrong clock) is erased in the end.
    const bool old = check_in.message.confirmed_at < today.start || kiosk.ledger().revoked();
    const bool erased = told_.contains(nonce) && old;
    if (!there || (!*there && !erased)) {
      broken(rule::not_lost,
             fmt::format("{} of {} is gone after a restart of {}{}", check_in.message.number,
                         check_in.message.visit_key, kiosk.name(), error));
    }
  }
}

/// What was on that disk alone is lost; that is told from what the kiosk loses.
void Invariants::ledger_lost(SimKiosk& kiosk, const std::set<std::string>& left) {
  OfKiosk& mine = of(kiosk);
  mine.ledger_lost = true;
  mine.jobs.clear();
  mine.alarmed.reset();
  for (auto& [nonce, check_in] : check_ins_) {
    if (check_in.kiosk != kiosk.name()) continue;
    check_in.lost = check_in.lost || !left.contains(nonce);
    const auto& told = check_in.message;  // it cannot know that a ticket came out
    originals_.erase(kiosk.name() + " " + told.visit_key + " " + told.number);
  }
}

void Invariants::clock_set(SimKiosk& kiosk) {
  of(kiosk).clock_set = agenda_.now();
}

bool Invariants::is_record_of(const std::string& patient_id, std::string record) const {
  while (record != patient_id) {
    const auto next = kept_.find(record);
    if (next == kept_.end()) return false;
    record = next->second;
  }
  return true;
}

void Invariants::note_alarm(SimKiosk& kiosk, bool may_issue) {
  OfKiosk& mine = of(kiosk);
  const bool silent = breaches_.contains(Breach::code_used_in_silence);
  if (may_issue || mine.alarmed || silent) return;
  mine.alarmed = agenda_.now();
  trace_.line(agenda_.now(), kiosk.name() + " sees its code used elsewhere and stops");
  const bool shared =
      kiosk.setup().code == shared_code_ || breaches_.contains(Breach::code_used_twice);
  if (!shared && !mine.ledger_lost) broken(rule::alarms, kiosk.name() + " stops for nothing");
}

void Invariants::note_answers(SimKiosk& kiosk, const CommitAnswered& answer) {
  OfKiosk& mine = of(kiosk);
  const auto asked = mine.asked.extract(answer.request);
  for (std::size_t i = 0; i < answer.results.size(); ++i) {
    const bool refused = std::holds_alternative<CannotRecord>(answer.results[i]);
    if (refused && !asked.empty()) mine.refused.insert(asked.mapped().at(i));
  }
  note_new(kiosk);
  for (const CommitResult& result : answer.results) {
    const auto* committed = std::get_if<kiosk::domain::Committed>(&result);
    if (committed == nullptr) continue;
    const bool there = std::any_of(check_ins_.begin(), check_ins_.end(), [&](const auto& one) {
      return one.second.kiosk == kiosk.name() &&
             one.second.message.visit_key == committed->visit_key &&
             one.second.message.number == committed->number;
    });
    if (!there) broken(rule::not_lost, committed->visit_key + " was answered, not recorded");
  }
}

void Invariants::stepped(SimKiosk& kiosk, const kiosk::shell::RecordsOutput& output) {
  OfKiosk& mine = of(kiosk);
  const auto minute = std::chrono::floor<Minutes>(agenda_.now());
  if (mine.minute != minute) mine.steps_in_minute = 0;
  mine.minute = minute;
  if (++mine.steps_in_minute == steps_in_minute_max) {
    broken(rule::no_spinning, kiosk.name() + " steps its records without pause");
  }
  if (output.clock) {
    mine.corrected = agenda_.now();
    mine.set_back = std::max(-output.clock->offset, kiosk::Milliseconds(0));
  }
  note_alarm(kiosk, output.facts.may_issue);
  for (const auto& event : output.events) {
    const auto* found = std::get_if<LookUpAnswered>(&event);
    if (found != nullptr && expected_.contains(found->request)) check_visit_found(kiosk, *found);
    const auto* answer = std::get_if<CommitAnswered>(&event);
    if (answer != nullptr) note_answers(kiosk, *answer);
  }
  if (mine.unsettled) note_new(kiosk);
  for (const auto& list : output.lists) {
    if (list.list != kiosk::shell::StaffList::held) continue;
    if (list.on_paper != kiosk::shell::OnPaper::yes) continue;
    for (const auto& item : list.items) mine.released.insert(item.visit_key);
  }
  if (agenda_.now() >= mine.listed_at + list_every) check_list(kiosk);
}

void Invariants::check_list(SimKiosk& kiosk) {
  of(kiosk).listed_at = agenda_.now();
  std::set<std::string> late;
  for (const auto& [nonce, one] : check_ins_) {
    const bool waits = one.kiosk == kiosk.name() && !one.lost && !told_.contains(nonce);
    const auto limit = kiosk::store::Ledger::unacknowledged_after + list_slack;
    // A machine without a clock cannot know how long it was dead; one whose clock was put right
    // takes what was stamped before for younger than it is.
    const bool no_clock = kiosk.now().trust == kiosk::ClockTrust::not_before;
    const bool ahead = one.message.confirmed_at > one.seen + list_slack / 2;
    const OfKiosk& mine = of(kiosk);
    const Instant put_right =
        std::clamp(one.message.confirmed_at, mine.corrected,
                   mine.corrected + kiosk::store::Ledger::unacknowledged_after);
    const Instant by_clock = no_clock ? mine.started : ahead ? put_right : one.seen;
    const Instant since = std::max(by_clock, mine.clock_set);
    // When that time of the wrong clock comes it looks as if it were young.
    const bool looks_young = ahead && agenda_.now() > one.message.confirmed_at - limit &&
                             agenda_.now() < one.message.confirmed_at + limit;
    // A server whose clock goes wrong sets back that of who stamped it rightly.
    const bool right_before = !ahead && one.seen <= mine.corrected;
    const Instant due =
        std::max(since, one.seen) + limit + (right_before ? mine.set_back : kiosk::Milliseconds(0));
    const bool is_late = agenda_.now() >= due && !looks_young;
    if (waits && is_late) late.insert(nonce);
  }
  if (late.empty() || waits_aside(kiosk)) return;
  const auto listed = kiosk.ledger().unacknowledged(kiosk.now().instant);
  if (!listed) return;
  if (!kiosk.setup().breaches.contains(Breach::hides_unacknowledged)) {
    for (const auto& row : *listed) late.erase(row.message.nonce);
  }
  if (late.empty()) return;
  const auto& message = check_ins_.at(*late.begin()).message;
  broken(rule::on_the_list, fmt::format("{} of {} is not on the list of {}", message.number,
                                        message.visit_key, kiosk.name()));
}

void Invariants::look(SimKiosk& kiosk) {
  if (kiosk.ledger().revoked() && !kiosk.withdrawn()) {
    broken(rule::revoked, kiosk.name() + " forgets its patients for nothing");
  }
  const bool idle = is_idle(kiosk.model().screen);
  if (!idle && agenda_.now() > of(kiosk).quiet_since + untouched_max) {
    broken(rule::way_on, fmt::format("{} stays at {}", kiosk.name(), name(kiosk.model().screen)));
  }
}

// ---- Paper ----

void Invariants::to_printer(SimKiosk& kiosk, const kiosk::domain::PrintJob& job) {
  OfKiosk& mine = of(kiosk);
  const std::string& key = job.check_in.visit_key;
  const bool copy = job.copy == kiosk::domain::Copy::copy;
  const bool committed = std::any_of(check_ins_.begin(), check_ins_.end(), [&](const auto& one) {
    const auto& message = one.second.message;
    return one.second.kiosk == kiosk.name() && message.visit_key == key &&
           message.number == job.number;
  });
  if (!copy && !committed) {
    broken(rule::commit_first, fmt::format("{} prints {} of {}", kiosk.name(), job.number, key));
  }
  if (!copy) {
    note_number(job.number, {key, kiosk.name(), job.check_in.nonce},
                job.check_in.confirmed.instant);
  }
  Sent& sent = mine.jobs[job.id];
  if (sent.times++ > 0 && sent.ended != PrintState::failed) {
    broken(rule::copy_says_so,
           fmt::format("{} sends job {} ({}) again", kiosk.name(), job.id, job.number));
  }
  sent.ended.reset();
  const std::string id = appointment_of(key);
  const auto up = mine.own_screen_until.find(id);
  const bool is_up = own_visits(kiosk.model().screen).contains(id);
  const bool was_up = up != mine.own_screen_until.end() && agenda_.now() <= up->second + word_takes;
  if (!is_up && !was_up && !mine.released.contains(key)) {
    broken(rule::own_screen, fmt::format("{} prints {} of {} at screen {}", kiosk.name(),
                                         job.number, key, name(kiosk.model().screen)));
  }
}

void Invariants::job_ended(SimKiosk& kiosk, std::int64_t job, PrintState state) {
  of(kiosk).jobs[job].ended = state;
}

void Invariants::paper_fell(const std::string& name, const Paper& paper) {
  if (paper.copy == kiosk::domain::Copy::copy) return;
  if (++originals_[name + " " + paper.visit_key + " " + paper.number] > 1) {
    broken(rule::copy_says_so,
           fmt::format("{} of {} fell out twice at {}", paper.number, paper.visit_key, name));
  }
}

}  // namespace simulation
