#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kiosk/base/result.h"
#include "kiosk/sync/http.h"

namespace kiosk::sync {

struct CurlOptions {
  std::string ca_file;                ///< instead of the system's certificates; empty: the system's
  std::size_t queue_max = 256;        ///< requests that wait or run
  std::string certificate_file = {};  ///< ours (PEM, with its chain); empty: none is shown
  std::string certificate_key_file = {};  ///< its private key (PEM, without a passphrase)
};

/// Carries HTTP exchanges out on a thread of its own with libcurl. Certificates are always
/// verified, redirects never followed, plain http goes to loopback only, and a request that writes
/// always gets a connection of its own, because libcurl silently repeats a request that dies on a
/// reused one.
class CurlClient {
 public:
  /// Called once for each accepted request, on the client's thread; must not block.
  using Sink = std::function<void(HttpResult)>;

  /// Errors: sync/curl when the library or the thread cannot start, sync/client_certificate when
  /// certificate and key cannot be read or do not belong together.
  static Result<std::unique_ptr<CurlClient>> create(CurlOptions options, Sink sink);
  /// Ends what is under way without a result.
  ~CurlClient();
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  /// False when too much is under way; the request is then dropped. Thread: any; never blocks.
  [[nodiscard]] bool send(HttpRequest request);

 private:
  class Worker;
  explicit CurlClient(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace kiosk::sync
