#pragma once

#include <memory>
#include <vector>

#include "kiosk/sync/alerts.h"
#include "kiosk/sync/arrivals.h"
#include "kiosk/sync/audit_heads.h"
#include "kiosk/sync/context.h"
#include "kiosk/sync/discovery.h"
#include "kiosk/sync/download.h"
#include "kiosk/sync/look_up.h"
#include "kiosk/sync/orders.h"

namespace kiosk::sync {

/// All talk with the hospital's server, as a machine that is stepped: no thread, no socket, no
/// clock of its own. It asks for HTTP exchanges as values and gets their ends back as inputs.
///
/// Thread: the store's, on which `store` is called too.
class Engine {
 public:
  /// Errors: sync/bad_url, sync/plain_http, sync/bad_profile. `store` and `authorizer` outlive the
  /// engine.
  static Result<std::unique_ptr<Engine>> create(Settings settings, store::SyncStore& store,
                                                Authorizer& authorizer, Random random);

  Engine(Settings settings, store::SyncStore& store, Authorizer& authorizer, Random random);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Takes what happened, does what is due, and says what to do and when to step again.
  Output step(Now now, std::vector<Input> inputs);

 private:
  void begin(Now now);
  void take(Now now, Input input);
  void sync_now(Now now);
  bool knows_day(Now now) const;
  void follow_clock(Now now, Milliseconds change);
  std::optional<Instant> wake(Now now) const;

  Context context_;
  Resolver resolver_;
  LookUps look_ups_;
  FreshReads fresh_reads_;
  Discovery discovery_;
  Arrivals arrivals_;
  Download download_;
  Alerts alerts_;
  AuditHeads audit_heads_;
  Orders orders_;
  bool begun_ = false;
  Instant last_step_{};
  std::optional<Milliseconds> correction_;  ///< that the clock makes before the next step
};

}  // namespace kiosk::sync
