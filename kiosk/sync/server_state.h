#pragma once

#include <optional>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/sync/http.h"

namespace kiosk::sync {

/// What the answers of the last minutes say of the server; `unknown` until the first exchange
/// ended.
enum class ServerState { unknown, online, slow, offline };

/// Judges the server from how exchanges end.
class Health {
 public:
  explicit Health(Milliseconds slow_after) : slow_after_(slow_after) {}

  /// 5xx, 401 and 403 count as failures: the server is there and cannot be used.
  void answered(int status, Milliseconds elapsed);
  /// Running out of a time of less than `slow_after` x 3 only says "slow".
  void failed(HttpFailureKind kind, Milliseconds elapsed);
  ServerState state() const { return state_; }

 private:
  void count_failure();

  Milliseconds slow_after_;
  ServerState state_ = ServerState::unknown;
  std::vector<Milliseconds> recent_;  ///< durations of the last answers, at most 3
  int failures_ = 0;                  ///< in a row
};

/// To be added to the clock that steps the engine; then the time is the server's, or (`not_before`)
/// doubted because the server contradicts what it said before.
struct ClockCorrection {
  Milliseconds offset{0};
  Milliseconds uncertainty{0};
  ClockTrust trust = ClockTrust::server;

  bool operator==(const ClockCorrection&) const = default;
};

/// Learns the server's time from the Date header of its answers; the quickest answer tells best. A
/// server whose time jumps contradicts itself: until it has stayed with the new time for an hour
/// the clock runs on and is doubted, so that nobody is refused and nothing erased by it. Back to
/// what the machine's own clock showed, before the server was believed, it may jump at once.
class ServerClock {
 public:
  void sample(Instant server_date, Instant received_at, Milliseconds elapsed);
  /// A correction when the clock is not yet the server's or has run off by more than can be
  /// measured; given once, then new samples are gathered.
  std::optional<ClockCorrection> take_correction(Now now);
  /// The server's time as far as known.
  Instant server_time(Now now) const;

 private:
  struct Sample {
    Milliseconds offset;
    Milliseconds elapsed;
  };
  const Sample* best() const;
  bool agrees_with_machine(Milliseconds offset) const;

  std::vector<Sample> samples_;
  std::optional<Instant> contradicted_since_;
  std::optional<Milliseconds> machine_;  ///< its clock's offset, as it showed a time at the start
  Milliseconds known_offset_{0};         ///< for as long as the clock is not corrected from outside
};

}  // namespace kiosk::sync
