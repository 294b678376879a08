#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kiosk/base/bytes.h"
#include "kiosk/domain/appointment.h"
#include "tests/emulators/hospital_state.h"

namespace emulators {
namespace {

using kiosk::Instant;

bool is_quoted(const std::string& tag) {
  return tag.size() >= 2 && tag.front() == '"' && tag.back() == '"';
}

const Stored& existing(const Hospital::State& state, const std::string& reference) {
  const auto* stored = state.find(reference);
  if (stored == nullptr) throw Refusal{404, "not-found", reference + " is not known"};
  if (stored->deleted) throw Refusal{410, "deleted", reference + " was deleted"};
  return *stored;
}

void check_version(const Hospital::State& state, const Stored& stored,
                   const std::string& if_match) {
  if (if_match.empty() || state.options.stale_status == 0) return;
  const auto tag = if_match.starts_with("W/") ? if_match.substr(2) : if_match;
  if (!is_quoted(tag)) {  // a bare number is no ETag
    if (state.options.unquoted_etag == HospitalOptions::Unknown::ignore) return;
    throw Refusal{400, "invalid", "If-Match is no entity tag"};
  }
  if (tag == fmt::format("\"{}\"", stored.version)) return;
  throw Refusal{state.options.stale_status, "conflict", "the resource has changed meanwhile"};
}

void check_reference(const Hospital::State& state, const json& reference, const char* where) {
  const std::string to = reference.value("reference", "");
  if (to.empty() || to.starts_with("urn:")) return;
  const auto* stored = state.find(to);
  if (stored == nullptr || stored->deleted)
    throw Refusal{422, "business-rule", fmt::format("{}: {} does not exist", where, to)};
}

void check_status_change(const Hospital::State& state, const std::string& from,
                         const std::string& to) {
  const auto rules = state.options.status_rules;
  if (from == to || rules == HospitalOptions::Rules::none) return;
  if (to == "arrived" && rules == HospitalOptions::Rules::checked_in)
    throw Refusal{422, "business-rule", "arrivals are checked-in here"};
  const std::array<std::pair<const char*, const char*>, 8> allowed = {{{"booked", "arrived"},
                                                                       {"booked", "checked-in"},
                                                                       {"booked", "cancelled"},
                                                                       {"arrived", "checked-in"},
                                                                       {"arrived", "cancelled"},
                                                                       {"pending", "cancelled"},
                                                                       {"proposed", "cancelled"},
                                                                       {"waitlist", "cancelled"}}};
  if (std::none_of(allowed.begin(), allowed.end(),
                   [&](const auto& one) { return from == one.first && to == one.second; }))
    throw Refusal{422, "business-rule", fmt::format("status {} cannot become {}", from, to)};
}

void check_content(const Hospital::State& state, const std::string& type, const json& resource) {
  if (resource.value("resourceType", "") != type)
    throw Refusal{400, "structure", "resourceType is not " + type};
  const auto need = [&](const char* key) {
    if (!resource.contains(key))
      throw Refusal{422, "required", fmt::format("{}.{}: missing", type, key)};
  };
  if (type == "Appointment") {
    need("status");
    need("participant");
    if (!kiosk::domain::appointment_status(resource.value("status", "")))
      throw Refusal{422, "code-invalid", "Appointment.status"};
  }
  if (type == "Encounter") {
    for (const auto* key : {"status", "class", "subject"}) need(key);
    check_reference(state, resource["subject"], "Encounter.subject");
    for (const auto& one : resource.value("appointment", json::array()))
      check_reference(state, one, "Encounter.appointment");
    for (const auto& one : resource.value("location", json::array()))
      check_reference(state, one.at("location"), "Encounter.location");
    for (const auto& one : resource.value("participant", json::array()))
      check_reference(state, one.at("individual"), "Encounter.participant");
  }
  if (type == "AuditEvent") {
    for (const auto* key : {"type", "recorded", "agent", "source"}) need(key);
    for (const auto& one : resource["agent"])
      if (!one.contains("requestor")) throw Refusal{422, "required", "AuditEvent.agent.requestor"};
    if (!resource["source"].contains("observer"))
      throw Refusal{422, "required", "AuditEvent.source.observer"};
  }
  if (type == "Task") {
    for (const auto* key : {"status", "intent"}) need(key);
    if (resource.contains("focus")) check_reference(state, resource["focus"], "Task.focus");
  }
}

Written write(Hospital::State& state, const std::string& reference, json resource, Instant now) {
  const auto type = type_of(reference);
  const auto& before = existing(state, reference);
  if (type == "AuditEvent") throw Refusal{405, "not-supported", "an AuditEvent is never changed"};
  check_content(state, type, resource);
  if (type == "Appointment")
    check_status_change(state, before.resource.value("status", ""), resource.value("status", ""));
  state.put(type, id_in(reference), std::move(resource), now);
  return {200, reference};
}

std::string decoded_base64(const std::string& text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) throw Refusal{400, "invalid", "Binary.data"};
    bits = bits << 6 | static_cast<unsigned>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

Written entry(Hospital::State& state, const json& one, Instant now) {
  const auto& request = one.at("request");
  const std::string method = request.at("method");
  const std::string url = request.at("url");
  const std::string if_match = request.value("ifMatch", "");
  if (method == "POST")
    return create(state, url, one.at("resource"), request.value("ifNoneExist", ""), now);
  if (method == "PUT") return replace(state, url, one.at("resource"), if_match, now);
  if (method != "PATCH") throw Refusal{400, "not-supported", "method in a transaction"};
  const auto& binary = one.at("resource");
  if (binary.value("contentType", "") != "application/json-patch+json")
    throw Refusal{400, "not-supported", "patch of another kind"};
  return patch(state, url, decoded_base64(binary.at("data")), if_match, now);
}

}  // namespace

Written create(Hospital::State& state, const std::string& type, json resource,
               const std::string& if_none_exist, Instant now) {
  if (type == "Encounter" && state.options.encounters == HospitalOptions::Can::no)
    throw Refusal{404, "not-supported", "unknown resource type Encounter"};
  if (!if_none_exist.empty() && state.conditions_to_lose > 0) {
    --state.conditions_to_lose;
  } else if (!if_none_exist.empty()) {
    auto found = matches(state, type, parse_form(if_none_exist));
    std::erase_if(found, [&](const std::string& reference) {
      return state.find(reference)->created + state.options.race_window > now;
    });
    if (found.size() > 1) throw Refusal{412, "multiple-matches", "the condition fits several"};
    if (found.size() == 1) return {200, found.front()};
  }
  check_content(state, type, resource);
  const bool person = type == "Patient" || type == "Appointment";
  if (person && state.options.create_people == HospitalOptions::Can::no)
    throw Refusal{403, "forbidden", "the kiosk makes no " + type};
  const auto next_id = [&] {
    return fmt::format("{}{}", static_cast<char>(type[0] | 0x20), state.next_id++);
  };
  auto id = next_id();
  while (state.find(type + "/" + id) != nullptr) id = next_id();  // the day has such ids too
  state.put(type, id, std::move(resource), now);
  return {201, type + "/" + id};
}

Written replace(Hospital::State& state, const std::string& reference, json resource,
                const std::string& if_match, Instant now) {
  check_version(state, existing(state, reference), if_match);
  if (resource.value("id", "") != id_in(reference))
    throw Refusal{400, "invalid", "the id in the body is another"};
  return write(state, reference, std::move(resource), now);
}

Written patch(Hospital::State& state, const std::string& reference, const std::string& patch_json,
              const std::string& if_match, Instant now) {
  const auto& stored = existing(state, reference);
  check_version(state, stored, if_match);
  json changed;
  try {
    changed = stored.resource.patch(json::parse(patch_json));
  } catch (const json::other_error&) {
    throw Refusal{400, "processing", "JSON Patch: the test operation failed"};
  }
  return write(state, reference, std::move(changed), now);
}

json transaction(Hospital::State& state, const json& bundle, Instant now) {
  if (bundle.value("type", "") != "transaction" || !bundle.contains("entry"))
    throw Refusal{400, "structure", "no transaction"};
  if (bundle["entry"].size() > state.options.transaction_entries_max)
    throw Refusal{400, "too-costly", "too many entries in a transaction"};
  std::vector<std::pair<std::string, std::optional<Stored>>> replaced;
  state.replaced = &replaced;
  json answer = {{"resourceType", "Bundle"}, {"type", "transaction-response"}};
  try {
    for (const auto& one : bundle["entry"]) {
      const auto written = entry(state, one, now);
      answer["entry"].push_back(
          {{"response",
            {{"status", written.status == 201 ? "201 Created" : "200 OK"},
             {"location", fmt::format("{}/_history/{}", written.reference,
                                      state.find(written.reference)->version)}}}});
    }
  } catch (...) {  // all or nothing
    state.replaced = nullptr;
    for (auto one = replaced.rbegin(); one != replaced.rend(); ++one) {
      auto& of_type = state.resources[type_of(one->first)];
      of_type.erase(id_in(one->first));
      if (one->second) of_type.emplace(id_in(one->first), std::move(*one->second));
    }
    throw;
  }
  state.replaced = nullptr;
  return answer;
}

}  // namespace emulators
