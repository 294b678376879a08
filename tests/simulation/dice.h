#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kiosk/base/bytes.h"
#include "kiosk/base/instant.h"

namespace simulation {

/// The one source of chance (SplitMix64): the same numbers on every compiler.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  /// 0 .. limit - 1; limit is at least 1.
  std::size_t below(std::size_t limit) { return std::size_t(next() % limit); }
  bool percent(unsigned chance) { return below(100) < chance; }
  kiosk::Milliseconds between(kiosk::Milliseconds from, kiosk::Milliseconds until) {
    return from + kiosk::Milliseconds(std::int64_t(below(std::size_t((until - from).count()) + 1)));
  }
  double unit() { return double(next() >> 11) / 9007199254740992.0; }
  kiosk::Bytes bytes(std::size_t count) {
    kiosk::Bytes made(count);
    for (auto& one : made) one = std::uint8_t(next() >> 56);
    return made;
  }
  /// Another sequence, so that one part's draws do not move another's.
  Dice fork() { return Dice(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace simulation
