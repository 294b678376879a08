#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "kiosk/base/result.h"

// What signing and checking a JWS (RFC 7515) have in common: its keys, and its letters.
namespace kiosk::sync {

/// EC P-384, which signs with ES384, or RSA from 2048 bits, which signs with RS384.
using JwsKey = std::shared_ptr<EVP_PKEY>;

/// Takes over what was read out of the file at `path`, not null. Errors: sync/<code> when it is
/// another kind of key.
Result<JwsKey> jws_key(EVP_PKEY* read, const std::string& path, std::string_view code);
/// "ES384" or "RS384".
std::string_view algorithm_of(const JwsKey& key);

/// Of r and of s in a signature with ES384 (RFC 7518 3.4).
inline constexpr std::size_t p384_bytes = 48;

/// RFC 4648 5, without padding.
std::string base64url(std::string_view bytes);
/// Empty when it is not that.
std::string from_base64url(std::string_view text);

/// For OpenSSL, which counts bytes in its own type.
inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

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
