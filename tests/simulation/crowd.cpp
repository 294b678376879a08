#include "tests/simulation/crowd.h"

#include <fmt/format.h>

#include <algorithm>

#include "kiosk/base/overloaded.h"
#include "kiosk/journeys/actions.h"

namespace simulation {

using kiosk::Milliseconds;
using kiosk::Minutes;
using kiosk::Seconds;
using namespace kiosk::journeys;

struct Crowd::Patient {
  const emulators::DemoPerson* person = nullptr;
  SimKiosk* kiosk = nullptr;
  With with = With::card;
  bool presented = false;
  std::size_t typed = 0;
  int tries = 0;   ///< at this kiosk
  int visits = 0;  ///< kiosks gone to so far
  bool hesitated = false;
  bool copied = false;
  bool was_typing = false;
};

namespace {

constexpr int tries_max = 3;
constexpr int visits_max = 3;

Milliseconds moment(Dice& dice) {
  return dice.between(Milliseconds(400), Milliseconds(3'000));
}

bool is_booked(const emulators::Hospital& hospital, const emulators::DemoPerson& person) {
  return !person.appointments.empty() && hospital.status_of(person.appointments[0]) == "booked";
}

std::string birth_digits(const emulators::DemoPerson& person) {
  const auto& date = person.birth_date;
  return fmt::format("{:04}{:02}{:02}", date.year, date.month, date.day);
}

}  // namespace

Crowd::Crowd(Scene scene, Dice dice) : scene_(std::move(scene)), dice_(dice) {}
Crowd::~Crowd() = default;

bool Crowd::someone_is_here() const {
  return std::any_of(standing_.begin(), standing_.end(),
                     [](const auto& entry) { return entry.second != nullptr; });
}

void Crowd::invite(std::size_t count, kiosk::Instant until) {
  const auto& people = scene_.hospital.demo_people();
  const Milliseconds time = until - scene_.agenda.now();
  for (std::size_t i = 0; i < count; ++i) {
    auto patient = std::make_unique<Patient>();
    patient->person = &some_of(people);
    patient->kiosk = scene_.kiosks[dice_.below(scene_.kiosks.size())];
    const auto with = dice_.below(10);
    patient->with = with < 5   ? With::card
                    : with < 7 ? With::booking_code
                    : with < 9 ? With::hospital_card
                               : With::nothing;
    if (patient->with == With::booking_code && patient->person->booking.empty()) {
      patient->with = With::card;
    }
    Patient& who = *patient;
    patients_.push_back(std::move(patient));
    scene_.agenda.after(dice_.between({}, time), [this, &who] { arrive(who); });
  }
}

/// Mostly people who can check in at some time; there are as many whose story ends elsewhere.
const emulators::DemoPerson& Crowd::some_of(const std::vector<emulators::DemoPerson>& people) {
  const auto* person = &people[dice_.below(people.size())];
  for (int i = 0; i < 3 && !is_booked(scene_.hospital, *person); ++i) {
    person = &people[dice_.below(people.size())];
  }
  return *person;
}

void Crowd::plan(Patient& patient, Milliseconds delay) {
  scene_.agenda.after(delay, [this, &patient] { act(patient); });
}

void Crowd::arrive(Patient& patient) {
  if (!open_) return;
  Patient*& place = standing_[patient.kiosk];
  if (place != nullptr || !patient.kiosk->running()) {
    if (++patient.tries > 40) return;
    scene_.agenda.after(dice_.between(Seconds(10), Seconds(60)),
                        [this, &patient] { arrive(patient); });
    return;
  }
  place = &patient;
  const int visits = patient.visits + 1;
  const auto* person = patient.person;
  auto* kiosk = patient.kiosk;
  const With with = patient.with;
  patient = Patient{};
  patient.person = person;
  patient.kiosk = kiosk;
  patient.with = with;
  patient.visits = visits;
  scene_.trace.line(scene_.agenda.now(), fmt::format("{} <- patient {} ({})", kiosk->name(),
                                                     person->patient, person->story));
  plan(patient, moment(dice_));
}

void Crowd::leave(Patient& patient) {
  standing_[patient.kiosk] = nullptr;
  scene_.trace.line(
      scene_.agenda.now(),
      fmt::format("{} -> patient {} leaves", patient.kiosk->name(), patient.person->patient));
  const bool wanders = scene_.troubles.contains(Trouble::wanderers) && dice_.percent(35);
  if (!wanders || patient.visits >= visits_max) return;
  if (dice_.percent(60)) patient.kiosk = scene_.kiosks[dice_.below(scene_.kiosks.size())];
  patient.tries = 0;
  scene_.agenda.after(dice_.between(Seconds(5), Minutes(6)), [this, &patient] { arrive(patient); });
}

void Crowd::tap(Patient& patient, const std::string& action) {
  if (!patient.kiosk->running()) return;  // it may have died under the last tap
  if (action == actions::confirm) scene_.invariants.confirming(*patient.kiosk);
  scene_.invariants.touched(*patient.kiosk);
  patient.kiosk->tap(action);
}

void Crowd::act(Patient& patient) {
  if (!patient.kiosk->running()) return leave(patient);
  if (!patient.presented) {
    present(patient);
  } else {
    look_at_screen(patient);
  }
}

void Crowd::present(Patient& patient) {
  SimKiosk& kiosk = *patient.kiosk;
  const Screen& screen = kiosk.model().screen;
  const bool busy = std::holds_alternative<Committing>(screen);
  const bool closed = std::holds_alternative<Closed>(screen);
  if (busy || closed) {
    if (closed && ++patient.tries > tries_max) return leave(patient);
    return plan(patient, dice_.between(Seconds(2), Seconds(10)));
  }
  scene_.invariants.touched(kiosk);
  patient.presented = true;
  const auto& person = *patient.person;
  const bool foreign = person.document == "foreign_permit";
  const Surroundings& around = kiosk.model().around;
  switch (patient.with) {
    case With::card: {
      if (around.reader != ReaderHealth::ok) return leave(patient);
      kiosk.give(CardNoticed{});
      CardRead read{foreign ? CardKind::foreign_permit : CardKind::resident, person.number, {}};
      const bool bad = dice_.percent(5);
      scene_.agenda.after(dice_.between(Milliseconds(500), Milliseconds(1'500)),
                          [this, &kiosk, read, bad] {
                            scene_.invariants.touched(kiosk);
                            bad ? kiosk.give(CardUnreadable{}) : kiosk.give(read);
                          });
      return plan(patient, Milliseconds(1'600));
    }
    case With::booking_code:
    case With::hospital_card: {
      if (around.scanner != ScannerHealth::ok) return leave(patient);
      const bool booking = patient.with == With::booking_code;
      kiosk.give(CodeScanned{booking ? person.booking : person.hospital_card});
      return plan(patient, moment(dice_));
    }
    case With::nothing:
      if (!std::holds_alternative<Welcome>(screen)) {
        patient.presented = false;
        tap(patient, std::string(actions::home));
        return plan(patient, Seconds(6));
      }
      tap(patient, std::string(actions::no_card));
      patient.was_typing = true;
      return plan(patient, moment(dice_));
  }
}

void Crowd::type(Patient& patient) {
  const std::string& phone = patient.person->phone;
  const std::string text = birth_digits(*patient.person) + phone.substr(phone.size() - 4);
  if (patient.typed < text.size()) {
    const char digit = text[patient.typed++];
    tap(patient, actions::with(actions::digit, std::string(1, digit)));
    return plan(patient, dice_.between(Milliseconds(200), Milliseconds(900)));
  }
  tap(patient, std::string(actions::submit));
  plan(patient, moment(dice_));
}

void Crowd::check_it_is_me(const Patient& patient, const std::string& person_id) {
  // Merged records lead to the one that was kept.
  const bool merged = patient.person->story.starts_with("merged");
  const bool another = scene_.invariants.breaches().contains(Breach::shows_another);
  const bool own = scene_.invariants.is_record_of(person_id, patient.person->patient);
  if ((own && !another) || merged) return;
  scene_.invariants.broken(rule::own_data, fmt::format("{} shows {} to {}", patient.kiosk->name(),
                                                       person_id, patient.person->patient));
}

void Crowd::look_at_screen(Patient& patient) {
  const Screen screen = patient.kiosk->model().screen;
  const auto again = [&] {
    patient.presented = false;
    patient.typed = 0;
    if (++patient.tries > tries_max || dice_.percent(30)) return leave(patient);
    plan(patient, moment(dice_));
  };
  const auto wait = [&] { plan(patient, Milliseconds(700)); };
  std::visit(kiosk::overloaded{
                 [&](const Welcome&) { again(); },
                 [&](const Closed&) { again(); },
                 [&](const TakeCard&) { again(); },
                 [&](const ReadingCard&) { wait(); },
                 [&](const LookingUp&) { wait(); },
                 [&](const Committing&) { wait(); },
                 [&](const Entry&) { type(patient); },
                 [&](const Choose&) { at_choose(patient); },
                 [&](const Confirm& confirm) { at_confirm(patient, confirm); },
                 [&](const Done& done) { at_done(patient, done); },
                 [&](const Outcome& outcome) { at_outcome(patient, outcome); },
             },
             screen);
}

void Crowd::at_choose(Patient& patient) {
  const auto& choose = std::get<Choose>(patient.kiosk->model().screen);
  check_it_is_me(patient, choose.found.person.id);
  const auto index = dice_.below(choose.visits.size());
  if (dice_.percent(25)) {
    tap(patient, actions::with(actions::toggle, std::to_string(index)));
  } else {
    tap(patient, std::string(actions::proceed));
  }
  plan(patient, moment(dice_));
}

void Crowd::at_confirm(Patient& patient, const Confirm& confirm) {
  check_it_is_me(patient, confirm.person.id);
  const bool wanders = scene_.troubles.contains(Trouble::wanderers);
  if (wanders && !patient.hesitated && dice_.percent(20)) {
    patient.hesitated = true;
    return plan(patient, dice_.between(Seconds(3), Seconds(60)));
  }
  if (wanders && dice_.percent(6)) {
    if (dice_.percent(50)) tap(patient, std::string(actions::not_me));
    return leave(patient);
  }
  if (!confirm.confirmed) tap(patient, std::string(actions::confirm));
  if (dice_.percent(10)) tap(patient, std::string(actions::confirm));  // pressed twice
  if (wanders && dice_.percent(8)) return leave(patient);              // presses and goes
  plan(patient, dice_.between(Milliseconds(200), Milliseconds(1'500)));
}

bool Crowd::paper_came_out(const Patient& patient) const {
  return std::any_of(patient.person->appointments.begin(), patient.person->appointments.end(),
                     [&](const std::string& id) { return papers_.contains(id); });
}

void Crowd::at_done(Patient& patient, const Done& done) {
  check_it_is_me(patient, done.person.id);
  const bool unknown = std::any_of(done.visits.begin(), done.visits.end(), [](const auto& one) {
    return one.ticket == TicketState::unknown;
  });
  const bool printing = std::any_of(done.visits.begin(), done.visits.end(), [](const auto& one) {
    return one.ticket == TicketState::printing;
  });
  if (printing && dice_.percent(70)) return plan(patient, moment(dice_));
  if (unknown && dice_.percent(80)) {
    const bool came = paper_came_out(patient);
    tap(patient, std::string(came ? actions::ticket_came : actions::no_ticket));
    return plan(patient, moment(dice_));
  }
  if (!patient.copied && dice_.percent(8)) {  // did not see it fall
    patient.copied = true;
    tap(patient, std::string(actions::no_ticket));
    return plan(patient, moment(dice_));
  }
  if (dice_.percent(50)) tap(patient, std::string(actions::home));
  leave(patient);
}

void Crowd::at_outcome(Patient& patient, const Outcome& outcome) {
  if (outcome.person) check_it_is_me(patient, outcome.person->id);
  if (outcome.kind == OutcomeKind::already_checked_in && !patient.copied && dice_.percent(60)) {
    patient.copied = true;
    tap(patient, std::string(actions::copy));
    return plan(patient, dice_.between(Seconds(1), Seconds(6)));
  }
  const bool again =
      outcome.kind == OutcomeKind::card_unreadable || outcome.kind == OutcomeKind::cannot_look_up ||
      outcome.kind == OutcomeKind::no_data_yet || outcome.kind == OutcomeKind::recording_unknown;
  if (again && ++patient.tries <= tries_max && patient.with != With::nothing) {
    patient.presented = false;
    return plan(patient, moment(dice_));
  }
  if (dice_.percent(50)) tap(patient, std::string(actions::home));
  leave(patient);
}

}  // namespace simulation
