#include "kiosk/sync/look_up.h"

#include <algorithm>

#include "kiosk/base/overloaded.h"
#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr int hops_max = 5;  ///< from a merged patient to the one that stays
constexpr std::size_t people_max = 20;

template <typename Row>
void add_unique(std::vector<Row>& to, const std::vector<Row>& from) {
  for (const auto& row : from) {
    const bool known =
        std::any_of(to.begin(), to.end(), [&](const Row& one) { return one.id == row.id; });
    if (!known) to.push_back(row);
  }
}

/// An answer may hold a resource in several versions: the newest stays, in doubt the last.
template <typename Row>
void keep_newest(std::vector<Row>& rows) {
  std::map<std::string, std::size_t> newest;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [known, is_first] = newest.emplace(rows[i].id, i);
    if (is_first) continue;
    const auto& held = rows[known->second].meta.last_updated;
    const auto& other = rows[i].meta.last_updated;
    if (!held || !other || *other >= *held) known->second = i;
  }
  if (newest.size() == rows.size()) return;
  std::vector<Row> kept;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (newest.at(rows[i].id) == i) kept.push_back(std::move(rows[i]));
  rows = std::move(kept);
}

const PatientRow* find_patient(const Reading& reading, const std::string& id) {
  for (const auto& row : reading.patients)
    if (row.id == id) return &row;
  return nullptr;
}

bool bears(const std::vector<domain::Identifier>& identifiers, const domain::Identifier& one) {
  return std::find(identifiers.begin(), identifiers.end(), one) != identifiers.end();
}

std::string patient_of(const AppointmentRow& row) {
  for (const auto& one : row.participants)
    if (auto id = id_of(one.reference, "Patient"); !id.empty()) return id;
  return {};
}

bool finds_nothing(const Reading& reading) {
  return reading.patients.empty() && reading.appointments.empty() && reading.encounters.empty() &&
         reading.flags.empty() && reading.directory.empty();
}

/// What was searched could not be asked, which a server may say in a Bundle, too.
bool failed(const Reading& reading) {
  return std::any_of(reading.issues.begin(), reading.issues.end(), [](const IssueRow& one) {
    return one.severity == "error" || one.severity == "fatal" || one.code == "incomplete";
  });
}

}  // namespace

Result<Reading> reading_of(const Reply& reply) {
  if (!reply.ok()) return fail("sync", "unavailable", reply.what(), Remedy::wait);
  auto reading = read_fhir(reply.body(), reply.names != nullptr ? *reply.names : ServerNames());
  if (!reading) return reading;
  if (reply.names != nullptr) *reply.names = reading->names;
  keep_newest(reading->patients);
  keep_newest(reading->appointments);
  return reading;
}

Result<Reading> found_in(const Reply& reply) {
  auto reading = reading_of(reply);
  if (reading && reading->type != "Bundle")
    return fail("fhir", "malformed", "the answer to a search is no Bundle: " + server_codes(reply));
  if (reading && finds_nothing(*reading) && failed(*reading))
    return fail("sync", "unavailable", "the search failed: " + server_codes(reply), Remedy::wait);
  return reading;
}

bool refuses_search(const Reply& reply) {
  return reply.status() == 400 || reply.status() == 422 || reply.status() == 501;
}

void merge(Reading& to, const Reading& from) {
  add_unique(to.patients, from.patients);
  add_unique(to.appointments, from.appointments);
  add_unique(to.encounters, from.encounters);
  to.flags.insert(to.flags.end(), from.flags.begin(), from.flags.end());
  to.directory.insert(to.directory.end(), from.directory.begin(), from.directory.end());
}

void LookUps::start(Now now, const LookUp& what) {
  auto& work = works_[what.request];
  work = Work();
  work.key = what.key;
  work.deadline = now.instant + context_.profile().look_up_timeout;
  begin(now, what.request);
}

void LookUps::begin(Now now, Id id) {
  auto& work = works_.at(id);
  Work anew;
  anew.key = work.key;
  anew.deadline = work.deadline;
  work = std::move(anew);
  const auto& profile = context_.profile();
  std::visit(overloaded{
                 [&](const domain::PersonCode& code) {
                   ask(now, id, people_search(profile, code.identifier), &LookUps::on_people);
                 },
                 [&](const domain::BirthDateAndDigits& given) {
                   ask(now, id, birth_date_search(profile, given.birth_date),
                       &LookUps::on_birth_date);
                 },
                 [&](const domain::BookingCode& code) {
                   ask(now, id, booking_search(profile, code.identifier, context_.includes()),
                       &LookUps::on_booking);
                 },
                 [&](const domain::TicketCode& code) {
                   const bool task = profile.arrival_way == ArrivalWay::appointment_only;
                   ask(now, id,
                       identifier_search(profile, task ? "Task" : "Encounter",
                                         {profile.systems.ticket_token, code.token}),
                       &LookUps::on_ticket);
                 },
             },
             works_.at(id).key);
}

