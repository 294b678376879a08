#pragma once

#include <set>

namespace simulation {

/// What a test breaks on purpose, to see that the simulation reports it.
enum class Breach {
  server_forgets,        ///< an arrival that was acknowledged is gone from the server
  server_invents,        ///< an arrival appears that nobody confirmed
  server_calls_another,  ///< the order of two numbers on an Encounter is turned round
  conditions_ignored,    ///< a conditional create that comes twice creates twice
  code_used_twice,       ///< two kiosks bear one code
  disk_loses_syncs,      ///< the disk says "synced" and keeps nothing
  prints_unknown_again,  ///< at start unknown tickets are printed once more
  prints_before_commit,  ///< a ticket goes out when the button is pressed
  prints_for_strangers,  ///< held tickets come out by themselves
  hides_unacknowledged,  ///< the staff's list stays empty
  refuses_by_any_clock,  ///< the model is told to trust a clock that is not trusted
  ticks_are_lost,        ///< deadlines pass unseen
  keeps_the_patient,     ///< the session is not forgotten
  commits_unasked,       ///< another appointment than the one on screen is committed
  network_never_heals,
  shows_another,         ///< patients look at a screen that was meant for somebody else
  refuses_in_silence,    ///< the server's reasons are lost on the way to the list
  server_loses_tokens,   ///< what opens a visit with its ticket is gone from the server
  code_used_in_silence,  ///< machines that see their code used elsewhere say nothing
  code_used_for_a_day,   ///< a number of a kiosk's series appears that no machine gave
  acts_unwritten,        ///< what patients do does not reach the trail
  destroys_for_nothing,  ///< a kiosk takes itself for revoked
  forgets_asides,        ///< nobody looks again at a ledger that was set aside
  unknown_is_refused,    ///< what may have been recorded is answered "cannot record"
  never_sleeps,          ///< the records are woken without pause
};
using Breaches = std::set<Breach>;

}  // namespace simulation
