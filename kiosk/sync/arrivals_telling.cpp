#include <algorithm>
#include <string_view>
#include <tuple>

#include "kiosk/sync/arrivals.h"
#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/look_up.h"

// The writes of an arrival, and what stays of several Encounters of one visit or Tasks of one
// ticket.
namespace kiosk::sync {
namespace {

constexpr Minutes replica_lag_max{2};  ///< of reading behind what was written
constexpr Seconds replica_pause{5};
/// Whoever answers a write with 2xx and shows nothing of it may not have done it.
constexpr const char* unproven = "the server does not show what it wrote";

/// The id of what a create made or found, where its answer names it.
std::string created_in(const Reply& reply, const char* type) {
  auto id = id_of(plain_reference(reply.header("Location")), type);
  const auto reading = read_fhir(reply.body());
  if (id.empty() && reading && reading->encounters.size() == 1 &&
      reading->encounters.front().type == type)
    id = reading->encounters.front().id;
  return id;
}

}  // namespace

void Arrivals::write(Now now, Id id, HttpRequest request, Step next) {
  auto& work = works_.at(id);
  if (!work.refusal.empty() && request == work.written)
    return refuse(now, id, std::string(work.refusal));
  if (!note_sending(now, id)) return;
  work.written = request;
  work.refusal.clear();
  send(now, id, std::move(request), Doing::writing, next);
}

/// False: all of the resource would be written, and what its text was nobody here knows.
bool Arrivals::may_write_back(Now now, Id id, bool is_mended) {
  if (!is_mended || context_.profile().change_by != ChangeBy::put) return true;
  refuse(now, id, "the server's text is no Unicode: it cannot be written back as it is");
  return false;
}

void Arrivals::tell(Now now, Id id) {
  auto& work = works_.at(id);
  const auto& profile = context_.profile();
  if (!may_write_back(now, id, work.appointment.is_mended)) return;
  if (profile.arrival_way == ArrivalWay::one_by_one)
    return create(now, id, "Encounter", &Arrivals::on_encounter_created);
  const auto body =
      transaction_json(profile, context_.settings.zone, work.message, work.appointment);
  if (!body) return refuse(now, id, body.error().what);
  write(now, id, transaction_request(profile, *body), &Arrivals::on_told);
}

void Arrivals::create(Now now, Id id, const char* type, Step next) {
  auto& work = works_.at(id);
  const auto& profile = context_.profile();
  const auto& zone = context_.settings.zone;
  const bool task = std::string_view(type) == "Task";
  const auto body = task ? ticket_task_json(profile, zone, work.message)
                         : encounter_json(profile, zone, work.message, work.appointment);
  if (!body) return refuse(now, id, body.error().what);
  // Each ticket has its own Task; the Encounter of a visit is one.
  const domain::Identifier once =
      task ? domain::Identifier{profile.systems.nonce, work.message.nonce}
           : domain::Identifier{profile.systems.visit_key, work.message.visit_key};
  write(now, id, create_request(profile, type, *body, once), next);
}

void Arrivals::change(Now now, Id id, const std::string& reference, const std::string& etag,
                      const Result<Change>& change, Step next) {
  if (!change) return refuse(now, id, change.error().what);
  const auto& work = works_.at(id);
  const bool found = !reference.starts_with("Appointment/");
  if (!may_write_back(now, id, found ? work.found_mended : work.appointment.is_mended)) return;
  write(now, id, change_request(context_.profile(), reference, etag, *change), next);
}

/// It may be there, and the search's index may be behind: it is not sent anew at once.
void Arrivals::doubt(Now now, Id id) {
  unknown_since_[id] = now.instant;
  conflict(now, id, unproven);
}

void Arrivals::patch_appointment(Now now, Id id, Step next) {
  const auto& work = works_.at(id);
  change(now, id, "Appointment/" + work.message.appointment_id, work.appointment.etag,
         arrive(context_.profile(), work.appointment), next);
}

void Arrivals::on_told(Now now, Id id, const Reply& reply) {
  if (judge(reply) != Verdict::done) return not_done(now, id, reply);
  works_.at(id).maybe_there = true;
  std::size_t entries = 0;
  if (const auto reading = read_fhir(reply.body())) {
    if (auto failed = failed_entry(*reading)) {
      if (failed->for_good) return look_again(now, id, std::move(failed->words));
      return conflict(now, id, failed->codes);
    }
    entries = reading->responses.size();
    for (const auto& entry : reading->responses)
      if (auto made = id_of(plain_reference(entry.location), "Encounter"); !made.empty())
        created_[id] = made;
    for (const auto& row : reading->encounters)
      if (row.type == "Encounter") created_[id] = row.id;
  }
  if (auto made = id_of(plain_reference(reply.header("Location")), "Encounter"); !made.empty())
    created_[id] = made;
  if (created_[id].empty() && entries < 2) return doubt(now, id);
  settle(now, id);
}

void Arrivals::on_encounter_created(Now now, Id id, const Reply& reply) {
  if (judge(reply) != Verdict::done) return not_done(now, id, reply);
  auto& work = works_.at(id);
  work.maybe_there = true;
  created_[id] = created_in(reply, "Encounter");
  patch_appointment(now, id, &Arrivals::on_appointment_changed);
}

void Arrivals::on_appointment_changed(Now now, Id id, const Reply& reply) {
  if (judge(reply) != Verdict::done) return not_done(now, id, reply);
  works_.at(id).maybe_there = true;
  const auto reading = read_fhir(reply.body());
  const bool shown = reading && reading->appointments.size() == 1 &&
                     reading->appointments.front().id == works_.at(id).message.appointment_id &&
                     reading->appointments.front().status == context_.profile().arrived_status;
  if (!shown) return doubt(now, id);
  if (context_.profile().arrival_way == ArrivalWay::appointment_only)
    return create(now, id, "Task", &Arrivals::on_task_created);
  settle(now, id);
}

void Arrivals::on_task_created(Now now, Id id, const Reply& reply) {
  if (judge(reply) != Verdict::done) return not_done(now, id, reply);
  auto& work = works_.at(id);
  work.maybe_there = true;
  created_[id] = created_in(reply, "Task");
  if (created_[id].empty()) return doubt(now, id);
  settle(now, id);
}

// ---- Of several one stays ----

void Arrivals::settle(Now now, Id id) {
  told_at_.try_emplace(id, now.instant);
  search_visit_key(now, id, &Arrivals::on_settling);
}

void Arrivals::on_settling(Now now, Id id, const Reply& reply) {
  if (!take_found(now, id, reply)) return;
  if (context_.profile().arrival_way == ArrivalWay::appointment_only) return resolve_tasks(now, id);
  resolve(now, id);
}

/// A gateway that repeats a request can make a second Task before the server sees its condition
/// fail; nobody but us bears this nonce, so the others are ours to withdraw.
void Arrivals::resolve_tasks(Now now, Id id) {
  auto& work = works_.at(id);
  std::erase_if(work.found,
                [&](const EncounterRow& row) { return !stands(row) || !ours(row, work); });
  if (work.found.empty()) return look_for_created(now, id, "Task");
  const auto staying = std::min_element(work.found.begin(), work.found.end(),
                                        [](const auto& a, const auto& b) { return a.id < b.id; });
  for (const auto& row : work.found)
    if (row.id != staying->id) return withdraw_found(now, id, row);
  acknowledge(now, id, "");
}

void Arrivals::withdraw_found(Now now, Id id, const EncounterRow& row) {
  const auto text = resource_in(works_.at(id).found_json, row.type, row.id);
  if (!text) return conflict(now, id, text.error().what);
  change(now, id, row.type + "/" + row.id, version_etag(row.meta.version), withdraw(*text),
         &Arrivals::on_changed);
}

/// A search index may lag behind a write that the server has confirmed.
void Arrivals::look_for_created(Now now, Id id, const char* type) {
  if (!read_created(now, id, type, &Arrivals::on_created)) doubt(now, id);
}

void Arrivals::on_created_before(Now now, Id id, const Reply& reply) {
  if (is_gone(reply)) {
    const auto told = told_at_.try_emplace(id, now.instant).first->second;
    if (now.instant < told + replica_lag_max) {  // reading is behind, too
      works_.at(id).resume_at = now.instant + replica_pause;
      return;
    }
    created_.erase(id);
    told_at_.erase(id);
    unknown_since_[id] = now.instant;
    return start(now, id);
  }
  if (!take_created(now, id, reply)) return;
  if (context_.profile().arrival_way == ArrivalWay::appointment_only)
    return decide_by_task(now, id);
  decide(now, id);
}

void Arrivals::resolve(Now now, Id id) {
  auto& work = works_.at(id);
  const auto& systems = context_.profile().systems;
  std::erase_if(work.found, [&](const EncounterRow& row) {
    return !stands(row) ||
           identifier_value(row.identifiers, systems.visit_key) != work.message.visit_key;
  });
  if (work.found.empty()) return look_for_created(now, id, "Encounter");
  const auto nonce = [&](const EncounterRow& row) {
    std::string smallest;
    for (const auto& ticket : tickets(row, systems))
      if (smallest.empty() || ticket.nonce < smallest) smallest = ticket.nonce;
    return smallest;
  };
  const auto waits = [](const EncounterRow& row) { return row.status == "arrived"; };
  // What the hospital has called stays as it is.
  const auto before = [&](const EncounterRow& a, const EncounterRow& b) {
    return std::tuple(nonce(a), waits(a), a.id) < std::tuple(nonce(b), waits(b), b.id);
  };
  const auto staying = *std::min_element(work.found.begin(), work.found.end(), before);
  for (const auto& row : work.found) {
    const auto all = tickets(row, systems);
    if (row.id == staying.id || all.empty() || all.front().nonce != work.message.nonce) continue;
    if (!waits(row)) continue;
    return withdraw_found(now, id, row);
  }
  put_ticket_on(now, id, staying);
}

void Arrivals::on_created(Now now, Id id, const Reply& reply) {
  if (!take_created(now, id, reply)) return;
  if (context_.profile().arrival_way == ArrivalWay::appointment_only)
    return acknowledge(now, id, "");
  const EncounterRow row = works_.at(id).found.front();
  if (ours(row, works_.at(id))) return acknowledge(now, id, row.id);
  // Another kiosk's, which the server gave us for ours, takes our ticket.
  if (stands(row)) return put_ticket_on(now, id, row);
  created_.erase(id);
  doubt(now, id);
}

/// Puts our ticket on the Encounter that stays, unless it is there.
void Arrivals::put_ticket_on(Now now, Id id, const EncounterRow& staying) {
  auto& work = works_.at(id);
  if (ours(staying, work)) return acknowledge(now, id, staying.id);
  const auto text = resource_in(work.found_json, staying.type, staying.id);
  if (!text) return conflict(now, id, text.error().what);
  const auto added = add_ticket(context_.profile(), context_.settings.zone, work.message, *text);
  if (!added) return refuse(now, id, added.error().what);
  if (!*added) return acknowledge(now, id, staying.id);
  const auto etag = version_etag(staying.meta.version);
  change(now, id, "Encounter/" + staying.id, etag, Result<Change>(**added), &Arrivals::on_changed);
}

void Arrivals::on_changed(Now now, Id id, const Reply& reply) {
  if (judge(reply) != Verdict::done) return not_done(now, id, reply);
  works_.at(id).maybe_there = true;
  settle(now, id);
}

}  // namespace kiosk::sync
