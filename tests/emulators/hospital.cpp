#include "tests/emulators/hospital.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kiosk/base/check.h"
#include "kiosk/sync/fhir_time.h"
#include "tests/emulators/hospital_state.h"

namespace emulators {
namespace {

using kiosk::Instant;
using kiosk::sync::HttpResponse;

constexpr std::size_t log_max = 1'000;
constexpr std::array types = {"Patient",
                              "Appointment",
                              "Encounter",
                              "Task",
                              "Flag",
                              "Location",
                              "HealthcareService",
                              "Practitioner",
                              "PractitionerRole",
                              "Organization",
                              "AuditEvent"};

HttpResponse respond_text(int status, std::string body) {
  return {status, {{"Content-Type", "application/fhir+json"}}, std::move(body)};
}

HttpResponse respond(int status, const json& body) {
  return respond_text(status, body.dump());
}

HttpResponse refuse(const Refusal& refusal) {
  return respond(refusal.status, {{"resourceType", "OperationOutcome"},
                                  {"issue", json::array({{{"severity", "error"},
                                                          {"code", refusal.code},
                                                          {"diagnostics", refusal.words}}})}});
}

void add_version(HttpResponse& response, const Stored& stored) {
  response.headers.emplace_back("ETag", fmt::format("W/\"{}\"", stored.version));
  response.headers.emplace_back("Last-Modified", http_date(stored.updated));
}

HttpResponse respond_with(const Hospital::State& state, const Written& written) {
  const auto& stored = *state.find(written.reference);
  auto response = respond_text(written.status, text_of(stored));
  add_version(response, stored);
  response.headers.emplace_back("Location", fmt::format("{}/{}/_history/{}", state.options.base_url,
                                                        written.reference, stored.version));
  return response;
}

HttpResponse read_one(const Hospital::State& state, const std::string& reference) {
  const auto* stored = state.find(reference);
  if (stored == nullptr) throw Refusal{404, "not-found", reference + " is not known"};
  if (stored->deleted) throw Refusal{410, "deleted", reference + " was deleted"};
  auto response = respond_text(200, text_of(*stored));
  add_version(response, *stored);
  return response;
}

/// What others refer to cannot be deleted.
HttpResponse remove_one(Hospital::State& state, const std::string& reference, Instant now) {
  (void)read_one(state, reference);
  const auto quoted = '"' + reference + '"';
  for (const auto& [type, of_type] : state.resources)
    for (const auto& [id, stored] : of_type)
      if (!stored.deleted && text_of(stored).find(quoted) != std::string::npos)
        throw Refusal{409, "conflict", fmt::format("{}/{} refers to it", type, id)};
  auto& stored = state.resources.at(type_of(reference)).at(id_in(reference));
  stored.deleted = true;
  stored.updated = now;
  return {204, {}, ""};
}

void check_type(const Hospital::State& state, const std::string& type) {
  const bool known = std::find(types.begin(), types.end(), type) != types.end();
  const bool hidden = type == "Encounter" && state.options.encounters == HospitalOptions::Can::no;
  const bool refused =
      type == "AuditEvent" && state.options.audit_events == HospitalOptions::Can::no;
  if (!known || hidden || refused)
    throw Refusal{404, "not-supported", "unknown resource type " + type};
}

std::string content_type(const HospitalRequest& request) {
  const std::string value(kiosk::sync::header(request.headers, "Content-Type"));
  return value.substr(0, value.find(';'));
}

json body_of(const HospitalRequest& request) {
  const auto type = content_type(request);
  if (type != "application/fhir+json" && type != "application/json")
    throw Refusal{415, "not-supported", "content type " + type};
  auto body = json::parse(request.body, nullptr, false);
  if (!body.is_object()) throw Refusal{400, "structure", "the body is no JSON object"};
  return body;
}

HttpResponse handle_get(Hospital::State& state, const std::string& path, const Fields& query,
                        Instant now) {
  const auto field = [&](const char* name) -> std::string {
    for (const auto& [key, value] : query)
      if (key == name) return value;
    return {};
  };
  if (path.empty() && !field("_getpages").empty()) {
    const auto offset = static_cast<std::size_t>(std::atoi(field("_getpagesoffset").c_str()));
    return respond_text(200, next_page(state, field("_getpages"), offset, now));
  }
  if (path == "metadata") return respond(200, capability_statement(state.options));
  check_type(state, type_of(path));
  if (path.find('/') == std::string::npos)
    return respond_text(200, search(state, path, query, now));
  return read_one(state, path);
}

HttpResponse handle_post(Hospital::State& state, const HospitalRequest& request,
                         const std::string& path, const Fields& query, Instant now) {
  if (path.empty()) {
    if (state.options.transactions == HospitalOptions::Can::no)
      throw Refusal{501, "not-supported", "no transactions here"};
    return respond(200, transaction(state, body_of(request), now));
  }
  check_type(state, type_of(path));
  if (id_in(path) == "_search") {
    if (content_type(request) != "application/x-www-form-urlencoded")
      throw Refusal{415, "not-supported", "a search wants a form"};
    auto fields = parse_form(request.body);
    fields.insert(fields.end(), query.begin(), query.end());
    const bool past_cache =
        kiosk::sync::header(request.headers, "Cache-Control").find("no-cache") != std::string::npos;
    return respond_text(200, cached_search(state, type_of(path), fields,
                                           past_cache ? Freshness::no_cache : Freshness::any, now));
  }
  if (path.find('/') != std::string::npos) throw Refusal{405, "not-supported", "POST to an id"};
  const std::string condition(kiosk::sync::header(request.headers, "If-None-Exist"));
  return respond_with(state, create(state, path, body_of(request), condition, now));
}

HttpResponse route(Hospital::State& state, const HospitalRequest& request, Instant now) {
  const auto base = state.options.base_url.find('/', state.options.base_url.find("://") + 3);
  const auto root = base == std::string::npos ? std::string() : state.options.base_url.substr(base);
  const auto mark = request.target.find('?');
  auto path = request.target.substr(0, mark);
  const auto query =
      mark == std::string::npos ? Fields() : parse_form(request.target.substr(mark + 1));
  if (!path.starts_with(root)) throw Refusal{404, "not-found", "not below the base"};
  path = path.substr(root.size());
  while (path.starts_with('/')) path.erase(0, 1);
  if (!state.options.bearer.empty() &&
      kiosk::sync::header(request.headers, "Authorization") != "Bearer " + state.options.bearer)
    throw Refusal{401, "login", "a bearer token is wanted"};
  if (request.method == "GET") return handle_get(state, path, query, now);
  if (request.method == "POST") return handle_post(state, request, path, query, now);
  check_type(state, type_of(path));
  const std::string if_match(kiosk::sync::header(request.headers, "If-Match"));
  if (request.method == "PUT")
    return respond_with(state, replace(state, path, body_of(request), if_match, now));
  if (request.method == "PATCH") {
    if (content_type(request) != "application/json-patch+json" ||
        state.options.json_patch == HospitalOptions::Can::no)
      throw Refusal{415, "not-supported", "patch of another kind"};
    return respond_with(state, patch(state, path, request.body, if_match, now));
  }
  if (request.method == "DELETE" && state.options.deletes == HospitalOptions::Can::yes)
    return remove_one(state, path, now);
  throw Refusal{405, "not-supported", "method " + request.method};
}

}  // namespace

const Stored* Hospital::State::find(const std::string& reference) const {
  const auto of_type = resources.find(type_of(reference));
  if (of_type == resources.end()) return nullptr;
  const auto found = of_type->second.find(id_in(reference));
  return found == of_type->second.end() ? nullptr : &found->second;
}

Stored& Hospital::State::put(const std::string& type, const std::string& id, json resource,
                             Instant now) {
  auto& stored = resources[type][id];
  const bool is_new = stored.resource.is_null();
  if (replaced != nullptr) {
    replaced->emplace_back(type + "/" + id, is_new ? std::nullopt : std::optional(stored));
  }
  if (is_new) stored.created = now;
  if (!is_new) ++stored.version;
  resource["id"] = id;
  resource["meta"]["versionId"] = std::to_string(stored.version);
  resource["meta"]["lastUpdated"] = kiosk::sync::format_utc(now);
  stored.resource = std::move(resource);
  stored.text.clear();
  stored.updated = now;
  stored.deleted = false;
  return stored;
}

const std::string& text_of(const Stored& stored) {
  if (stored.text.empty()) stored.text = stored.resource.dump();
  return stored.text;
}

const std::string& text_in(const json& object, const char* key) {
  static const std::string none;
  const auto found = object.find(key);
  return found == object.end() || !found->is_string() ? none : found->get_ref<const std::string&>();
}

std::string type_of(const std::string& reference) {
  return reference.substr(0, reference.find('/'));
}

std::string id_in(const std::string& reference) {
  const auto slash = reference.find('/');
  return slash == std::string::npos ? std::string() : reference.substr(slash + 1);
}

std::string instant_text(const Hospital::State& state, Instant instant) {
  return kiosk::sync::format_instant(state.options.zone, instant);
}

std::string http_date(Instant now) {
  using namespace std::chrono;
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto day = floor<std::chrono::days>(now);
  const year_month_day date(day);
  const auto s = duration_cast<seconds>(now - day).count();
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     s / 3600, s / 60 % 60, s % 60);
}

