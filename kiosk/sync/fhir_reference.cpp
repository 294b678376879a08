#include "kiosk/sync/fhir_reference.h"

#include <algorithm>

namespace kiosk::sync {
namespace {

/// "https://H:443/fhir/" -> "h/fhir"; empty when it is not absolute.
std::string name_in(std::string_view base_url) {
  const auto scheme = base_url.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto rest = base_url.substr(scheme + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  std::string host(rest.substr(0, slash));
  std::transform(host.begin(), host.end(), host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const std::string_view port : {":80", ":443"})
    if (host.ends_with(port)) host.resize(host.size() - port.size());
  std::string name = host + std::string(rest.substr(slash));
  while (name.ends_with('/')) name.pop_back();
  return name;
}

/// "https://h/fhir/Patient/7/_history/1" -> "https://h/fhir"; empty when it is not absolute.
std::string_view base_of(std::string_view url) {
  if (url.find("://") == std::string_view::npos) return {};
  const auto plain = plain_reference(url);
  const auto at = plain.empty() ? std::string_view::npos : url.rfind("/" + plain);
  return at == std::string_view::npos ? std::string_view() : url.substr(0, at);
}

}  // namespace

std::string plain_reference(std::string_view reference) {
  if (reference.starts_with("urn:") || reference.starts_with('#')) return {};
  if (const auto history = reference.find("/_history"); history != std::string_view::npos)
    reference = reference.substr(0, history);
  const auto slash = reference.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == reference.size()) return {};
  const auto before = reference.rfind('/', slash - 1);
  const auto begin = before == std::string_view::npos ? 0 : before + 1;
  const auto type = reference.substr(begin, slash - begin);
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (type.empty() || !std::all_of(type.begin(), type.end(), is_letter)) return {};
  return std::string(reference.substr(begin));
}

std::string id_of(std::string_view reference, std::string_view type) {
  if (reference.size() <= type.size() + 1 || !reference.starts_with(type) ||
      reference[type.size()] != '/')
    return {};
  return std::string(reference.substr(type.size() + 1));
}

ServerNames::ServerNames(const std::string& base_url, const std::vector<std::string>& more) {
  add(base_url);
  for (const auto& one : more) add(one);
}

void ServerNames::add(std::string_view base_url) {
  auto name = name_in(base_url);
  if (!name.empty() && names_.size() < names_max) names_.insert(std::move(name));
}

void ServerNames::learn(std::string_view base_url) {
  shown_ = shown_ || !name_in(base_url).empty();
  add(base_url);
}

bool ServerNames::is_elsewhere(std::string_view reference) const {
  const auto base = base_of(reference);
  return !base.empty() && shown_ && !names_.contains(name_in(base));
}

void BundleReferences::add_link(std::string_view url) {
  // A search of a type, or "base?_getpages=...".
  url = url.substr(0, url.find('?'));
  if (url.ends_with("/_search")) url.remove_suffix(8);
  const auto type = url.substr(std::min(url.size(), url.rfind('/') + 1));
  if (!type.empty() && type.front() >= 'A' && type.front() <= 'Z')
    url.remove_suffix(type.size() + 1);
  names_.add(url);
}

void BundleReferences::add_entry(std::string full_url, const std::string& type,
                                 const std::string& id, bool found) {
  const std::string reference = type + "/" + id;
  if (full_url.starts_with("urn:")) {
    urns_[std::move(full_url)] = reference;
  } else if (found && plain_reference(full_url) == reference) {
    names_.learn(base_of(full_url));
  }
}

std::string BundleReferences::resolve(std::string_view reference) const {
  if (const auto urn = urns_.find(reference); urn != urns_.end()) return urn->second;
  return names_.is_elsewhere(reference) ? std::string() : plain_reference(reference);
}

}  // namespace kiosk::sync
