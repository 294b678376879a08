#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace bench::camera {

/// The same numbers on every machine.   Source: splitmix64, Steele, Lea and Flood 2014.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1.0p-53;
  }
  /// From low to high, both included.
  int whole(int low, int high) {
    return low + static_cast<int>(bits() % static_cast<std::uint64_t>(high - low + 1));
  }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform(1e-12, 1)));
    return radius * std::cos(uniform(0, 2 * std::numbers::pi));
  }

 private:
  std::uint64_t state_;
};

}  // namespace bench::camera