Hospital::Hospital(HospitalOptions options, Instant now) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  make_day(*state_, now);
}

Hospital::~Hospital() = default;
Hospital::Hospital(Hospital&&) noexcept = default;
Hospital& Hospital::operator=(Hospital&&) noexcept = default;

HttpResponse Hospital::handle(const HospitalRequest& request, Instant now) {
  auto& log = state_->log;
  if (log.size() >= log_max) log.erase(log.begin());
  log.push_back(request.method + " " + request.target.substr(0, request.target.find('?')));
  HttpResponse response;
  try {
    response = route(*state_, request, now);
  } catch (const Refusal& refusal) {
    response = refuse(refusal);
  } catch (const json::exception& e) {
    response = refuse({400, "structure", e.what()});
  }
  response.headers.emplace_back("Date", http_date(now));
  return response;
}

kiosk::sync::HttpResult Hospital::answer(const kiosk::sync::HttpRequest& request, Instant now) {
  const auto path = request.url.find('/', request.url.find("://") + 3);
  const auto target = path == std::string::npos ? "/" : request.url.substr(path);
  return {request.id, handle({request.method, target, request.headers, request.body}, now),
          kiosk::Milliseconds(1)};
}

const std::vector<DemoPerson>& Hospital::demo_people() const {
  return state_->people;
}

