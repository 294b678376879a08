#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kiosk/base/instant.h"

namespace kiosk::domain {

/// All that is written into the audit trail, and nothing else. The names (see `name`) stand in
/// sealed rows for years: they are never given another meaning.
enum class Act {
  // The kiosk's.
  started,          ///< detail: the kiosk's code and incarnation
  server_state,     ///< detail: "online", "slow", "offline"
  clock_corrected,  ///< detail: by how many milliseconds
  revoked,          ///< the hospital withdrew the kiosk's sign-in
  key_rotated,
  erased,      ///< old payloads were erased, old rows removed; detail: how many, until when
  taken_over,  ///< an arrival of a ledger that was set aside; detail: its ticket's number
  acts_lost,   ///< the disk took nothing for a while; detail: how many acts are not here
  // A patient's. Of who stands there nothing is written but the visits that are on the screen.
  card_noticed,
  card_read,
  card_unreadable,
  code_read,
  shown,       ///< detail: screen, state, language; on "confirm" the appointment as it was shown
  pressed,     ///< detail: the control's action, without what was typed
  left,        ///< detail: "ended", "time was up", "someone else came"
  check_in,    ///< confirmed and recorded; detail: the ticket's number
  copy,        ///< one more ticket was asked for; detail: its number
  paper_came,  ///< asked about a doubtful ticket, the patient says that it came out
  paper_missing,
  // The printer's, of a visit's ticket.
  ticket_queued,
  ticket_sent,
  ticket_printed,
  ticket_failed,
  ticket_unknown,
  ticket_held,
  // Staff's.
  list_read,  ///< detail: which list
  list_printed,
  held_released,  ///< a held ticket was printed at staff's word
  audit_read,     ///< detail: "verify", "export", "visit"
  order_refused,  ///< an order to withdraw the kiosk; detail: why
  // What became of an arrival at the server.
  sent,         ///< its bytes are leaving; detail: which attempt
  answer_lost,  ///< no answer came: the server may have it or not
  acknowledged,
  refused,  ///< detail: its status
};

/// "check_in", "ticket_printed", ...
const char* name(Act act);
std::optional<Act> act_named(std::string_view name);

/// One act as it is written down; when it happened stands beside it. Of whom it tells goes with the
/// day, as all that could lead to a person: the visit, and `words`. What remains for disputes (act,
/// detail, stay, job) holds screens, controls, states, ticket numbers and what was confirmed (when,
/// which clinic, doctor and place), and neither name nor number of a person.
struct AuditNote {
  Act act = Act::started;
  std::string visit_key = {};
  std::string detail = {};
  /// A patient's act: when this person began, which ties together what one person did; else none.
  std::optional<Instant> stay = {};
  /// A printer's or the server's act: of which ticket, by the number of the row that began it.
  std::int64_t job = 0;
  /// The Encounter, the server's words, which ticket staff asked for.
  std::string words = {};

  bool operator==(const AuditNote&) const = default;
};

}  // namespace kiosk::domain
