#pragma once

#include <deque>
#include <optional>

#include "kiosk/sync/context.h"
#include "kiosk/sync/fhir_write.h"

namespace kiosk::sync {

/// Tells staff through the server, one Task an alert, in order. In memory only: an alert still to
/// be said after a restart is raised anew by whoever sees its cause.
class Alerts {
 public:
  explicit Alerts(Context& context) : context_(context) {}

  void raise(Now now, const RaiseAlert& alert);
  void step(Now now);
  std::optional<Instant> wake() const;
  void follow_clock(Milliseconds change) { not_before_ += change; }

 private:
  void on_reply(Now now, const Reply& reply);

  Context& context_;
  std::deque<AlertTask> waiting_;
  bool sending_ = false;
  Instant not_before_{};
  int failures_ = 0;
  int raised_ = 0;
};

}  // namespace kiosk::sync