const DemoPerson& Hospital::demo_person(const std::string& story) const {
  const auto found = std::find_if(state_->people.begin(), state_->people.end(),
                                  [&](const auto& one) { return one.story == story; });
  KIOSK_CHECK(found != state_->people.end());
  return *found;
}

void Hospital::set_status(const std::string& appointment_id, const std::string& status,
                          Instant now) {
  auto resource = state_->resources["Appointment"].at(appointment_id).resource;
  resource["status"] = status;
  state_->put("Appointment", appointment_id, std::move(resource), now);
}

void Hospital::move(const std::string& appointment_id, Instant start, Instant now) {
  auto resource = state_->resources["Appointment"].at(appointment_id).resource;
  resource["start"] = instant_text(*state_, start);
  resource["end"] = instant_text(*state_, start + kiosk::Minutes(10));
  state_->put("Appointment", appointment_id, std::move(resource), now);
}

void Hospital::remove(const std::string& reference, Instant now) {
  auto& stored = state_->resources.at(type_of(reference)).at(id_in(reference));
  stored.deleted = true;
  stored.updated = now;
}

void Hospital::undo_arrival(const std::string& appointment_id, Instant now) {
  set_status(appointment_id, "booked", now);
  for (const auto& id : encounters_of(appointment_id)) {
    auto resource = state_->resources["Encounter"].at(id).resource;
    resource["status"] = "entered-in-error";
    state_->put("Encounter", id, std::move(resource), now);
  }
}

