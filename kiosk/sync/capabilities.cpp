#include "kiosk/sync/capabilities.h"

namespace kiosk::sync {
namespace {

bool declares(const Capabilities& capabilities, const std::string& type,
              const std::string& interaction) {
  const auto found = capabilities.resources.find(type);
  return found != capabilities.resources.end() && found->second.interactions.contains(interaction);
}

/// Looks for what is needed; a list that a statement leaves out says nothing.
class Needs {
 public:
  explicit Needs(const Capabilities& capabilities) : capabilities_(capabilities) {}

  void resource(const std::string& type, const std::vector<const char*>& interactions,
                const std::vector<const char*>& search) {
    const auto found = capabilities_.resources.find(type);
    if (found == capabilities_.resources.end()) {
      missing.push_back(type);
      return;
    }
    for (const char* one : interactions)
      if (!found->second.interactions.empty() && !found->second.interactions.contains(one))
        missing.push_back(type + " " + one);
    for (const char* one : search)
      if (!found->second.search.empty() && !found->second.search.contains(one))
        missing.push_back(type + "?" + one);
  }

  void conditional_create(const std::string& type) {
    const auto found = capabilities_.resources.find(type);
    if (found != capabilities_.resources.end() && !found->second.conditional_create)
      missing.push_back("conditional create of " + type);
  }

  std::vector<std::string> missing;

 private:
  const Capabilities& capabilities_;
};

}  // namespace

SiteProfile decided(SiteProfile profile, const std::optional<Capabilities>& capabilities) {
  const bool silent = !capabilities || capabilities->resources.empty();
  if (profile.arrival_way == ArrivalWay::automatic) {
    if (!silent && !declares(*capabilities, "Encounter", "create"))
      profile.arrival_way = ArrivalWay::appointment_only;
    else if (!silent && !capabilities->interactions.contains("transaction"))
      profile.arrival_way = ArrivalWay::one_by_one;
    else
      profile.arrival_way = ArrivalWay::transaction;
  }
  if (profile.change_by == ChangeBy::automatic) {
    const bool patches = silent || declares(*capabilities, "Appointment", "patch");
    profile.change_by = patches ? ChangeBy::json_patch : ChangeBy::put;
  }
  return profile;
}

std::vector<std::string> lacking(const Capabilities& capabilities, const SiteProfile& profile) {
  Needs needs(capabilities);
  const auto& version = capabilities.fhir_version;
  if (!version.empty() && !version.starts_with("4."))
    needs.missing.push_back("FHIR R4 (it speaks " + version.substr(0, 20) + ")");
  if (capabilities.resources.empty()) return needs.missing;
  const char* change = profile.change_by == ChangeBy::put ? "update" : "patch";
  needs.resource("Patient", {"search-type"}, {"identifier"});
  needs.resource("Appointment", {"read", "search-type", change}, {"date", "identifier"});
  const bool task = profile.arrival_way == ArrivalWay::appointment_only;
  const char* told = task ? "Task" : "Encounter";
  needs.resource(told, {"search-type", "create"}, {"identifier"});
  if (!task) needs.resource(told, {change}, {});
  needs.conditional_create(told);
  if (profile.arrival_way == ArrivalWay::transaction &&
      !capabilities.interactions.contains("transaction"))
    needs.missing.push_back("transactions");
  return needs.missing;
}

}  // namespace kiosk::sync
