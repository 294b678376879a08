#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/sync/site_profile.h"

namespace kiosk::sync {

/// A longer CapabilityStatement is not read; those of large servers have 1 to 3 MB.
inline constexpr std::size_t statement_bytes_max = 16 * 1024 * 1024;

/// What a server says of itself in its CapabilityStatement (FHIR R4, CapabilityStatement.rest).
struct Capabilities {
  struct Resource {
    std::set<std::string> interactions;  ///< "read", "search-type", "patch" ...
    std::set<std::string> search;        ///< parameters
    bool conditional_create = false;

    bool operator==(const Resource&) const = default;
  };

  std::string fhir_version;            ///< "4.0.1"
  std::string software;                ///< name and version
  std::set<std::string> interactions;  ///< of the whole system: "transaction"
  std::map<std::string, Resource> resources;

  bool operator==(const Capabilities&) const = default;
};

/// Errors: fhir/too_large, fhir/malformed. Thread: any; pure.
Result<Capabilities> read_capabilities(std::string_view json);

/// The profile with nothing left to decide: what is `automatic` becomes what the statement declares
/// or, without one that lists resources, what most servers can do.
SiteProfile decided(SiteProfile profile, const std::optional<Capabilities>& capabilities);

/// What the kiosk needs by a decided profile and the server does not declare, in words for IT.
/// Statements that list no resources lack nothing but, maybe, the right FHIR version.
std::vector<std::string> lacking(const Capabilities& capabilities, const SiteProfile& profile);

}  // namespace kiosk::sync
