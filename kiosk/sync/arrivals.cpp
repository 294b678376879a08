#include "kiosk/sync/arrivals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/look_up.h"

namespace kiosk::sync {
namespace {

using domain::AppointmentStatus;

constexpr std::size_t parallel_max = 4;
constexpr std::size_t released_max = 1'000;
constexpr int conflicts_max = 3;
constexpr int records_read_max = 20;  ///< of a patient who was merged again and again
constexpr Milliseconds conflict_pause_min{200};
constexpr Milliseconds conflict_pause_spread{800};
constexpr Milliseconds denied_pause{60'000};
constexpr Milliseconds unreadable_pause{10'000};
constexpr Seconds index_lag_max{20};  ///< of a search behind what was written
constexpr Seconds index_pause{2};
constexpr Milliseconds server_limit_margin{5'000};
constexpr Milliseconds recheck_pause{1'000};    ///< while due rows are under way or over the limit
constexpr Milliseconds pause_max{20 * 60'000};  ///< no back-off or Retry-After is longer
constexpr Milliseconds store_pause{10'000};     ///< after the store itself failed

constexpr const char* another_patient = "the appointment names another patient now";

Error not_asked_for() {
  return {"fhir", "malformed", "the answer is not what was asked for"};
}

bool has_arrived(AppointmentStatus status) {
  return status == AppointmentStatus::arrived || status == AppointmentStatus::checked_in ||
         status == AppointmentStatus::fulfilled;
}

}  // namespace

void Arrivals::step(Now now) {
  std::vector<Id> resumed;
  for (const auto& [id, work] : works_)
    if (work.resume_at && *work.resume_at <= now.instant) resumed.push_back(id);
  for (const auto id : resumed) start(now, id);
  if (release_at_ && *release_at_ <= now.instant) release(now);
  if (context_.take_unsettled()) check_ = true;
  if (!check_ && (!check_at_ || now.instant < *check_at_)) return;
  check_ = false;
  check_at_.reset();
  if (works_.size() < parallel_max) {
    const auto due = context_.store.due(now.instant, parallel_max + works_.size());
    if (!due) {
      context_.log(due.error());
      check_at_ = now.instant + store_pause;
      return;
    }
    for (const auto& message : *due) {
      if (works_.size() >= parallel_max || works_.contains(message.id)) continue;
      works_[message.id].message = message;
      works_[message.id].maybe_there = message.unknown;
      if (message.unknown) unknown_since_.try_emplace(message.id, now.instant);
      start(now, message.id);
    }
  }
  const auto next = context_.store.next_due();
  if (!next) {
    context_.log(next.error());
    check_at_ = now.instant + store_pause;
    return;
  }
  if (*next && **next > now.instant + pause_max) release(now);  // a wrong clock stored it
  if (*next) check_at_ = check_ ? now.instant : std::max(**next, now.instant + recheck_pause);
}

/// Ends the pauses of all rows; again after a while where the store could not.
void Arrivals::release(Now now) {
  release_at_ = now.instant + store_pause;
  const auto rows = context_.store.due(Instant::max(), released_max);
  if (!rows) return context_.log(rows.error());
  for (const auto& row : *rows) {
    if (row.not_before <= now.instant) continue;
    const auto done = context_.store.postpone(row.id, now.instant, row.unknown, "");
    if (!done) return context_.log(done.error());
  }
  release_at_.reset();
  check_ = true;
}

void Arrivals::follow_clock(Now now, Milliseconds change) {
  if (change < Milliseconds(0)) release(now);
  for (auto& [id, work] : works_)
    if (work.resume_at) *work.resume_at += change;
  for (auto& [id, since] : unknown_since_) since += change;
  for (auto& [id, at] : told_at_) at += change;
  if (check_at_) *check_at_ += change;
  if (release_at_ && change > Milliseconds(0)) *release_at_ += change;
}

std::optional<Instant> Arrivals::wake() const {
  std::optional<Instant> first = check_at_;
  if (release_at_ && (!first || *release_at_ < *first)) first = release_at_;
  for (const auto& [id, work] : works_)
    if (work.resume_at && (!first || *work.resume_at < *first)) first = work.resume_at;
  return first;
}

// ---- What does the server hold? ----

void Arrivals::start(Now now, Id id) {
  auto& work = works_.at(id);
  work.resume_at.reset();
  work.found.clear();
  work.records_read = 0;
  work.stays = false;
  send(now, id, read_request(context_.profile(), "Appointment/" + work.message.appointment_id),
       Doing::reading_appointment, &Arrivals::on_appointment);
}

void Arrivals::read(Now now, Id id, HttpRequest request, Step next) {
  send(now, id, std::move(request), Doing::reading, next);
}

void Arrivals::send(Now now, Id id, HttpRequest request, Doing doing, Step next) {
  works_.at(id).doing = doing;
  context_.exchange.send(
      now, std::move(request), Urgency::background,
      [this, id, next](Now at, const Reply& reply) {
        if (works_.contains(id)) (this->*next)(at, id, reply);
      },
      Pages::all);
}

void Arrivals::on_appointment(Now now, Id id, const Reply& reply) {
  auto& work = works_.at(id);
  if (!reply.ok()) return not_done(now, id, reply);
  auto fresh = fresh_appointment_in(reply, work.message.appointment_id);
  if (!fresh && fresh.error().code == "unusable") return refuse(now, id, fresh.error().what);
  if (!fresh) return unreadable(now, id, fresh.error());
  if (fresh->is_elsewhere)
    return refuse(now, id, "the appointment is another server's patient's now");
  work.appointment = std::move(*fresh);
  // Proxies change ETags (Apache's mod_deflate appends "-gzip"): what is refused with the one is
  // tried with the other.
  if (const auto& version = work.appointment.version; work.conflicts % 2 == 1 && !version.empty())
    work.appointment.etag = version_etag(version);
  work.patients.clear();
  for (const auto& one : work.appointment.participants)
    if (auto patient = id_of(one, "Patient"); !patient.empty()) work.patients.insert(patient);
  check_patient(now, id);
}

/// Who confirmed is the appointment's patient, or one of the two records was merged into the
/// other: anybody else has not come. Each is followed to the record that stays.
void Arrivals::check_patient(Now now, Id id) {
  auto& work = works_.at(id);
  auto& who = work.message.patient_id;
  if (who.empty() || work.patients.empty() || work.patients.contains(who))
    return search_visit_key(now, id, &Arrivals::on_visit_key);
  if (++work.records_read > records_read_max) return refuse(now, id, another_patient);
  read(now, id, read_request(context_.profile(), "Patient/" + work.record()),
       &Arrivals::on_patient);
}

void Arrivals::on_patient(Now now, Id id, const Reply& reply) {
  const bool gone = is_gone(reply);
  const auto reading = gone ? std::optional(Reading()) : read_answer(now, id, reply, reading_of);
  if (!reading) return;
  auto& work = works_.at(id);
  if (!gone && (reading->patients.size() != 1 || reading->patients.front().id != work.record()))
    return unreadable(now, id, not_asked_for());
  std::set<std::string> next;
  for (const auto& row : reading->patients)
    next.insert(row.replaced_by.begin(), row.replaced_by.end());
  if (work.stays && next.empty()) return refuse(now, id, another_patient);
  if (work.stays)
    work.patients = std::move(next);
  else if (next.empty())
    work.stays = true;
  else
    work.message.patient_id = *next.begin();
  check_patient(now, id);
}

void Arrivals::search_visit_key(Now now, Id id, Step next) {
  const auto& profile = context_.profile();
  const bool task = profile.arrival_way == ArrivalWay::appointment_only;
  read(now, id,
       identifier_search(profile, task ? "Task" : "Encounter",
                         {profile.systems.visit_key, works_.at(id).message.visit_key}),
       next);
}

/// Nothing: there was no answer, or none that can be read, and the work was put off.
std::optional<Reading> Arrivals::read_answer(Now now, Id id, const Reply& reply,
                                             Result<Reading> (*reader)(const Reply&)) {
  if (!reply.ok()) {
    not_done(now, id, reply);
    return std::nullopt;
  }
  auto reading = reader(reply);
  if (reading) return std::move(*reading);
  unreadable(now, id, reading.error());
  return std::nullopt;
}

/// Takes a search's answer into the work; false when there was none and the work was put off.
bool Arrivals::take_found(Now now, Id id, const Reply& reply) {
  auto reading = read_answer(now, id, reply, found_in);
  if (!reading) return false;
  auto& work = works_.at(id);
  context_.watch_arrivals(now, reading->encounters);
  work.by_id = false;
  work.take(reply, std::move(reading->encounters));
  return true;
}

void Arrivals::on_visit_key(Now now, Id id, const Reply& reply) {
  if (!take_found(now, id, reply)) return;
  auto& work = works_.at(id);
  std::erase_if(work.found, [&](const EncounterRow& row) {
    return identifier_value(row.identifiers, context_.profile().systems.visit_key) !=
           work.message.visit_key;
  });
  if (context_.profile().arrival_way == ArrivalWay::appointment_only)
    return decide_by_task(now, id);
  decide(now, id);
}

bool Arrivals::ours(const EncounterRow& row, const Work& work) const {
  for (const auto& ticket : tickets(row, context_.profile().systems))
    if (ticket.nonce == work.message.nonce) return true;
  return false;
}

/// Why the appointment cannot become arrived; empty where it can. On another day that the desk
/// gave it since she confirmed it, she has not come.
std::string Arrivals::closed(const Work& work) const {
  const auto status = work.appointment.status;
  if (!context_.profile().may_check_in.contains(status))
    return std::string("the appointment is ") + domain::code(status);
  const auto& zone = context_.settings.zone;
  const auto& start = work.message.appointment_start;
  const auto day = domain::day_of(zone, work.appointment.start).date;
  if (!start || domain::day_of(zone, *start).date == day) return {};
  return "the appointment was moved to " + domain::iso(day);
}

void Arrivals::decide(Now now, Id id) {
  auto& work = works_.at(id);
  const bool arrived = has_arrived(work.appointment.status);
  const auto why = closed(work);
  const auto standing = std::find_if(work.found.begin(), work.found.end(), stands);
  const auto own = std::find_if(work.found.begin(), work.found.end(),
                                [&](const auto& row) { return ours(row, work); });
  if (standing != work.found.end()) {
    // The Encounter is there; a pair that was left half-done is completed, whoever began it.
    if (why.empty()) return patch_appointment(now, id, &Arrivals::on_appointment_changed);
    if (arrived) return resolve(now, id);
    return refuse(now, id,
                  fmt::format("{}, and the arrival stands as Encounter/{}", why, standing->id));
  }
  if (own != work.found.end()) return acknowledge(now, id, own->id);  // told, then undone there
  // Whoever has arrived since did so with another visit key.
  if (!work.found.empty()) return refuse(now, id, "the desk undid an arrival of this visit");
  if (!arrived && !why.empty()) return refuse(now, id, why);
  decide_nothing_found(now, id);
}

/// What a 2xx named is there, though the search's index does not show it yet. False: none did.
bool Arrivals::read_created(Now now, Id id, const char* type, Step next) {
  const auto made = created_.find(id);
  if (made == created_.end() || made->second.empty()) return false;
  read(now, id, read_request(context_.profile(), std::string(type) + "/" + made->second), next);
  return true;
}

/// Takes its answer into the work, as take_found a search's.
bool Arrivals::take_created(Now now, Id id, const Reply& reply) {
  auto reading = read_answer(now, id, reply, reading_of);
  if (!reading) return false;
  auto& work = works_.at(id);
  if (reading->encounters.size() != 1 || reading->encounters.front().id != created_[id]) {
    unreadable(now, id, not_asked_for());
    return false;
  }
  const auto& row = reading->encounters.front();
  const bool of_visit = row.type == "Encounter" &&
                        identifier_value(row.identifiers, context_.profile().systems.visit_key) ==
                            work.message.visit_key;
  if (!of_visit && !ours(row, work)) {  // a mixed-up answer: ours may have been made, too
    created_.erase(id);
    doubt(now, id);
    return false;
  }
  work.by_id = true;
  work.take(reply, std::move(reading->encounters));
  return true;
}

void Arrivals::decide_nothing_found(Now now, Id id) {
  if (read_created(now, id, "Encounter", &Arrivals::on_created_before)) return;
  auto& work = works_.at(id);
  if (!has_arrived(work.appointment.status)) {
    if (may_send_again(now, id)) tell(now, id);
    return;
  }
  const std::vector<std::string> ids{work.message.appointment_id};
  read(now, id, context_.arrivals_request(ids), &Arrivals::on_own_encounters);
}

/// Checked in elsewhere, without a visit key: the hospital's own Encounter takes our ticket, or one
/// is made for it.
void Arrivals::on_own_encounters(Now now, Id id, const Reply& reply) {
  if (refuses_search(reply) && context_.search_plainer()) return start(now, id);
  if (!take_found(now, id, reply)) return;
  auto& work = works_.at(id);
  std::erase_if(work.found, [&](const EncounterRow& row) {
    const auto& of = row.appointments;
    return !stands(row) || std::find(of.begin(), of.end(), work.message.appointment_id) == of.end();
  });
  if (!work.found.empty()) {
    const auto staying = work.found.front();
    return put_ticket_on(now, id, staying);
  }
  if (may_send_again(now, id)) create(now, id, "Encounter", &Arrivals::on_told);
}

void Arrivals::decide_by_task(Now now, Id id) {
  auto& work = works_.at(id);
  const auto status = work.appointment.status;
  const auto& found = work.found;
  const auto own = [&](const EncounterRow& row) { return ours(row, work); };
  const auto standing = [&](const EncounterRow& row) { return own(row) && stands(row); };
  if (std::any_of(found.begin(), found.end(), standing)) return resolve_tasks(now, id);
  if (std::any_of(found.begin(), found.end(), own))
    return acknowledge(now, id, "");  // told, then undone there
  if (read_created(now, id, "Task", &Arrivals::on_created_before)) return;
  if (has_arrived(status)) {
    if (may_send_again(now, id)) create(now, id, "Task", &Arrivals::on_task_created);
    return;
  }
  if (const auto why = closed(work); !why.empty()) return refuse(now, id, why);
  if (may_send_again(now, id)) patch_appointment(now, id, &Arrivals::on_appointment_changed);
}

/// After an unknown end nothing is sent anew before the server must have given the old request up.
bool Arrivals::may_send_again(Now now, Id id) {
  const auto since = unknown_since_.find(id);
  if (since == unknown_since_.end()) return true;
  const Instant safe = since->second + context_.profile().server_limit + server_limit_margin;
  if (now.instant >= safe) {
    unknown_since_.erase(since);
    works_.at(id).maybe_there = false;  // it was searched for just now
    return true;
  }
  later(now, id, safe - now.instant, "no answer came: it is looked for before it is sent again");
  return false;
}

bool Arrivals::note_sending(Now now, Id id) {
  auto& work = works_.at(id);
  if (work.sending_noted) return true;
  if (const auto noted = context_.store.sending(id, now.instant); !noted) {
    later(now, id, store_pause, "");
    context_.log(noted.error());
    return false;
  }
  work.sending_noted = true;
  return true;
}

// ---- How it ends ----

void Arrivals::not_done(Now now, Id id, const Reply& reply) {
  auto& work = works_.at(id);
  const auto pause = [&] { return backoff(++failures_[id], context_.random); };
  switch (judge(reply)) {
    case Verdict::done:
      return conflict(now, id, "unexpected answer");
    case Verdict::conflict:
      return conflict(now, id, server_codes(reply));
    case Verdict::gone:
      if (!speaks_fhir(reply.body())) return not_spoken(now, id, reply);
      if (work.doing != Doing::reading_appointment) return conflict(now, id, server_codes(reply));
      return refuse(now, id, "gone on the server: " + server_words(reply));
    case Verdict::refused:
      if (reply.status() != 400 && reply.status() != 422 && !speaks_fhir(reply.body()))
        return not_spoken(now, id, reply);
      if (work.doing == Doing::writing) return look_again(now, id, server_words(reply));
      return refuse(now, id, server_words(reply));
    case Verdict::denied:
      return later(now, id, denied_pause, server_codes(reply));
    case Verdict::busy:
      return later(now, id, reply.retry_after.value_or(pause()), server_codes(reply));
    case Verdict::unsent:
      return later(now, id, pause(), server_codes(reply));
    case Verdict::unknown:
      if (work.doing == Doing::writing) {
        work.maybe_there = true;
        unknown_since_[id] = now.instant;
      }
      return later(now, id, pause(), server_codes(reply));
  }
}

/// A gateway that has lost its server says "not found", too: only the server's own word is final.
/// Until it comes the arrival waits, on the staff's list.
void Arrivals::not_spoken(Now now, Id id, const Reply& reply) {
  const std::string why = reply.what() + ", and not of FHIR";
  context_.log({"sync", "unavailable", "arrival: " + why});
  later(now, id, backoff(++failures_[id], context_.random), why);
}

/// An answer that says nothing: whoever gave it may say more the next time.
void Arrivals::unreadable(Now now, Id id, const Error& error) {
  context_.log(error);
  later(now, id, unreadable_pause, error.what);
}

/// Servers also refuse what is no longer as it was read (a failed `test`), or what a gateway told
/// them twice: a refusal is for the staff if the same write would follow again.
void Arrivals::look_again(Now now, Id id, std::string words) {
  works_.at(id).refusal = std::move(words);
  start(now, id);
}

void Arrivals::conflict(Now now, Id id, const std::string& why) {
  auto& work = works_.at(id);
  const double spread = static_cast<double>(conflict_pause_spread.count()) * context_.random();
  if (++work.conflicts > conflicts_max) {
    context_.log({"sync", "conflict", "arrival: " + why});
    const auto pause = backoff(++failures_[id] + 3, context_.random);
    return later(now, id, pause, why);
  }
  work.resume_at = now.instant + conflict_pause_min + Milliseconds(std::llround(spread));
}

/// A gateway may have made two of our create: they show when the search's index does, and until
/// then what was read by its id is not known to be the only one.
void Arrivals::acknowledge(Now now, Id id, const std::string& encounter_id) {
  const auto told = told_at_.find(id);
  if (works_.at(id).by_id && told != told_at_.end() && now.instant < told->second + index_lag_max) {
    works_.at(id).resume_at = now.instant + index_pause;
    return;
  }
  end(id, context_.store.acknowledged(id, encounter_id, now.instant));
}

void Arrivals::refuse(Now now, Id id, const std::string& why) {
  context_.out.alerts.push_back({AlertKind::refused, "an arrival was refused"});
  end(id, context_.store.refused(id, why, now.instant));
}

/// Puts the row off; whether the server may have it already is kept with it.
void Arrivals::later(Now now, Id id, Milliseconds pause, const std::string& why) {
  const bool unknown = works_.at(id).maybe_there;
  const auto stored = context_.store.postpone(id, now.instant + pause, unknown, why);
  if (!stored) context_.log(stored.error());
  works_.erase(id);
  check_ = stored.has_value();
  if (!stored) check_at_ = now.instant + store_pause;
}

void Arrivals::end(Id id, const Result<void>& stored) {
  if (!stored) context_.log(stored.error());
  works_.erase(id);
  failures_.erase(id);
  unknown_since_.erase(id);
  created_.erase(id);
  told_at_.erase(id);
  check_ = true;
}

}  // namespace kiosk::sync
