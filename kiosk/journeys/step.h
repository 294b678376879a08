#pragma once

#include <utility>
#include <vector>

#include "kiosk/journeys/effect.h"

namespace kiosk::journeys {

/// One call of `update` under way: the journeys' files share it, nothing outside does.
struct Step {
  const Rules& rules;
  Model model;
  std::vector<Effect> effects;

  Instant now() const { return model.now.instant; }
  RequestId request() { return {++model.last_request}; }
  void ask(Effect effect) { effects.push_back(std::move(effect)); }
};

/// Shows a screen: its deadline starts, overlays close, the old screen's data is gone.
void enter(Step& step, Screen screen);
/// Starts the deadline of the screen that is up once more.
void restart_deadline(Step& step);
/// Ends the visit: "take your card" where one may lie there, else welcome.
void end_visit(Step& step);
/// Forgets the person who stood here.
void forget_session(Step& step);
void enter_outcome(Step& step, OutcomeKind kind);

// A journey's part in each kind of event; each ignores what is not for the screen that is up.

void look_up(Step& step, LookUpKey key, LookingUp screen);
void look_up_answered(Step& step, const LookUpAnswered& answer);
void fresh_answered(Step& step, const FreshAnswered& answer);
void commit_answered(Step& step, const CommitAnswered& answer);
void print_reported(Step& step, const PrintReported& report);
void ticket_queued(Step& step, const TicketQueued& queued);
/// Goes on when the fresh read took too long.
void confirm_time_passed(Step& step);

void choose_tapped(Step& step, const std::string& action);
void confirm_tapped(Step& step, const std::string& action);
void done_tapped(Step& step, const std::string& action);
void entry_tapped(Step& step, const std::string& action);
void outcome_tapped(Step& step, const std::string& action);
void open_entry(Step& step);
/// Counts a look-up by birth date and digits that found nobody and says `outcome`; the third locks
/// the path. Without the server too: else who guesses would only have to wait for the network to
/// go.
void entry_missed(Step& step, OutcomeKind outcome);
/// A ticket that was to print stays in the printer's queue when the printer cannot.
void printer_changed(Step& step);

}  // namespace kiosk::journeys
