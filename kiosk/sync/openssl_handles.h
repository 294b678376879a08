#pragma once

#include <memory>

namespace kiosk::sync {

/// Frees a handle of OpenSSL, whose functions are all of this shape.
template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    Free(what);
  }
};

template <typename T, auto Free>
using Handle = std::unique_ptr<T, Freed<Free>>;

}  // namespace kiosk::sync
