#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kiosk/domain/appointment.h"
#include "kiosk/journeys/rules.h"

namespace kiosk::journeys {

/// What one visit means at this kiosk now.
enum class VisitState {
  ready,       ///< can be checked in
  ready_late,  ///< can be checked in although late
  already_checked_in,
  too_early,
  late,  ///< the site sends the late to the desk
  another_day,
  another_site,
  cancelled,
  not_confirmed,
  waiting_list,
  over,
  desk_first,
  remote,
};

/// Judges by status, then place and kind, then marks, then time. An untrusted clock never makes a
/// visit early, late or another day's.
VisitState state_of(const Rules& rules, const domain::Visit& visit, const Now& now);

inline bool can_check_in(VisitState state) {
  return state == VisitState::ready || state == VisitState::ready_late;
}

enum class OutcomeKind {
  already_checked_in,
  too_early,
  late,
  another_day,
  another_site,
  cancelled,
  not_confirmed,
  waiting_list,
  visit_over,
  desk_first,
  remote,
  no_appointment,
  cannot_look_up,
  card_unreadable,
  card_pulled,
  card_not_supported,
  card_wrong_reader,
  card_expired,
  code_unknown,
  code_damaged,
  more_than_one_person,
  restricted,
  no_data_yet,
  cannot_record,
  recording_unknown,  ///< the ledger did not answer in time, or could not tell
  entry_locked,
  entry_no_match,
};

/// The name under which tests and automation know the outcome's screen ("too_early").
const char* name(OutcomeKind kind);

/// What a look-up's answer leads to: visits to choose from or confirm, or an outcome.
struct Decision {
  std::optional<OutcomeKind> outcome;
  std::vector<domain::Visit> visits;  ///< today's (for an outcome: the one it is about), by start
  std::vector<VisitState> states;     ///< of `visits`

  bool operator==(const Decision&) const = default;
};

/// Picks what to say. "No appointment", "another day" and "another site" need the server's own
/// fresh answer; from the store alone they become "we cannot look you up now".
Decision decide(const Rules& rules, const std::vector<domain::PersonVisits>& found, const Now& now);

}  // namespace kiosk::journeys
