#include "sync_bench.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "kiosk/sync/fhir_time.h"

namespace kiosk::sync {

Result<void> MemoryStore::called(const std::string& what) {
  calls.push_back(what);
  if (fail_call > 0 && --fail_call == 0) return fail("store", "io", "the disk is full");
  return {};
}

std::int64_t MemoryStore::add(const domain::ArrivalMessage& message) {
  const auto id = static_cast<std::int64_t>(rows.size()) + 1;
  rows[id].message = message;
  rows[id].message.id = id;
  return id;
}

Result<std::vector<domain::ArrivalMessage>> MemoryStore::due(Instant now, std::size_t limit) {
  if (auto ok = called("due"); !ok) return pass_on(ok.error());
  std::vector<domain::ArrivalMessage> found;
  std::set<std::string> streams;
  for (const auto& [id, row] : rows) {
    if (row.state != RowState::pending || !streams.insert(row.message.visit_key).second) continue;
    if (row.message.not_before <= now && found.size() < limit) found.push_back(row.message);
  }
  return found;
}

Result<std::optional<Instant>> MemoryStore::next_due() {
  if (auto ok = called("next_due"); !ok) return pass_on(ok.error());
  std::optional<Instant> first;
  for (const auto& [id, row] : rows)
    if (row.state == RowState::pending && (!first || row.message.not_before < *first))
      first = row.message.not_before;
  return first;
}

Result<void> MemoryStore::sending(std::int64_t id, Instant) {
  if (auto ok = called("sending"); !ok) return ok;
  ++rows.at(id).message.attempts;
  rows.at(id).message.unknown = true;
  return {};
}

Result<void> MemoryStore::acknowledged(std::int64_t id, const std::string& encounter_id, Instant) {
  if (auto ok = called("acknowledged"); !ok) return ok;
  rows.at(id).state = RowState::acknowledged;
  rows.at(id).encounter_id = encounter_id;
  return {};
}

Result<void> MemoryStore::refused(std::int64_t id, const std::string& reason, Instant) {
  if (auto ok = called("refused"); !ok) return ok;
  rows.at(id).state = RowState::refused;
  rows.at(id).reason = reason;
  return {};
}

Result<void> MemoryStore::postpone(std::int64_t id, Instant when, bool unknown,
                                   const std::string& why) {
  if (auto ok = called("postpone"); !ok) return ok;
  rows.at(id).message.not_before = when;
  rows.at(id).message.unknown = unknown;
  if (!why.empty()) rows.at(id).reason = why;
  return {};
}

Result<void> MemoryStore::store_page(const store::Page& page, Instant from, Instant until) {
  if (auto ok = called("store_page"); !ok) return ok;
  for (const auto& person : page.people) people[person.id] = person;
  for (const auto& visit : page.visits) {
    const auto& id = visit.appointment.id;
    const bool inside = visit.appointment.start >= from && visit.appointment.start < until;
    if (inside || visits.contains(id)) visits[id] = visit;
  }
  return {};
}

Result<void> MemoryStore::forget(std::span<const std::string> ids) {
  if (auto ok = called("forget"); !ok) return ok;
  for (const auto& id : ids) visits.erase(id);
  return {};
}

Result<std::vector<std::string>> MemoryStore::stored_ids(Instant from, Instant until) {
  if (auto ok = called("stored_ids"); !ok) return pass_on(ok.error());
  std::vector<std::string> ids;
  for (const auto& [id, visit] : visits)
    if (visit.appointment.start >= from && visit.appointment.start < until) ids.push_back(id);
  return ids;
}

Result<std::vector<std::string>> MemoryStore::told_ids(Instant since) {
  if (auto ok = called("told_ids"); !ok) return pass_on(ok.error());
  std::vector<std::string> ids;
  for (const auto& [id, row] : rows)
    if (row.state == RowState::acknowledged && row.message.confirmed_at >= since)
      ids.push_back(row.message.appointment_id);
  return ids;
}

Result<bool> MemoryStore::given_elsewhere(const std::string& number, const std::string& nonce) {
  if (auto ok = called("given_elsewhere"); !ok) return pass_on(ok.error());
  if (!number.starts_with("K1-")) return false;
  return std::none_of(rows.begin(), rows.end(),
                      [&](const auto& one) { return one.second.message.nonce == nonce; });
}

Result<bool> MemoryStore::settle_again(const std::string& visit_key, const std::string& nonce) {
  if (auto ok = called("settle_again"); !ok) return pass_on(ok.error());
  bool any = false;
  for (auto& [id, row] : rows) {
    const bool meant =
        row.message.visit_key == visit_key && (nonce.empty() || row.message.nonce == nonce);
    if (row.state != RowState::acknowledged || !meant) continue;
    row.state = RowState::pending;
    row.message.not_before = {};
    any = true;
  }
  return any;
}

Result<std::optional<store::AuditHead>> MemoryStore::audit_head() {
  return head;
}

Result<void> MemoryStore::audit_told(std::int64_t seq) {
  if (auto ok = called("audit_told"); !ok) return ok;
  if (head && head->seq <= seq) head.reset();
  return {};
}

Result<void> MemoryStore::set_bookmark(const store::Bookmark& bookmark) {
  if (auto ok = called("set_bookmark"); !ok) return ok;
  mark = bookmark;
  return {};
}

Instant morning() {
  return *parse_instant("2026-11-21T09:40:00+08:00");
}

SiteProfile profile_of(ArrivalWay way) {
  auto profile = emulators::hospital_profile(base_url);
  profile.arrival_way = way;
  return profile;
}

emulators::Hospital small_hospital(emulators::HospitalOptions options) {
  options.base_url = base_url;
  options.people = 12;
  return emulators::Hospital(std::move(options), morning());
}

std::string nonce_of(char digit) {
  return std::string(32, digit);
}

std::vector<std::string> standing(const emulators::Hospital& hospital, const std::string& nonce) {
  std::vector<std::string> ids;
  const auto state = nlohmann::json::parse(hospital.export_state());
  for (const char* kind : {"encounters", "tasks"})
    for (const auto& one : state[kind])
      if (one.dump().find(nonce) != std::string::npos && one["status"] != "entered-in-error")
        ids.push_back(one["id"]);
  return ids;
}

HttpResult failure(const HttpRequest& request, HttpFailureKind kind) {
  return {request.id, HttpFailure{kind, "as the test wants it"}, Milliseconds(1)};
}

HttpResult status(const HttpRequest& request, int code, std::string body, Headers more) {
  return {request.id, HttpResponse{code, std::move(more), std::move(body)}, Milliseconds(1)};
}

bool writes(const HttpRequest& request) {
  return request.method != "GET" && !request.url.ends_with("/_search");
}

SyncBench::SyncBench(emulators::Hospital& hospital_, SiteProfile profile, std::string kiosk_code)
    : hospital(hospital_), now{morning(), ClockTrust::server} {
  Settings made{std::move(profile), {{Instant{}, Minutes(8 * 60)}}, std::move(kiosk_code)};
  restart(std::move(made));
}

void SyncBench::restart(Settings settings_) {
  settings = std::move(settings_);
  authorizer = *no_sign_in(settings.profile.base_url);
  auto made = Engine::create(settings, store, *authorizer, [] { return 0.5; });
  REQUIRE(made);
  engine = std::move(*made);
}

void SyncBench::run(std::vector<Input> inputs) {
  constexpr int steps_max = 1'000;
  for (int i = 0; i < steps_max; ++i) {
    last = engine->step(now, std::move(inputs));
    inputs.clear();
    answers.insert(answers.end(), last.answers.begin(), last.answers.end());
    alerts.insert(alerts.end(), last.alerts.begin(), last.alerts.end());
    errors.insert(errors.end(), last.errors.begin(), last.errors.end());
    for (const auto& request : last.requests) {
      sent.push_back(request);
      std::optional<HttpResult> result;
      if (intercept) result = intercept(request);
      if (!result) result = hospital.answer(request, now.instant);
      inputs.emplace_back(std::move(*result));
    }
    if (inputs.empty()) return;
  }
  FAIL("the engine asks for ever");
}

void SyncBench::pass(Milliseconds length) {
  const auto until = now.instant + length;
  while (now.instant < until) {
    auto next = last.wake ? std::max(*last.wake, now.instant + Milliseconds(1)) : until;
    now.instant = std::min(next, until);
    run();
  }
}

LookUpAnswer SyncBench::look_up(const LookUpKey& key) {
  answers.clear();
  const RequestId id{next_request_++};
  run({LookUp{id, key}});
  REQUIRE(answers.size() == 1);
  auto answer = std::get<LookUpAnswer>(answers.front());
  CHECK(answer.request == id);
  return answer;
}

FreshAnswer SyncBench::read_fresh(const std::string& appointment_id) {
  answers.clear();
  run({ReadFresh{RequestId{next_request_++}, appointment_id, Milliseconds(1'500)}});
  REQUIRE(answers.size() == 1);
  return std::get<FreshAnswer>(answers.front());
}

std::int64_t SyncBench::commit(const std::string& appointment_id, const std::string& nonce,
                               const std::string& number) {
  domain::ArrivalMessage message;
  message.visit_key = appointment_id;
  message.appointment_id = appointment_id;
  message.nonce = nonce;
  message.number = number;
  message.token = "token-" + number;
  message.confirmed_at = now.instant;
  return store.add(message);
}

std::vector<std::string> SyncBench::writes() const {
  std::vector<std::string> found;
  for (const auto& request : sent)
    if (sync::writes(request))
      found.push_back(request.method + " " +
                      request.url.substr(request.url.find('/', request.url.find("://") + 3)));
  return found;
}

}  // namespace kiosk::sync
