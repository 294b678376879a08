#pragma once

#include <set>
#include <string>
#include <string_view>

namespace simulation {

/// What can go wrong in a run; each seed draws some of these.
enum class Trouble {
  network_cuts,   ///< a kiosk's network is away, for a minute or for an hour
  lossy_network,  ///< exchanges are cut before or after the server acted, or time out
  slow_network,   ///< answers take seconds
  server_errors,  ///< 500, 502 (after it acted, too), 503 and 429
  twice,          ///< a request reaches the server twice, an answer the kiosk
  denials,        ///< a proxy answers 401 to all kiosks
  races,          ///< conditional creates of two kiosks that meet create both
  refusals,       ///< single requests are refused: 400, 403, 404, 409, 410, 412, 422, 423, 428
  kills,          ///< the process dies between steps or while it hands things out
  power_cuts,     ///< the power goes with a write of the ledger's disk
  disk_full,
  disk_errors,   ///< an operation fails; a commit may fail and be on the disk all the same
  paper,         ///< out, near its end, cover open
  cable,         ///< the printer is unplugged, in mid-ticket too
  devices,       ///< the reader or the scanner is away
  desk,          ///< the desk cancels, moves, checks in and takes arrivals back
  edits,         ///< the desk changes what a kiosk has read before it writes
  merges,        ///< the desk merges two records of a patient
  clock,         ///< the machine wakes in 1970 or with a clock that is off, is set, and drifts
  midnight,      ///< a service day ends in the run
  dst,           ///< clocks are put forward or back in the run
  restores,      ///< the server is put back to an earlier state
  shared_code,   ///< two machines bear one kiosk code
  sign_in,       ///< all sign in by SMART Backend Services; their tokens end
  withdrawals,   ///< the hospital takes a kiosk's right away, by its sign-in or by an order
  lost_ledgers,  ///< a ledger is damaged, or the machine set up anew without it
  wanderers,     ///< patients who hesitate, walk away, try the other kiosk, come back
  server_clock,  ///< the server's clock is minutes or hours off, and put right
  middleboxes,   ///< what is on the way answers itself, cuts answers short, changes ETags
  small_pages,   ///< the server gives one to three matches a page; links to the next expire
};

using Troubles = std::set<Trouble>;

Troubles all_troubles();
const char* name(Trouble trouble);
/// Names with commas between; empty: "none".
std::string names(const Troubles& troubles);
/// Reads `names` back; unknown words are passed over.
Troubles troubles_in(std::string_view words);

}  // namespace simulation
