#include "kiosk/sync/fhir_reference.h"

#include <algorithm>

namespace kiosk::sync {
namespace {

/// Where TLS ends before the server, its links may say http. Empty when the URL is not absolute.
std::string_view without_scheme(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos ? std::string_view() : url.substr(scheme + 3);
}

/// "https://h/fhir/Patient/7" -> "h/fhir".
std::string_view base_in(std::string_view url) {
  url = without_scheme(url);
  if (const auto history = url.find("/_history"); history != std::string_view::npos)
    url = url.substr(0, history);
  for (int i = 0; i < 2; ++i) url = url.substr(0, std::min(url.size(), url.rfind('/')));
  return url;
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

BundleReferences::BundleReferences(std::string_view base_url) : asked_(without_scheme(base_url)) {
  while (asked_.ends_with('/')) asked_.pop_back();
}

void BundleReferences::add(std::string full_url, const std::string& type, const std::string& id,
                           bool found) {
  const std::string reference = type + "/" + id;
  if (full_url.starts_with("urn:")) {
    urns_[std::move(full_url)] = reference;
  } else if (found && bases_.size() < bases_max && plain_reference(full_url) == reference) {
    if (const auto base = base_in(full_url); !base.empty()) bases_.emplace(base);
  }
}

std::string BundleReferences::resolve(std::string_view reference) const {
  if (const auto urn = urns_.find(reference); urn != urns_.end()) return urn->second;
  return is_elsewhere(reference) ? std::string() : plain_reference(reference);
}

bool BundleReferences::is_elsewhere(std::string_view url) const {
  const auto base = base_in(url);
  return !base.empty() && base != asked_ && !bases_.empty() && !bases_.contains(base);
}

}  // namespace kiosk::sync
