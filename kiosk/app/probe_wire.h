#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "kiosk/base/bounded_queue.h"
#include "kiosk/sync/curl_client.h"
#include "kiosk/sync/exchange.h"
#include "kiosk/sync/probe.h"

namespace kiosk::app {

/// Carries a probe's questions to the server, signed as the kiosk's own requests are, and waits for
/// their ends. Thread: the probe's.
class ProbeWire {
 public:
  /// Errors: sync/curl, sync/client_certificate.
  static Result<std::unique_ptr<ProbeWire>> create(const sync::SiteProfile& profile,
                                                   sync::CurlOptions options,
                                                   std::unique_ptr<sync::Authorizer> authorizer);

  /// A server that is busy (429, 503) is asked again after as long as it wants, within limits.
  std::vector<sync::Reply> ask(const std::vector<sync::Question>& questions);

 private:
  ProbeWire(const sync::SiteProfile& profile, std::unique_ptr<sync::Authorizer> authorizer);
  std::vector<sync::Reply> ask_once(const std::vector<sync::Question>& questions);
  void send(sync::Exchange& from, std::uint64_t mark);
  void wait();

  const sync::SiteProfile profile_;
  std::unique_ptr<sync::Authorizer> authorizer_;
  std::unique_ptr<sync::Authorizer> nobody_;
  sync::Exchange signed_;
  std::optional<sync::Exchange> unsigned_;  ///< a new one each time: a 401 locks one for a while
  BoundedQueue<sync::HttpResult> results_;
  std::unique_ptr<sync::CurlClient> http_;  ///< speaks to the queue: goes first
};

}  // namespace kiosk::app
