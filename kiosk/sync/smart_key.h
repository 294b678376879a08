#pragma once

#include <string>
#include <string_view>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"
#include "kiosk/sync/jws.h"

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
  /// Both JSON texts and the signature over them in compact form (RFC 7515 7.1). Errors:
  /// sync/smart_key.
  Result<std::string> jws(std::string_view head, std::string_view claims) const;

 private:
  explicit SmartKey(JwsKey key) : key_(std::move(key)) {}
  JwsKey key_;
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

/// With its quotes and escapes (RFC 8259 7).
std::string json_text(std::string_view text);

}  // namespace kiosk::sync
