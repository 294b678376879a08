#pragma once

#include <memory>
#include <string>

#include "kiosk/base/result.h"

namespace kiosk::sync {

/// Who the kiosk is to the server. Asked on the store's thread before each request leaves.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// The value of the Authorization header; empty: none is sent.
  virtual Result<std::string> authorization() = 0;
  /// The server answered 401 to the last one: make a new one for the next request.
  virtual void rejected() = 0;
};

/// No sign-in. Errors: sync/sign_in_needed unless the server is on loopback.
Result<std::unique_ptr<Authorizer>> no_sign_in(const std::string& base_url);

/// A bearer token out of a file, read anew after each rejection so that it can be renewed in place.
/// The file is first read when it is needed. Errors of authorization(): sync/token_file.
std::unique_ptr<Authorizer> bearer_from_file(std::string path);

}  // namespace kiosk::sync
