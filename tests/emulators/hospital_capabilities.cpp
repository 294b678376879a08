#include "tests/emulators/hospital_state.h"

namespace emulators {

const std::map<std::string, std::set<std::string>>& search_parameters() {
  static const std::map<std::string, std::set<std::string>> parameters = {
      {"Appointment",
       {"date", "identifier", "patient", "actor", "practitioner", "location", "status"}},
      {"Patient", {"identifier", "birthdate"}},
      {"Encounter",
       {"identifier", "appointment", "status", "patient", "subject", "date", "location",
        "practitioner"}},
      {"Task", {"identifier", "focus", "patient", "status", "code"}},
      {"Flag", {"patient"}},
      {"AuditEvent", {"altid", "subtype"}},
  };
  return parameters;
}

json capability_statement(const HospitalOptions& options) {
  const auto can = [](HospitalOptions::Can what) { return what == HospitalOptions::Can::yes; };
  const auto codes = [](const std::vector<const char*>& of) {
    json list = json::array();
    for (const char* code : of) list.push_back({{"code", code}});
    return list;
  };
  std::vector<const char*> interactions = {"read", "search-type", "create", "update"};
  if (can(options.json_patch)) interactions.push_back("patch");
  if (can(options.deletes)) interactions.push_back("delete");
  json resources = json::array();
  for (const auto& [type, parameters] : search_parameters()) {
    if (type == "Encounter" && !can(options.encounters)) continue;
    if (type == "AuditEvent" && !can(options.audit_events)) continue;
    json one = {{"type", type},
                {"interaction", codes(interactions)},
                {"conditionalCreate", true},
                {"searchParam", json::array()}};
    for (const auto& name : parameters)
      one["searchParam"].push_back({{"name", name}, {"type", "token"}});
    resources.push_back(std::move(one));
  }
  json rest = {{"mode", "server"}, {"resource", std::move(resources)}};
  if (can(options.transactions)) rest["interaction"] = codes({"transaction"});
  return {{"resourceType", "CapabilityStatement"},
          {"status", "active"},
          {"kind", "instance"},
          {"fhirVersion", "4.0.1"},
          {"software", {{"name", "Emulated hospital"}, {"version", "1"}}},
          {"format", json::array({"application/fhir+json"})},
          {"rest", json::array({std::move(rest)})}};
}

}  // namespace emulators
