#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kiosk/sync/authorizer.h"
#include "tests/emulators/token_desk.h"

namespace simulation {

/// The hospital's authorization server as one kiosk meets it: SMART Backend Services with a key of
/// the kiosk's own.
class SignIn {
 public:
  SignIn();

  /// For one life of the kiosk; `random_id` gives 32 characters that were never given before.
  std::unique_ptr<kiosk::sync::Authorizer> authorizer(const std::string& base_url,
                                                      std::function<std::string()> random_id,
                                                      std::function<double()> jitter) const;
  /// The answer to what is asked of this server, and to what no token of its opens; nothing: the
  /// hospital answers.
  std::optional<kiosk::sync::HttpResponse> answer(const kiosk::sync::HttpRequest& request,
                                                  kiosk::Instant now);
  /// The hospital takes this kiosk's right away, for good.
  void withdraw();

 private:
  emulators::TokenDesk desk_;
};

}  // namespace simulation
