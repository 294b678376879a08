#include "kiosk/sync/fhir_search.h"

#include <algorithm>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/url.h"

namespace kiosk::sync {
namespace {

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ',' || c == '|' || c == '$' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

HttpRequest request(const SiteProfile& profile, std::string method, std::string url) {
  HttpRequest made;
  made.method = std::move(method);
  made.url = std::move(url);
  made.connect_timeout = profile.connect_timeout;
  made.timeout = profile.request_timeout;
  made.answer_bytes_max = answer_bytes_max;
  made.headers = {{"Accept", "application/fhir+json"}, {"Cache-Control", "no-cache"}};
  return made;
}

HttpRequest search(const SiteProfile& profile, const std::string& type, const FormFields& fields) {
  auto made = request(profile, "POST", join(profile.base_url, type + "/_search"));
  made.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  made.body = form_body(fields);
  return made;
}

void add_page_fields(FormFields& fields, const SiteProfile& profile, Includes includes) {
  if (includes == Includes::with) {
    for (const auto& one : profile.includes) fields.emplace_back("_include", one);
    const bool encounters = profile.arrival_way != ArrivalWay::appointment_only;
    for (const auto& one : profile.reverse_includes)
      if (encounters) fields.emplace_back("_revinclude", one);
  }
  fields.emplace_back("_count", std::to_string(std::min(profile.page_size, page_size_max)));
}

FormFields at_place(const std::string& status, Instant from, const std::string& location_id,
                    const std::string& doctor_id) {
  FormFields fields = {{"status", status},
                       {"date", "ge" + format_utc(from)},
                       {"location", "Location/" + escaped(location_id)}};
  if (!doctor_id.empty()) fields.emplace_back("practitioner", "Practitioner/" + escaped(doctor_id));
  return fields;
}

std::string joined(std::span<const std::string> ids, const std::string& before) {
  std::string list;
  for (const auto& id : ids) list += (list.empty() ? "" : ",") + before + escaped(id);
  return list;
}

}  // namespace

std::string token(const domain::Identifier& identifier) {
  return escaped(identifier.system) + "|" + escaped(identifier.value);
}

HttpRequest day_search(const SiteProfile& profile, const domain::Zone& zone, Instant from,
                       Instant until, Includes includes) {
  FormFields fields = {{"date", "ge" + format_instant(zone, from)},
                       {"date", "lt" + format_instant(zone, until)},
                       {"_sort", "_lastUpdated"}};
  add_page_fields(fields, profile, includes);
  return search(profile, "Appointment", fields);
}

HttpRequest changes_search(const SiteProfile& profile, Instant since, Includes includes) {
  FormFields fields = {{"_lastUpdated", "ge" + format_utc(since)}, {"_sort", "_lastUpdated"}};
  add_page_fields(fields, profile, includes);
  return search(profile, "Appointment", fields);
}

HttpRequest changed_arrivals_search(const SiteProfile& profile, Instant since) {
  const bool task = profile.arrival_way == ArrivalWay::appointment_only;
  FormFields fields = {{"_lastUpdated", "ge" + format_utc(since)}, {"_sort", "_lastUpdated"}};
  add_page_fields(fields, profile, Includes::without);
  return search(profile, task ? "Task" : "Encounter", fields);
}

HttpRequest ids_search(const SiteProfile& profile, const std::string& type,
                       std::span<const std::string> ids, Includes includes) {
  FormFields fields = {{"_id", joined(ids, "")}};
  add_page_fields(fields, profile, includes);
  return search(profile, type, fields);
}

HttpRequest people_search(const SiteProfile& profile, const domain::Identifier& identifier) {
  std::string either = token(identifier);
  if (identifier.value.ends_with('X') && domain::valid_citizen_number(identifier.value)) {
    std::string lower = identifier.value;
    lower.back() = 'x';
    either += "," + token({identifier.system, lower});
  }
  return search(profile, "Patient", {{"identifier", either}, {"_count", "20"}});
}

HttpRequest birth_date_search(const SiteProfile& profile, const domain::Date& birth_date) {
  FormFields fields = {{"birthdate", domain::iso(birth_date)}};
  add_page_fields(fields, profile, Includes::without);
  return search(profile, "Patient", fields);
}

HttpRequest appointments_search(const SiteProfile& profile, const domain::Zone& zone,
                                std::span<const std::string> patient_ids, Instant from,
                                Instant until, Includes includes) {
  FormFields fields = {{"patient", joined(patient_ids, "Patient/")},
                       {"date", "ge" + format_instant(zone, from)},
                       {"date", "lt" + format_instant(zone, until)}};
  add_page_fields(fields, profile, includes);
  return search(profile, "Appointment", fields);
}

HttpRequest booking_search(const SiteProfile& profile, const domain::Identifier& booking,
                           Includes includes) {
  FormFields fields = {{"identifier", token(booking)}};
  add_page_fields(fields, profile, includes);
  return search(profile, "Appointment", fields);
}

HttpRequest arrivals_search(const SiteProfile& profile,
                            std::span<const std::string> appointment_ids) {
  const bool task = profile.arrival_way == ArrivalWay::appointment_only;
  FormFields fields = {{task ? "focus" : "appointment", joined(appointment_ids, "Appointment/")}};
  add_page_fields(fields, profile, Includes::without);
  return search(profile, task ? "Task" : "Encounter", fields);
}

HttpRequest visit_keys_search(const SiteProfile& profile,
                              std::span<const std::string> appointment_ids) {
  std::string keys;
  for (const auto& id : appointment_ids)
    for (const int round : {1, 2})
      keys += (keys.empty() ? "" : ",") +
              token({profile.systems.visit_key, domain::visit_key(id, round)});
  const bool task = profile.arrival_way == ArrivalWay::appointment_only;
  return search(profile, task ? "Task" : "Encounter", {{"identifier", keys}, {"_count", "200"}});
}

HttpRequest waiting_search(const SiteProfile& profile, Instant from, const std::string& location_id,
                           const std::string& doctor_id) {
  auto fields = at_place("arrived", from, location_id, doctor_id);
  fields.emplace_back("_summary", "count");
  return search(profile, "Encounter", fields);
}

HttpRequest waited_search(const SiteProfile& profile, Instant from, const std::string& location_id,
                          const std::string& doctor_id) {
  auto fields = at_place("in-progress,finished", from, location_id, doctor_id);
  fields.emplace_back("_sort", "-date");
  fields.emplace_back("_count", "50");
  return search(profile, "Encounter", fields);
}

HttpRequest identifier_search(const SiteProfile& profile, const std::string& type,
                              const domain::Identifier& identifier) {
  return search(profile, type, {{"identifier", token(identifier)}, {"_count", "50"}});
}

HttpRequest flags_search(const SiteProfile& profile, std::span<const std::string> patient_ids) {
  return search(profile, "Flag", {{"patient", joined(patient_ids, "Patient/")}, {"_count", "100"}});
}

HttpRequest audit_events_search(const SiteProfile& profile, const std::string& kiosk_code) {
  FormFields fields = {
      {"altid", escaped(kiosk_code)}, {"subtype", "urn:kiosk:audit|head"}, {"_sort", "-date"}};
  add_page_fields(fields, profile, Includes::without);
  return search(profile, "AuditEvent", fields);
}

HttpRequest read_request(const SiteProfile& profile, const std::string& reference) {
  return request(profile, "GET", join(profile.base_url, reference));
}

HttpRequest page_request(const SiteProfile& profile, const std::string& url) {
  return request(profile, "GET", url);
}

}  // namespace kiosk::sync
