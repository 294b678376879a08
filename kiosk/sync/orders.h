#pragma once

#include "kiosk/sync/context.h"
#include "kiosk/sync/signed_order.h"

namespace kiosk::sync {

/// Looks now and then whether the hospital has laid out an order for this kiosk. Asked without our
/// sign-in, which a kiosk that was withdrawn no longer has.
class Orders {
 public:
  /// `url` of Settings; without one nothing is asked.
  explicit Orders(Context& context) : context_(context) {}

  void step(Now now);
  std::optional<Instant> wake() const;
  void follow_clock(Milliseconds change);
  bool revoked() const { return revoked_; }

 private:
  bool is_looking() const;
  void on_reply(Now now, const Reply& reply);

  Context& context_;
  Instant next_{};
  bool asking_ = false;
  bool revoked_ = false;
  std::string told_;  ///< what was wrong with the last one
};

}  // namespace kiosk::sync
