#pragma once

#include <compare>
#include <cstdint>

namespace kiosk {

/// Names one request from the screens to a worker; its answer bears the same id. 0 is no request.
struct RequestId {
  std::uint64_t value = 0;

  auto operator<=>(const RequestId&) const = default;
  explicit operator bool() const { return value != 0; }
};

}  // namespace kiosk
