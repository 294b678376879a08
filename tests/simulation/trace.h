#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kiosk/base/instant.h"

namespace simulation {

/// What happened, a line each, with the virtual time of day in UTC: "01:23:45.678 K1 ...".
class Trace {
 public:
  void line(kiosk::Instant at, const std::string& words);
  const std::vector<std::string>& lines() const { return lines_; }
  /// The same story gives the same number.
  std::uint64_t hash() const { return hash_; }

 private:
  std::vector<std::string> lines_;
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

}  // namespace simulation
