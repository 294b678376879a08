#pragma once

#include <optional>

#include "kiosk/sync/context.h"

namespace kiosk::sync {

/// Tells the server the newest hash of the audit trail after each run of the download, when there
/// is a newer one: who changes the trail here later cannot make it fit what the server holds. The
/// newest hash stands for all before it, so there is nothing to queue. Only a courtesy: a server
/// that takes no AuditEvents is asked again after hours, and nothing else depends on it.
class AuditHeads {
 public:
  explicit AuditHeads(Context& context) : context_(context) {}

  void step(Now now, std::optional<Instant> last_complete_run);
  bool busy() const { return sending_; }
  /// Somebody wants to know: a server that refused is asked again at the next run.
  void ask_now() { not_before_.reset(); }
  void follow_clock(Milliseconds change);

 private:
  void on_reply(Now now, std::int64_t seq, const Reply& reply);

  Context& context_;
  std::optional<Instant> told_after_;  ///< the run after which it was looked at last
  std::optional<Instant> not_before_;
  bool sending_ = false;
};

}  // namespace kiosk::sync
