#pragma once

namespace kiosk {

/// One callable out of several lambdas, for std::visit. It has no catch-all on purpose.
template <typename... F>
struct overloaded : F... {
  using F::operator()...;
};
template <typename... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace kiosk
