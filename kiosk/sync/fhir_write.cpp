#include "kiosk/sync/fhir_write.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "kiosk/base/bytes.h"
#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/json_numbers.h"
#include "kiosk/sync/url.h"

namespace kiosk::sync {
namespace {

using nlohmann::json;

constexpr const char* audit_system = "urn:kiosk:audit";
constexpr const char* fhir_json = "application/fhir+json";
constexpr const char* actor_class = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// Runs what may throw on JSON of unexpected shape; this is the library's boundary.
template <typename T, typename Make>
Result<T> guarded(const char* what, Make make) {
  try {
    return make();
  } catch (const json::exception& e) {
    return fail("fhir", "malformed", std::string(what) + ": JSON error " + std::to_string(e.id));
  }
}

std::string text_at(const json& from, const char* key) {
  const auto found = from.is_object() ? from.find(key) : from.end();
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The objects of a list that may be missing.
json objects_at(const json& from, const char* key) {
  json objects = json::array();
  const auto found = from.find(key);
  if (found == from.end() || !found->is_array()) return objects;
  std::copy_if(found->begin(), found->end(), std::back_inserter(objects),
               [](const json& one) { return one.is_object(); });
  return objects;
}

json reference(const std::string& to) {
  return {{"reference", to}};
}

std::string base64(ByteView bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) -> unsigned { return k < bytes.size() ? bytes[k] : 0U; };
    const unsigned group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (unsigned k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

json ticket_identifiers(const SiteProfile& profile, const domain::ArrivalMessage& message,
                        const char* use) {
  const auto one = [&](const std::string& system, const std::string& value) {
    return json{{"use", use}, {"system", system}, {"value", value}};
  };
  return json::array({one(profile.systems.nonce, message.nonce),
                      one(profile.systems.ticket_number, message.number),
                      one(profile.systems.ticket_token, message.token)});
}

json all_identifiers(const SiteProfile& profile, const domain::ArrivalMessage& message) {
  json list = json::array(
      {{{"use", "official"}, {"system", profile.systems.visit_key}, {"value", message.visit_key}}});
  for (auto& one : ticket_identifiers(profile, message, "official")) list.push_back(one);
  return list;
}

json parsed(const std::string& text) {
  json value = json::parse(with_numbers_as_texts(text));
  if (!value.is_object()) throw json::type_error::create(302, "not an object", nullptr);
  return value;
}

std::string text_of(const json& value) {
  return with_texts_as_numbers(value.dump());
}

json encounter(const SiteProfile& profile, const domain::Zone& zone,
               const domain::ArrivalMessage& message, const FreshAppointment& fresh) {
  const json appointment = parsed(fresh.json);
  json made = {{"resourceType", "Encounter"},
               {"identifier", all_identifiers(profile, message)},
               {"status", "arrived"},
               {"class", {{"system", actor_class}, {"code", "AMB"}, {"display", "ambulatory"}}},
               {"appointment", json::array({reference("Appointment/" + message.appointment_id)})},
               {"period", {{"start", format_instant(zone, message.confirmed_at)}}}};
  const auto named = [&](const std::string& one) { return one.starts_with("Patient/"); };
  const auto& others = fresh.participants;
  if (!message.patient_id.empty())
    made["subject"] = reference("Patient/" + message.patient_id);
  else if (const auto one = std::find_if(others.begin(), others.end(), named); one != others.end())
    made["subject"] = reference(*one);
  if (const auto services = appointment.find("serviceType");
      services != appointment.end() && services->is_array() && !services->empty())
    made["serviceType"] = services->front();
  for (const auto& to : others) {
    const auto type = to.substr(0, to.find('/'));
    if (type == "Practitioner" || type == "PractitionerRole")
      made["participant"].push_back({{"individual", reference(to)}});
    if (type == "Location") made["location"].push_back({{"location", reference(to)}});
  }
  return made;
}

/// A row of this kiosk's trail as an AuditEvent's entity tells it; nothing when it does not.
std::optional<ToldHead> head_in(const json& entity, const std::string& kiosk) {
  const json identifier = entity.value("what", json::object()).value("identifier", json::object());
  const std::string trail = identifier.value("value", "");
  if (identifier.value("system", "") != audit_system || !trail.starts_with(kiosk + "/")) return {};
  ToldHead head;
  const char* end = trail.data() + trail.size();
  const auto [slash, error] =
      std::from_chars(trail.data() + kiosk.size() + 1, end, head.incarnation);
  if (error != std::errc() || slash == end || *slash != '/') return {};
  const auto [last, wrong] = std::from_chars(slash + 1, end, head.seq);
  if (wrong != std::errc() || last != end) return {};
  for (const json& detail : entity.value("detail", json::array())) {
    if (detail.value("type", "") == "hash") head.hash = detail.value("valueString", "");
  }
  return head;
}

/// A change that holds only while the resource's status is as it was read.
Change change(const json& status_before, json patch, const json& resource) {
  json guarded_patch = json::array();
  guarded_patch.push_back({{"op", "test"}, {"path", "/status"}, {"value", status_before}});
  for (auto& one : patch) guarded_patch.push_back(std::move(one));
  return {text_of(guarded_patch), text_of(resource)};
}

Change with_status(json resource, const char* to) {
  const json before = resource.at("status");
  json patch = json::array();
  patch.push_back({{"op", "replace"}, {"path", "/status"}, {"value", to}});
  resource["status"] = to;
  return change(before, std::move(patch), resource);
}

json patch_entry(const SiteProfile& profile, const domain::ArrivalMessage& message,
                 const Change& arrived) {
  const auto url = "Appointment/" + message.appointment_id;
  if (profile.change_by == ChangeBy::put)
    return {{"resource", parsed(arrived.resource)}, {"request", {{"method", "PUT"}, {"url", url}}}};
  return {{"resource",
           {{"resourceType", "Binary"},
            {"contentType", "application/json-patch+json"},
            {"data", base64(as_bytes(arrived.json_patch))}}},
          {"request", {{"method", "PATCH"}, {"url", url}}}};
}

/// The nonce as urn:uuid, so that the entry has a full URL of its own; empty when it has another
/// form.
std::string urn_of(const std::string& nonce) {
  if (nonce.size() != 32) return {};
  return "urn:uuid:" + nonce.substr(0, 8) + "-" + nonce.substr(8, 4) + "-" + nonce.substr(12, 4) +
         "-" + nonce.substr(16, 4) + "-" + nonce.substr(20);
}

/// The identifiers of an Encounter, sorted into what is ours to order and what is not.
struct Sorted {
  json others = json::array();   ///< everything but tickets, in its order
  json tickets = json::array();  ///< nonce, number, token of all kiosks, in their order
  bool has_key = false;
  bool has_our_nonce = false;
};

Sorted sorted_identifiers(const json& encounter, const SiteProfile& profile,
                          const domain::ArrivalMessage& message) {
  Sorted sorted;
  if (!encounter.contains("identifier")) return sorted;
  for (const auto& one : encounter["identifier"]) {
    const auto system = one.value("system", std::string());
    const auto value = one.value("value", std::string());
    const bool ticket = system == profile.systems.nonce ||
                        system == profile.systems.ticket_number ||
                        system == profile.systems.ticket_token;
    (ticket ? sorted.tickets : sorted.others).push_back(one);
    if (system == profile.systems.visit_key) sorted.has_key = true;
    if (system == profile.systems.nonce && value == message.nonce) sorted.has_our_nonce = true;
  }
  return sorted;
}

bool confirmed_before(const domain::ArrivalMessage& message, const json& encounter) {
  if (!encounter.contains("period") || encounter.value("status", "") != "arrived") return false;
  const auto start = parse_instant(encounter["period"].value("start", std::string()));
  return start && message.confirmed_at < *start;
}

std::optional<Change> with_ticket(const SiteProfile& profile, const domain::Zone& zone,
                                  const domain::ArrivalMessage& message, json resource) {
  Sorted sorted = sorted_identifiers(resource, profile, message);
  if (sorted.has_our_nonce) return std::nullopt;
  if (!sorted.has_key)
    sorted.others.push_back({{"system", profile.systems.visit_key}, {"value", message.visit_key}});
  const bool first = sorted.tickets.empty() || confirmed_before(message, resource);
  const auto ours = ticket_identifiers(profile, message, first ? "official" : "secondary");
  if (first)
    for (auto& one : sorted.tickets) one["use"] = "secondary";
  json list = sorted.others;
  if (first) list.insert(list.end(), ours.begin(), ours.end());
  list.insert(list.end(), sorted.tickets.begin(), sorted.tickets.end());
  if (!first) list.insert(list.end(), ours.begin(), ours.end());
  const bool has_list = resource.contains("identifier");
  json patch = json::array(
      {{{"op", has_list ? "replace" : "add"}, {"path", "/identifier"}, {"value", list}}});
  resource["identifier"] = std::move(list);
  if (first && confirmed_before(message, resource)) {
    const auto start = format_instant(zone, message.confirmed_at);
    patch.push_back({{"op", "replace"}, {"path", "/period/start"}, {"value", start}});
    resource["period"]["start"] = start;
  }
  return change(resource.at("status"), std::move(patch), resource);
}

HttpRequest write_request(const SiteProfile& profile, std::string method, const std::string& path,
                          std::string content_type, std::string body,
                          const char* prefer = "return=representation") {
  HttpRequest made;
  made.method = std::move(method);
  made.url = join(profile.base_url, path);
  made.headers = {
      {"Content-Type", std::move(content_type)}, {"Accept", fhir_json}, {"Prefer", prefer}};
  made.body = std::move(body);
  made.connect_timeout = profile.connect_timeout;
  made.timeout = profile.request_timeout;
  return made;
}

}  // namespace

std::string version_etag(const std::string& version) {
  return version.empty() ? "" : "W/\"" + version + "\"";
}

Result<FreshAppointment> fresh_appointment_in(const Reply& reply, const std::string& id) {
  const auto reading =
      read_fhir(reply.body(), reply.names != nullptr ? *reply.names : ServerNames());
  if (!reading) return pass_on(reading.error());
  if (reading->appointments.size() != 1 || reading->appointments.front().id != id)
    return fail("fhir", "malformed", "the answer is not the appointment that was asked for");
  const auto& row = reading->appointments.front();
  FreshAppointment fresh{
      reply.body(), std::string(reply.header("ETag")), row.meta.version, row.status, {}, false};
  fresh.is_elsewhere = !row.patient_elsewhere.empty();
  fresh.start = row.start;
  fresh.is_mended = reply.mended;
  for (const auto& one : row.participants) {
    if (one.reference.empty()) continue;
    fresh.participants.push_back(one.reference);
    if (one.type == "Patient") fresh.is_elsewhere = false;
  }
  if (fresh.etag.empty()) fresh.etag = version_etag(row.meta.version);
  return fresh;
}

Result<std::string> encounter_json(const SiteProfile& profile, const domain::Zone& zone,
                                   const domain::ArrivalMessage& message,
                                   const FreshAppointment& appointment) {
  return guarded<std::string>(
      "Appointment", [&] { return text_of(encounter(profile, zone, message, appointment)); });
}

Result<std::string> ticket_task_json(const SiteProfile& profile, const domain::Zone& zone,
                                     const domain::ArrivalMessage& message) {
  json task = {
      {"resourceType", "Task"},
      {"identifier", all_identifiers(profile, message)},
      {"status", "completed"},
      {"intent", "order"},
      {"code", {{"text", "queue-ticket"}}},
      {"focus", reference("Appointment/" + message.appointment_id)},
      {"authoredOn", format_instant(zone, message.confirmed_at)},
      {"input",
       json::array({{{"type", {{"text", "ticket-number"}}}, {"valueString", message.number}},
                    {{"type", {{"text", "ticket-token"}}}, {"valueString", message.token}}})}};
  if (!message.patient_id.empty()) task["for"] = reference("Patient/" + message.patient_id);
  return task.dump();
}

Result<Change> arrive(const SiteProfile& profile, const FreshAppointment& appointment) {
  return guarded<Change>("Appointment", [&] {
    return with_status(parsed(appointment.json), domain::code(profile.arrived_status));
  });
}

Result<std::string> transaction_json(const SiteProfile& profile, const domain::Zone& zone,
                                     const domain::ArrivalMessage& message,
                                     const FreshAppointment& appointment) {
  const auto arrived = arrive(profile, appointment);
  if (!arrived) return pass_on(arrived.error());
  return guarded<std::string>("Appointment", [&] {
    json change_entry = patch_entry(profile, message, *arrived);
    if (!appointment.etag.empty()) change_entry["request"]["ifMatch"] = appointment.etag;
    const domain::Identifier key{profile.systems.visit_key, message.visit_key};
    json create_entry = {{"resource", encounter(profile, zone, message, appointment)},
                         {"request",
                          {{"method", "POST"},
                           {"url", "Encounter"},
                           {"ifNoneExist", "identifier=" + query_value(token(key))}}}};
    if (auto urn = urn_of(message.nonce); !urn.empty()) create_entry["fullUrl"] = urn;
    return text_of({{"resourceType", "Bundle"},
                    {"type", "transaction"},
                    {"entry", json::array({change_entry, create_entry})}});
  });
}

Result<std::optional<Change>> add_ticket(const SiteProfile& profile, const domain::Zone& zone,
                                         const domain::ArrivalMessage& message,
                                         const std::string& encounter_json) {
  return guarded<std::optional<Change>>(
      "Encounter", [&] { return with_ticket(profile, zone, message, parsed(encounter_json)); });
}

Result<Change> withdraw(const std::string& resource_json) {
  return guarded<Change>("resource",
                         [&] { return with_status(parsed(resource_json), "entered-in-error"); });
}

Result<Change> remark(const std::string& appointment_json, const std::string& words) {
  return guarded<Change>("Appointment", [&] {
    json resource = parsed(appointment_json);
    const json patch = json::array({{{"op", "add"}, {"path", "/comment"}, {"value", words}}});
    resource["comment"] = words;
    return change(resource.at("status"), patch, resource);
  });
}

Result<Change> deactivate(const std::string& patient_json) {
  return guarded<Change>("Patient", [&] {
    json resource = parsed(patient_json);
    const json patch = json::array({{{"op", "add"}, {"path", "/active"}, {"value", false}}});
    resource["active"] = false;
    return Change{text_of(patch), text_of(resource)};
  });
}

HttpRequest create_request(const SiteProfile& profile, const std::string& type, std::string body,
                           const domain::Identifier& once) {
  auto made = write_request(profile, "POST", type, fhir_json, std::move(body));
  made.headers.emplace_back("If-None-Exist", "identifier=" + query_value(token(once)));
  return made;
}

HttpRequest change_request(const SiteProfile& profile, const std::string& reference,
                           const std::string& etag, const Change& change) {
  const bool put = profile.change_by == ChangeBy::put;
  auto made = put ? write_request(profile, "PUT", reference, fhir_json, change.resource)
                  : write_request(profile, "PATCH", reference, "application/json-patch+json",
                                  change.json_patch);
  if (!etag.empty()) made.headers.emplace_back("If-Match", etag);
  return made;
}

HttpRequest transaction_request(const SiteProfile& profile, std::string body) {
  return write_request(profile, "POST", "", fhir_json, std::move(body));
}

HttpRequest audit_event_request(const SiteProfile& profile, std::string body) {
  return write_request(profile, "POST", "AuditEvent", fhir_json, std::move(body), "return=minimal");
}

std::string alert_task_json(const SiteProfile& profile, const domain::Zone& zone,
                            const AlertTask& alert) {
  return json{
      {"resourceType", "Task"},
      {"identifier", json::array({{{"system", profile.systems.nonce}, {"value", alert.id}}})},
      {"status", "requested"},
      {"intent", "order"},
      {"priority", "urgent"},
      {"code", {{"text", alert.kind}}},
      {"description", alert.text},
      {"requester", {{"display", alert.kiosk}}},
      {"authoredOn", format_instant(zone, alert.at)}}
      .dump();
}

std::string audit_event_json(const domain::Zone& zone, const std::string& kiosk,
                             const store::AuditHead& head) {
  const auto row = std::to_string(head.seq);
  const auto trail = kiosk + "/" + std::to_string(head.incarnation);
  const auto detail = [](const char* type, const std::string& value) {
    return json{{"type", type}, {"valueString", value}};
  };
  return json{
      {"resourceType", "AuditEvent"},
      {"type",
       {{"system", "http://dicom.nema.org/resources/ontology/DCM"},
        {"code", "110100"},
        {"display", "Application Activity"}}},
      {"subtype", json::array({{{"system", audit_system}, {"code", "head"}}})},
      {"action", "E"},
      {"recorded", format_instant(zone, head.written)},
      {"outcome", "0"},
      {"agent",
       json::array({{{"who", {{"display", kiosk}}}, {"altId", kiosk}, {"requestor", false}}})},
      {"source", {{"observer", {{"display", kiosk}}}}},
      {"entity",
       json::array(
           {{{"what", {{"identifier", {{"system", audit_system}, {"value", trail + "/" + row}}}}},
             {"name", "audit trail " + trail},
             {"detail", json::array({detail("row", row), detail("hash", head.hash)})}}})}}
      .dump();
}

Result<std::vector<ToldHead>> audit_heads_in(const std::string& bundle_json,
                                             const std::string& kiosk) {
  return guarded<std::vector<ToldHead>>("Bundle", [&] {
    std::vector<ToldHead> heads;
    const json bundle = parsed(bundle_json);
    for (const json& entry : bundle.value("entry", json::array())) {
      const json resource = entry.value("resource", json::object());
      if (resource.value("resourceType", "") != "AuditEvent") continue;
      for (const json& entity : resource.value("entity", json::array())) {
        if (auto head = head_in(entity, kiosk)) {
          head->written = parse_instant(resource.value("recorded", "")).value_or(Instant());
          heads.push_back(std::move(*head));
        }
      }
    }
    return heads;
  });
}

Result<std::string> resource_in(const std::string& bundle_json, const std::string& type,
                                const std::string& id) {
  const auto found = guarded<std::string>("Bundle", [&]() -> std::string {
    const json bundle = parsed(bundle_json);
    if (!bundle.contains("entry")) return {};
    for (const auto& entry : bundle["entry"]) {
      if (!entry.contains("resource")) continue;
      const auto& resource = entry["resource"];
      if (resource.value("resourceType", "") == type && resource.value("id", "") == id)
        return text_of(resource);
    }
    return {};
  });
  if (!found) return pass_on(found.error());
  if (found->empty()) return fail("fhir", "not_found", type + " is not in the answer");
  return *found;
}

Result<std::set<std::string>> entries_in(const std::string& bundle_json) {
  return guarded<std::set<std::string>>("Bundle", [&] {
    std::set<std::string> names;
    for (const json& entry : objects_at(parsed(bundle_json), "entry")) {
      const auto resource = entry.find("resource");
      if (resource == entry.end()) continue;
      const auto type = text_at(*resource, "resourceType");
      if (type != "OperationOutcome") names.insert(type + '/' + text_at(*resource, "id"));
    }
    return names;
  });
}

Result<std::string> joined_bundles(std::span<const std::string> pages) {
  return guarded<std::string>("Bundle", [&] {
    json whole;
    json links = json::array(), entries = json::array();
    for (const std::string& page : pages) {
      json bundle = parsed(page);
      for (auto& entry : objects_at(bundle, "entry")) entries.push_back(std::move(entry));
      if (whole.is_null()) whole = std::move(bundle);
    }
    for (auto& link : objects_at(whole, "link"))
      if (text_at(link, "relation") != "next") links.push_back(std::move(link));
    whole["link"] = std::move(links);
    whole["entry"] = std::move(entries);
    return text_of(whole);
  });
}

}  // namespace kiosk::sync
