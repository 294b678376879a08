#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace kiosk::sync {

/// "http://x/fhir/Patient/7/_history/2" -> "Patient/7"; empty when it is no literal reference.
std::string plain_reference(std::string_view reference);

/// The part of "Type/id" after the slash when the type is `type`, else empty.
std::string id_of(std::string_view reference, std::string_view type);

/// What a Bundle's fullUrls say of the references in it (FHIR R4, bundle.html#references): what a
/// urn stands for, and under which names the server itself goes. Proxies give a server other names
/// than the kiosk asks it by, so those that it shows are its own.
class BundleReferences {
 public:
  /// `base_url`: under which the kiosk asks; empty when it is not known.
  explicit BundleReferences(std::string_view base_url = {});
  /// An entry, before anything is resolved. `found`: it matched the search; what is only included
  /// may be another server's.
  void add(std::string full_url, const std::string& type, const std::string& id, bool found);
  /// "Type/id" of a resource of this server; empty for another server's, or no literal reference.
  std::string resolve(std::string_view reference) const;
  /// An entry that another server holds: its id means nothing here.
  bool is_elsewhere(std::string_view full_url) const;

 private:
  static constexpr std::size_t bases_max = 16;  ///< names of one server

  std::map<std::string, std::string, std::less<>> urns_;
  std::string asked_;                         ///< the kiosk's own name of the server
  std::set<std::string, std::less<>> bases_;  ///< those it shows; none: nothing is known
};

}  // namespace kiosk::sync
