#pragma once

// From what the decoder says of frame after frame to a code that counts: what could be a misreading
// must be said by two frames, and a site can say what its codes look like.

#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "drivers/camera/decoder_protocol.h"
#include "drivers/usb/transfer.h"

namespace drivers::camera {

/// What the codes of one symbology hold. A symbology without a rule may hold anything.
struct PayloadRule {
  Symbology symbology = Symbology::none;
  std::size_t bytes_min = 1;
  std::size_t bytes_max = content_bytes_max;
  std::string pattern;  ///< ECMAScript, of the whole content; empty: any. For up to 512 bytes

  bool operator==(const PayloadRule&) const = default;
};

class CodeEvidence {
 public:
  static constexpr kiosk::Milliseconds agreement_limit{2000};  ///< between two frames that agree

  /// Errors: camera/bad_pattern.
  static kiosk::Result<CodeEvidence> create(std::vector<PayloadRule> rules);

  /// Whether this reply settles it.
  bool accepts(usb::Moment now, const DecodeReply& reply);

  /// Another code is wanted: what was seen before counts no longer.
  void forget() { seen_.clear(); }

 private:
  struct Seen {
    Symbology symbology;
    std::size_t hash;
    usb::Moment at;
  };
  static constexpr std::size_t seen_max = 16;

  explicit CodeEvidence(std::vector<std::pair<PayloadRule, std::regex>> rules)
      : rules_(std::move(rules)) {}
  bool fits_rules(const DecodeReply& reply) const;

  std::vector<std::pair<PayloadRule, std::regex>> rules_;
  std::vector<Seen> seen_;
};

}  // namespace drivers::camera
