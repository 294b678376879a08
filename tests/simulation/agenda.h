#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "kiosk/base/instant.h"

namespace simulation {

/// What will happen when, under the virtual clock; of two deeds at one instant the one that was
/// entered first comes first.
class Agenda {
 public:
  using Deed = std::function<void()>;

  explicit Agenda(kiosk::Instant start) : now_(start) {}

  kiosk::Instant now() const { return now_; }
  void at(kiosk::Instant when, Deed deed) {
    deeds_.emplace(std::pair(std::max(when, now_), ++entered_), std::move(deed));
  }
  void after(kiosk::Milliseconds delay, Deed deed) { at(now_ + delay, std::move(deed)); }
  /// Does the next deed if it is due by `until`; false when there is none.
  bool step(kiosk::Instant until) {
    if (deeds_.empty() || deeds_.begin()->first.first > until) return false;
    auto next = deeds_.extract(deeds_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
  }

 private:
  kiosk::Instant now_;
  std::uint64_t entered_ = 0;
  std::map<std::pair<kiosk::Instant, std::uint64_t>, Deed> deeds_;
};

}  // namespace simulation
