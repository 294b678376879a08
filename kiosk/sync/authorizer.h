#pragma once

#include <memory>
#include <optional>
#include <string>

#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"
#include "kiosk/sync/http.h"

namespace kiosk::sync {

/// Who the kiosk is to the server. Stepped by the exchange on the store's thread: what it must ask
/// the network for, it asks as a value.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  /// The value of the Authorization header; empty: none is sent; nothing: it is being asked for.
  virtual Result<std::optional<std::string>> authorization(Now now) = 0;
  /// The server answered 401 to this value: make a new one, unless that was done already.
  virtual void rejected(const std::string& authorization) = 0;

  /// What it must ask before it can sign `now` (by the stepping clock; `server_time` as far as
  /// known); nothing while there is no need. Its end goes to `answered`, then the next is asked.
  virtual std::optional<HttpRequest> ask(Now, Instant /*server_time*/) { return std::nullopt; }
  virtual void answered(Now, const HttpResult&) {}
  /// What staff must mend, once: the sign-in is refused or grants less than was asked for.
  virtual std::optional<std::string> take_trouble() { return std::nullopt; }
  /// The hospital has withdrawn this kiosk's right to sign in.
  virtual bool revoked() const { return false; }
  /// The stepping clock was put right by so much.
  virtual void follow_clock(Milliseconds) {}
};

/// No sign-in. Errors: sync/sign_in_needed unless the server is on loopback.
Result<std::unique_ptr<Authorizer>> no_sign_in(const std::string& base_url);

/// The client's certificate is all the server wants: no header.
std::unique_ptr<Authorizer> certificate_only();

/// A bearer token out of a file, read anew after each rejection so that it can be renewed in place.
/// The file is first read when it is needed. Errors of authorization(): sync/token_file.
std::unique_ptr<Authorizer> bearer_from_file(std::string path);

}  // namespace kiosk::sync
