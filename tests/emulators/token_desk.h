#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/sync/http.h"

namespace emulators {

/// The hospital's authorization server for SMART Backend Services, as a value: it checks what the
/// standard tells it to check, and counts why it refused.
class TokenDesk {
 public:
  struct Options {
    std::string client_id = "kiosk-1";
    std::string key_id = "key-1";
    std::string public_key;  ///< PEM
    kiosk::Seconds token_lasts{300};
    std::string scope = "as asked";  ///< what it grants; "absent": does not say
  };

  explicit TokenDesk(Options options) : options_(std::move(options)) {}

  /// POST of a form to `token_url`.
  kiosk::sync::HttpResponse token(const std::string& token_url, const std::string& form,
                                  kiosk::Instant now);
  /// `.well-known/smart-configuration`.
  kiosk::sync::HttpResponse configuration(const std::string& token_url) const;
  /// True for the Authorization header of a token that lasts.
  bool accepts(std::string_view authorization, kiosk::Instant now) const;

  /// From now on the client is unknown: `invalid_client`.
  void withdraw_client() { withdrawn_ = true; }
  void end_all_tokens() { tokens_.clear(); }
  void set_scope(std::string scope) { options_.scope = std::move(scope); }
  int given() const { return given_; }
  /// Why requests were refused, oldest first; at most 1,000.
  const std::vector<std::string>& refusals() const { return refusals_; }

 private:
  /// Empty when it is good, else what is wrong with it.
  std::string judge(const std::string& token_url, const std::string& assertion, kiosk::Instant now);

  Options options_;
  bool withdrawn_ = false;
  int given_ = 0;
  std::map<std::string, kiosk::Instant> tokens_;  ///< until when
  std::set<std::string> used_ids_;
  std::vector<std::string> refusals_;
};

/// A key pair for tests, PEM. `kind` is "ES384" or "RS384".
struct KeyPair {
  std::string private_key;
  std::string public_key;
};
KeyPair make_key_pair(const std::string& kind);

}  // namespace emulators
