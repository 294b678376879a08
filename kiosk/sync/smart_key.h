#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

namespace kiosk::sync {

/// The private key with which this kiosk signs in: EC P-384 (ES384) or RSA from 2048 bits (RS384).
class SmartKey {
 public:
  /// Reads a PEM file without a passphrase. Errors: sync/smart_key.
  static Result<SmartKey> load(const std::string& path);

  /// "ES384" or "RS384".
  std::string_view algorithm() const;
  /// The signature over `text` as JWS wants it, raw bytes (RFC 7518 3.3, 3.4). Errors:
  /// sync/smart_key.
  Result<std::string> sign(std::string_view text) const;

 private:
  struct Key;
  explicit SmartKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;
};

/// What an assertion says (SMART App Launch 2, Backend Services, "Authenticating to the Token
/// Endpoint"). `id` must not have been used before.
struct Assertion {
  std::string key_id;
  std::string client_id;
  std::string token_url;
  std::string id;
  Instant issued;  ///< by the server's clock
};

/// At most 5 minutes by that standard; less, so that a clock a little ahead does no harm.
inline constexpr Seconds assertion_lasts{240};

/// The signed JWT. Errors: sync/smart_key. Thread: any.
Result<std::string> signed_assertion(const SmartKey& key, const Assertion& assertion);

/// RFC 4648 5, without padding.
std::string base64url(std::string_view bytes);

}  // namespace kiosk::sync