void LookUps::ask(Now now, Id id, HttpRequest request, Step next) {
  request.timeout = context_.profile().look_up_timeout;
  context_.exchange.send(
      now, std::move(request), Urgency::interactive,
      [this, id, next](Now at, const Reply& reply) {
        if (!works_.contains(id)) return;  // answered already
        if (refuses_search(reply) && context_.search_plainer()) return begin(at, id);
        auto reading = found_in(reply);
        if (!reading) return give_up(id, reading.error());
        (this->*next)(at, id, std::move(*reading));
      },
      Pages::all);
}

void LookUps::on_people(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  const auto& wanted = std::get<domain::PersonCode>(work.key).identifier;
  std::erase_if(reading.patients,
                [&](const PatientRow& row) { return !bears(row.identifiers, wanted); });
  merge(work.gathered, reading);
  follow_people(now, id);
}

void LookUps::on_birth_date(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  const auto& given = std::get<domain::BirthDateAndDigits>(work.key);
  std::erase_if(reading.patients, [&](const PatientRow& row) {
    domain::Person one;
    one.birth_date = row.birth_date;
    one.identifiers = row.identifiers;
    one.phones = row.phones;
    return !domain::matches(one, given);
  });
  merge(work.gathered, reading);
  follow_people(now, id);
}

/// Goes from each person found to who replaced them, until only those remain who stay.
void LookUps::follow_people(Now now, Id id) {
  auto& work = works_.at(id);
  if (work.gathered.patients.size() > people_max)
    return give_up(id, {"sync", "unavailable", "far too many people match"});
  std::set<std::string> staying;
  std::set<std::string> missing;
  for (const auto& row : work.gathered.patients) {
    if (row.replaced_by.empty()) staying.insert(row.id);
    for (const auto& other : row.replaced_by)
      if (find_patient(work.gathered, other) == nullptr) missing.insert(other);
  }
  if (!missing.empty() && work.hops++ < hops_max) {
    const std::vector<std::string> ids(missing.begin(), missing.end());
    return ask(now, id, ids_search(context_.profile(), "Patient", ids, Includes::without),
               &LookUps::on_replacing);
  }
  for (const auto& row : work.gathered.patients) work.own_ids.insert(row.id);
  const bool by_entry = std::holds_alternative<domain::BirthDateAndDigits>(work.key);
  if (staying.empty() && !work.gathered.patients.empty())
    return give_up(id, {"sync", "bad_merge", "a merged record leads nowhere"});
  if (staying.size() > 1 && !by_entry) return several(id, staying);
  if (staying.size() != 1) return answer(id, {});
  work.person_id = *staying.begin();
  ask_appointments(now, id);
}

void LookUps::on_replacing(Now now, Id id, Reading reading) {
  merge(works_.at(id).gathered, reading);
  follow_people(now, id);
}

void LookUps::on_booking(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  const auto& wanted = std::get<domain::BookingCode>(work.key).identifier;
  std::erase_if(reading.appointments, [&](const AppointmentRow& row) {
    return !bears(row.identifiers, wanted) ||
           row.status == domain::AppointmentStatus::entered_in_error;
  });
  if (reading.appointments.empty()) return answer(id, {});
  std::set<std::string> patients;
  for (const auto& row : reading.appointments) patients.insert(patient_of(row));
  if (patients.size() > 1) return several(id, patients);
  ask_people(now, id, std::move(reading));
}

/// Whose appointments these are, read by itself so that a merge is seen.
void LookUps::ask_people(Now now, Id id, Reading reading) {
  const std::vector<std::string> ids{patient_of(reading.appointments.front())};
  if (ids.front().empty())
    return give_up(id, {"sync", "unavailable", "the appointment names no patient"});
  reading.patients.clear();
  merge(works_.at(id).gathered, reading);
  ask(now, id, ids_search(context_.profile(), "Patient", ids, Includes::without),
      &LookUps::on_its_people);
}

void LookUps::on_its_people(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  const auto wanted = patient_of(work.gathered.appointments.front());
  std::erase_if(reading.patients, [&](const PatientRow& row) { return row.id != wanted; });
  if (reading.patients.empty())
    return give_up(id, {"sync", "unavailable", "the appointment's patient cannot be read"});
  merge(work.gathered, reading);
  follow_people(now, id);
}

void LookUps::on_ticket(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  const auto& profile = context_.profile();
  const domain::Identifier wanted{profile.systems.ticket_token,
                                  std::get<domain::TicketCode>(work.key).token};
  const auto day = context_.today(now);
  std::erase_if(reading.encounters, [&](const EncounterRow& row) {
    const bool of_today = row.start && *row.start >= day.start && *row.start < day.end;
    return !bears(row.identifiers, wanted) || !stands(row) || row.appointments.empty() || !of_today;
  });
  if (reading.encounters.empty()) return answer(id, {});
  work.only_appointment = reading.encounters.front().appointments.front();
  const std::vector<std::string> ids{work.only_appointment};
  ask(now, id, ids_search(profile, "Appointment", ids, context_.includes()),
      &LookUps::on_ticket_visit);
}

void LookUps::on_ticket_visit(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  std::erase_if(reading.appointments,
                [&](const AppointmentRow& row) { return row.id != work.only_appointment; });
  if (reading.appointments.empty()) return answer(id, {});
  ask_people(now, id, std::move(reading));
}

