#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kiosk/sync/authorizer.h"
#include "kiosk/sync/smart_key.h"

namespace kiosk::sync {

/// SMART Backend Services: this kiosk at its authorization server.
struct SmartSettings {
  std::string base_url;   ///< of the FHIR server, for its .well-known/smart-configuration
  std::string token_url;  ///< empty: as that says
  std::string client_id;
  std::string key_id;
  std::vector<std::string> scopes;
  Milliseconds connect_timeout{5'000};
  Milliseconds timeout{15'000};
};

/// Gives back a text that was never given before: 128 random bits or more.
using UniqueId = std::function<std::string()>;
/// A number in [0, 1), for jitter.
using Jitter = std::function<double()>;

/// Signs in by `client_credentials` with an assertion signed by `key` and renews the token before
/// its end. Before the first signature it hears the server's time. After a refusal it waits, from
/// 1 s to 5 minutes with jitter, and says what staff must mend.
///
/// Revoked: the token endpoint said `invalid_client` twice, at least 10 minutes apart, to
/// assertions that were in time by its own Date, with no grant in between.
std::unique_ptr<Authorizer> smart_sign_in(SmartSettings settings, SmartKey key, UniqueId new_id,
                                          Jitter jitter);

}  // namespace kiosk::sync
