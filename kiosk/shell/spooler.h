#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "kiosk/journeys/effect.h"
#include "kiosk/store/ledger.h"

namespace kiosk::shell {

/// Decides which ticket may go to the printer now. A job prints by itself only while its own
/// patient's screen is up, three minutes at most, then also when the printer is well again after it
/// failed; later it is held. `sending` is committed before a
/// job is given out, so that a power cut leaves it `unknown`, never printed twice in silence.
/// Steppable; lives on the store's thread.
class Spooler {
 public:
  static constexpr Minutes own_screen_max{3};

  struct Output {
    std::vector<domain::PrintJob> print;  ///< to the printer, at most one under way
    std::vector<journeys::PrintReported> reports;
    std::vector<Error> errors;
  };

  explicit Spooler(store::Ledger& ledger) : ledger_(ledger) {}

  /// These jobs' patients stand here; others that wait are held from now on.
  void allow(const std::vector<std::int64_t>& jobs, Instant now);
  /// One more job whose patient stands here, until the next `allow`.
  void allow_also(std::int64_t job, Instant now);
  /// Staff asked for it: may print without a patient.
  void release(std::int64_t job, Instant now);
  void printer(journeys::PrinterHealth health);
  /// How a job that was given out ended: printed, failed (nothing came out) or unknown.
  void ended(std::int64_t job, domain::PrintState state, Output& output);
  void step(Instant now, Output& output);
  /// The clock was set by so much: what is left of each job's time stays.
  void follow_clock(Milliseconds change);
  /// When `step` has something to do although nothing happened.
  std::optional<Instant> wake() const;

 private:
  struct Allowed {
    Instant until;
    bool by_staff = false;
    bool refused = false;  ///< the printer took none of it: wait until its state changes
  };

  void move(const domain::PrintJob& job, domain::PrintState to, Output& output);
  bool printable() const;
  void hold_others(Output& output);
  void hold_left(Output& output);

  store::Ledger& ledger_;
  journeys::PrinterHealth health_ = journeys::PrinterHealth::missing;
  std::map<std::int64_t, Allowed> allowed_;
  std::vector<std::int64_t> left_;  ///< not allowed any more; failed ones are to be held
  std::optional<std::int64_t> under_way_;
  bool look_ = false;  ///< something changed: the queue must be looked at
};

}  // namespace kiosk::shell
