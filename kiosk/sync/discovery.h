#pragma once

#include <optional>
#include <string>

#include "kiosk/sync/capabilities.h"
#include "kiosk/sync/context.h"

namespace kiosk::sync {

/// Reads what the server says of itself (`GET metadata`), at the start and then once a day, and
/// decides what the profile leaves to it. While the server cannot be reached the last statement
/// counts; one that cannot be read changes nothing.
class Discovery {
 public:
  explicit Discovery(Context& context);

  /// `Uploads::waiting`: arrivals are under way, so what they are told by stays as it is.
  void step(Now now, Uploads uploads);
  /// Does not wait longer after a failure.
  void ask_now(Now now);
  std::optional<Instant> wake() const;
  void follow_clock(Milliseconds change);
  int failures() const { return failures_; }
  /// Arrivals may be told: nothing is left to be decided.
  bool is_decided() const { return is_decided_; }

 private:
  void on_reply(Now now, const Reply& reply);
  void tell_lacking(const SiteProfile& profile);

  Context& context_;
  std::optional<Capabilities> known_;
  bool is_decided_ = false;
  bool asking_ = false;
  bool is_new_ = false;  ///< answered and not yet decided by
  Instant next_{};
  int failures_ = 0;
  std::string told_;
};

}  // namespace kiosk::sync
