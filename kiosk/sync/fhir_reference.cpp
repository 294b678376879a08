#include "kiosk/sync/fhir_reference.h"

#include <algorithm>

namespace kiosk::sync {

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

}  // namespace kiosk::sync