void Hospital::check_in_elsewhere(const std::string& appointment_id, const std::string& nonce,
                                  const std::string& number, Instant now) {
  const auto systems = hospital_profile(state_->options.base_url).systems;
  const auto identifier = [](const std::string& system, const std::string& value) {
    return json{{"system", system}, {"value", value}};
  };
  const auto& appointment = state_->resources["Appointment"].at(appointment_id).resource;
  json encounter = {
      {"resourceType", "Encounter"},
      {"status", "arrived"},
      {"class", {{"code", "AMB"}}},
      {"subject", appointment["participant"][0]["actor"]},
      {"appointment", json::array({{{"reference", "Appointment/" + appointment_id}}})},
      {"period", {{"start", instant_text(*state_, now)}}},
      {"identifier",
       json::array({identifier(systems.visit_key, appointment_id), identifier(systems.nonce, nonce),
                    identifier(systems.ticket_number, number),
                    identifier(systems.ticket_token, "token-of-" + nonce)})}};
  create(*state_, "Encounter", std::move(encounter), "", now);
  set_status(appointment_id, "arrived", now);
}

Hospital::Merged Hospital::merge_patient(const std::string& appointment_id, Instant now) {
  const auto patient_of = [](const json& appointment) -> std::string {
    return appointment["participant"][0]["actor"]["reference"];
  };
  auto& appointments = state_->resources["Appointment"];
  const std::string from = patient_of(appointments.at(appointment_id).resource);
  const Merged merged{id_in(from), id_in(from) + "-kept"};
  json old = state_->find(from)->resource;
  json kept = old;
  kept["id"] = merged.kept;
  state_->put("Patient", merged.kept, std::move(kept), now);
  old["active"] = false;
  old["link"] = json::array(
      {{{"other", {{"reference", "Patient/" + merged.kept}}}, {"type", "replaced-by"}}});
  state_->put("Patient", merged.replaced, std::move(old), now);
  for (const auto& [id, stored] : appointments) {
    if (stored.deleted || patient_of(stored.resource) != from) continue;
    json resource = stored.resource;
    resource["participant"][0]["actor"]["reference"] = "Patient/" + merged.kept;
    state_->put("Appointment", id, std::move(resource), now);
  }
  return merged;
}

void Hospital::call_patients(const std::string& location_id, const std::vector<int>& waited_min,
                             Instant now) {
  Instant called = now;
  state_->put("Patient", "p-waited", {{"resourceType", "Patient"}, {"id", "p-waited"}}, now);
  for (const int waited : waited_min) {
    const auto arrived = instant_text(*state_, called - kiosk::Minutes(waited));
    const json waiting = {{"status", "arrived"},
                          {"period", {{"start", arrived}, {"end", instant_text(*state_, called)}}}};
    const json place = {{"location", {{"reference", "Location/" + location_id}}}};
    // A doctor has a room: "room-eye" is that of "dr-eye".
    const json doctor = {
        {"individual", {{"reference", "Practitioner/dr-" + location_id.substr(5)}}}};
    json encounter = {{"resourceType", "Encounter"},
                      {"status", "in-progress"},
                      {"statusHistory", json::array({waiting})},
                      {"class", {{"code", "AMB"}}},
                      {"subject", {{"reference", "Patient/p-waited"}}},
                      {"participant", json::array({doctor})},
                      {"location", json::array({place})},
                      {"period", {{"start", arrived}}}};
    create(*state_, "Encounter", std::move(encounter), "", now);
    called -= kiosk::Minutes(1);
  }
}

