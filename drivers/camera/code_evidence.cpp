#include "drivers/camera/code_evidence.h"

#include <algorithm>
#include <functional>

namespace drivers::camera {
namespace {

constexpr std::size_t pattern_bytes_max = 512;  // std::regex calls itself for every character

bool matches(const std::string& content, const std::regex& pattern) {
  if (content.size() > pattern_bytes_max) return false;
  try {
    return std::regex_match(content, pattern);
  } catch (const std::regex_error&) {
    return false;  // too complex for this content
  }
}

}  // namespace

kiosk::Result<CodeEvidence> CodeEvidence::create(std::vector<PayloadRule> rules) {
  std::vector<std::pair<PayloadRule, std::regex>> compiled;
  for (PayloadRule& rule : rules) {
    try {
      std::regex pattern(rule.pattern, std::regex::ECMAScript);
      compiled.emplace_back(std::move(rule), std::move(pattern));
    } catch (const std::regex_error& error) {
      return kiosk::fail("camera", "bad_pattern", rule.pattern + ": " + error.what());
    }
  }
  return CodeEvidence(std::move(compiled));
}

bool CodeEvidence::fits_rules(const DecodeReply& reply) const {
  bool ruled = false;
  for (const auto& [rule, pattern] : rules_) {
    if (rule.symbology != reply.symbology) continue;
    ruled = true;
    const std::size_t size = reply.content.size();
    if (size < rule.bytes_min || size > rule.bytes_max) continue;
    if (rule.pattern.empty() || matches(reply.content, pattern)) return true;
  }
  return !ruled;
}

bool CodeEvidence::accepts(usb::Moment now, const DecodeReply& reply) {
  if (reply.outcome != Outcome::code || reply.content.empty() || !fits_rules(reply)) return false;
  if (reply.evidence == Evidence::firm) return true;
  std::erase_if(seen_, [&](const Seen& seen) { return now - seen.at > agreement_limit; });
  const std::size_t hash = std::hash<std::string>{}(reply.content);
  const bool again = std::any_of(seen_.begin(), seen_.end(), [&](const Seen& seen) {
    return seen.symbology == reply.symbology && seen.hash == hash;
  });
  if (seen_.size() >= seen_max) seen_.erase(seen_.begin());
  seen_.push_back({reply.symbology, hash, now});
  return again;
}

}  // namespace drivers::camera
