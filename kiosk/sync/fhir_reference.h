#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::sync {

/// "http://x/fhir/Patient/7/_history/2" -> "Patient/7"; empty when it is no literal reference.
std::string plain_reference(std::string_view reference);

/// The part of "Type/id" after the slash when the type is `type`, else empty.
std::string id_of(std::string_view reference, std::string_view type);

/// Base URLs under which one server goes: the one it is asked by, those of the site's profile, and
/// those it shows by the links of its own answers, because a proxy before it gives it another. The
/// scheme does not count (TLS may end before the server), nor do a default port and the host's
/// case.
class ServerNames {
 public:
  explicit ServerNames(const std::string& base_url = {}, const std::vector<std::string>& more = {});

  /// A name that it also goes by.
  void add(std::string_view base_url);
  /// The name that its resources bear.
  void learn(std::string_view base_url);
  /// A reference to, or a URL of, a resource that another server holds: its id means nothing here.
  /// As long as no resource has shown what name it bears, nothing is.
  bool is_elsewhere(std::string_view reference) const;

 private:
  static constexpr std::size_t names_max = 16;

  std::set<std::string, std::less<>> names_;
  bool shown_ = false;
};

/// What a Bundle says of the references in it (FHIR R4, bundle.html#references).
class BundleReferences {
 public:
  explicit BundleReferences(ServerNames names) : names_(std::move(names)) {}

  /// The Bundle's "self" link: a name of the server, where it is absolute.
  void add_link(std::string_view url);
  /// An entry, before anything is resolved. `found`: it matched the search, and its fullUrl bears
  /// the server's name; what is only included may be another server's.
  void add_entry(std::string full_url, const std::string& type, const std::string& id, bool found);
  /// "Type/id" of a resource of this server; empty for another server's, or no literal reference.
  std::string resolve(std::string_view reference) const;
  const ServerNames& names() const { return names_; }

 private:
  std::map<std::string, std::string, std::less<>> urns_;
  ServerNames names_;
};

}  // namespace kiosk::sync