void Hospital::put(const std::string& resource_json, Instant now) {
  auto resource = json::parse(resource_json);
  const std::string type = resource.at("resourceType");
  const std::string id = resource.at("id");
  state_->put(type, id, std::move(resource), now);
}

std::shared_ptr<const Hospital::State> Hospital::backup() const {
  return std::make_shared<State>(*state_);
}

void Hospital::restore(const State& backup) {
  state_->resources = backup.resources;
  state_->next_id = backup.next_id;
  state_->search_cache.clear();
  forget_pages();
}

void Hospital::forget_pages() {
  state_->pages.clear();
}
void Hospital::lose_conditions(int count) {
  state_->conditions_to_lose = count;
}
void Hospital::set_bearer(const std::string& token) {
  state_->options.bearer = token;
}
void Hospital::set_base_url(const std::string& url) {
  state_->options.base_url = url;
}

std::string Hospital::read(const std::string& reference) const {
  const auto* stored = state_->find(reference);
  return stored == nullptr || stored->deleted ? std::string() : text_of(*stored);
}

std::string Hospital::status_of(const std::string& appointment_id) const {
  return state_->find("Appointment/" + appointment_id)->resource.value("status", "");
}

std::vector<std::string> Hospital::encounters_of(const std::string& appointment_id) const {
  std::vector<std::string> ids;
  for (const auto& [id, stored] : state_->resources["Encounter"]) {
    if (stored.deleted || stored.resource.value("status", "") == "entered-in-error") continue;
    for (const auto& one : stored.resource.value("appointment", json::array()))
      if (one.value("reference", "") == "Appointment/" + appointment_id) ids.push_back(id);
  }
  return ids;
}

std::size_t Hospital::count(const std::string& type) const {
  return state_->resources[type].size();
}

const std::vector<std::string>& Hospital::request_log() const {
  return state_->log;
}

std::vector<HeldResource> Hospital::held(const std::string& type) const {
  std::vector<HeldResource> all;
  for (const auto& [id, stored] : state_->resources[type]) {
    if (stored.deleted) continue;
    const json& resource = stored.resource;
    HeldResource held{id, text_in(resource, "status"), "", {}};
    const auto identifiers = resource.find("identifier");
    if (identifiers != resource.end()) {
      for (const auto& one : *identifiers)
        held.identifiers.emplace_back(text_in(one, "system"), text_in(one, "value"));
    }
    const auto appointment = resource.find("appointment");
    if (appointment != resource.end() && !appointment->empty())
      held.appointment_id = id_in(text_in(appointment->front(), "reference"));
    all.push_back(std::move(held));
  }
  return all;
}

std::string Hospital::export_state() const {
  json exported = {{"encounters", json::array()},
                   {"appointments", json::array()},
                   {"tasks", json::array()},
                   {"audit_events", json::array()}};
  for (const auto& [id, stored] : state_->resources["Encounter"])
    if (!stored.deleted) exported["encounters"].push_back(stored.resource);
  for (const auto& [id, stored] : state_->resources["Task"])
    if (!stored.deleted) exported["tasks"].push_back(stored.resource);
  for (const auto& [id, stored] : state_->resources["AuditEvent"])
    if (!stored.deleted) exported["audit_events"].push_back(stored.resource);
  for (const auto& [id, stored] : state_->resources["Appointment"]) {
    const auto status = stored.resource.value("status", "");
    const bool came = status == "arrived" || status == "checked-in";
    if (came && !stored.deleted) exported["appointments"].push_back(stored.resource);
  }
  return exported.dump(2);
}

kiosk::sync::SiteProfile hospital_profile(const std::string& base_url) {
  kiosk::sync::SiteProfile profile;
  profile.base_url = base_url;
  profile.queue_number.identifier_system = "urn:kiosk:queue-number";
  profile.marks.tag_system = "urn:kiosk:desk-first";
  profile.flag_marks_system = "urn:kiosk:desk-first";
  profile.start_spread = kiosk::Milliseconds(0);
  return profile;
}

}  // namespace emulators