void LookUps::ask_appointments(Now now, Id id) {
  auto& work = works_.at(id);
  const auto& profile = context_.profile();
  const auto* row = find_patient(work.gathered, work.person_id);
  if (row != nullptr && person(*row, profile).standing != domain::Standing::normal)
    return finish(now, id);
  if (!work.only_appointment.empty()) return name_them(now, id);
  const auto today = context_.today(now).date;
  const auto& zone = context_.settings.zone;
  const auto from = domain::day_of(zone, domain::plus_days(today, -profile.days_back)).start;
  const auto until = domain::day_of(zone, domain::plus_days(today, profile.days_ahead)).end;
  const std::vector<std::string> ids(work.own_ids.begin(), work.own_ids.end());
  ask(now, id, appointments_search(profile, zone, ids, from, until, context_.includes()),
      &LookUps::on_appointments);
}

void LookUps::on_appointments(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  std::erase_if(reading.appointments, [&](const AppointmentRow& row) {
    return !work.own_ids.contains(patient_of(row)) ||
           row.status == domain::AppointmentStatus::entered_in_error;
  });
  merge(work.gathered, reading);
  name_them(now, id);
}

void LookUps::name_them(Now now, Id id) {
  auto& work = works_.at(id);
  if (work.gathered.appointments.empty()) return finish(now, id);
  auto gathered = std::move(work.gathered);
  resolver_.complete(now, std::move(gathered), {Urgency::interactive, People::fetch},
                     [this, id](Now at, Reading whole) {
                       const auto found = works_.find(id);
                       if (found == works_.end()) return;
                       found->second.gathered = std::move(whole);
                       std::vector<std::string> ids;
                       for (const auto& row : found->second.gathered.appointments)
                         ids.push_back(row.id);
                       ask(at, id, context_.arrivals_request(ids), &LookUps::on_arrivals);
                     });
}

void LookUps::on_arrivals(Now now, Id id, Reading reading) {
  auto& work = works_.at(id);
  context_.watch_arrivals(now, reading.encounters);
  // This answer is past every cache; what came along with the appointments may not be.
  work.gathered.encounters = std::move(reading.encounters);
  if (context_.profile().flag_marks_system.empty()) return finish(now, id);
  const std::vector<std::string> ids{work.person_id};
  ask(now, id, flags_search(context_.profile(), ids), &LookUps::on_flags);
}

void LookUps::on_flags(Now now, Id id, Reading reading) {
  merge(works_.at(id).gathered, reading);
  finish(now, id);
}

void LookUps::finish(Now now, Id id) {
  auto& work = works_.at(id);
  const auto& profile = context_.profile();
  domain::PersonVisits found;
  found.freshness = domain::Freshness::server;
  if (const auto* row = find_patient(work.gathered, work.person_id))
    found.person = person(*row, profile);
  found.person.id = work.person_id;
  const auto page_of_all = page(work.gathered, profile, context_.directory);
  context_.keep(now, page_of_all);
  if (found.person.standing == domain::Standing::normal) found.visits = page_of_all.visits;
  // An answer may bring more than was asked for; nobody is offered another's visit.
  std::erase_if(found.visits, [&](const domain::Visit& visit) {
    return !work.own_ids.contains(visit.appointment.patient_id);
  });
  for (auto& one : found.visits)
    for (const auto& flag : work.gathered.flags)
      for (const auto& code : flag.codes)
        if (flag.patient_id == work.person_id && code.system == profile.flag_marks_system)
          one.appointment.marks.push_back(code.code);
  std::sort(found.visits.begin(), found.visits.end(), [](const auto& a, const auto& b) {
    return std::tie(a.appointment.start, a.appointment.id) <
           std::tie(b.appointment.start, b.appointment.id);
  });
  answer(id, {std::move(found)});
}

void LookUps::answer(Id id, std::vector<domain::PersonVisits> people) {
  works_.erase(id);
  context_.out.answers.emplace_back(LookUpAnswer{id, std::move(people)});
}

void LookUps::several(Id id, const std::set<std::string>& people) {
  std::vector<domain::PersonVisits> found;
  for (const auto& one : people) {
    domain::PersonVisits visits;
    visits.person.id = one;
    visits.freshness = domain::Freshness::server;
    found.push_back(std::move(visits));
  }
  answer(id, std::move(found));
}

void LookUps::give_up(Id id, const Error& error) {
  works_.erase(id);
  context_.out.answers.emplace_back(LookUpAnswer{id, error});
}

void LookUps::expire(Now now) {
  std::vector<Id> late;
  for (const auto& [id, work] : works_)
    if (work.deadline <= now.instant) late.push_back(id);
  for (const auto id : late)
    give_up(id, {"sync", "unavailable", "no answer in time", Remedy::wait});
}

void LookUps::follow_clock(Milliseconds change) {
  for (auto& [id, work] : works_) work.deadline += change;
}

std::optional<Instant> LookUps::wake() const {
  std::optional<Instant> first;
  for (const auto& [id, work] : works_)
    if (!first || work.deadline < *first) first = work.deadline;
  return first;
}

}  // namespace kiosk::sync
