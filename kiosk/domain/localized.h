#pragma once

#include <map>
#include <string>

namespace kiosk::domain {

/// A text in several languages, by BCP 47 tag ("zh-Hans", "en").
using Localized = std::map<std::string, std::string>;

/// The text in `language`, else in any language (the first by tag), else empty.
inline std::string in_language(const Localized& text, const std::string& language) {
  if (const auto found = text.find(language); found != text.end()) return found->second;
  return text.empty() ? std::string() : text.begin()->second;
}

}  // namespace kiosk::domain
