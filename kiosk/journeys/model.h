#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/base/request_id.h"
#include "kiosk/domain/check_in.h"
#include "kiosk/journeys/decision.h"

namespace kiosk::journeys {

// ---- Surroundings: what works now. Nothing of a patient. ----

enum class ReaderHealth { ok, missing, out_of_service };
enum class ScannerHealth { ok, missing };
enum class PrinterHealth {
  ok,
  paper_near_end,
  paper_out,
  cover_open,
  cutter_error,
  overheated,
  offline,
  missing
};
enum class ServerHealth { unknown, online, slow, offline };
enum class LedgerHealth { ok, cannot_record };

/// What staff should see at a glance; also raised as alerts through the server and the webhook.
enum class StaffNotice {
  printer,
  refused,
  unacknowledged,
  clock_untrusted,
  own_code_seen,
  ledger_replaced,
  reader,
  sign_in,
  revoked
};

struct Surroundings {
  ReaderHealth reader = ReaderHealth::missing;
  ScannerHealth scanner = ScannerHealth::missing;
  PrinterHealth printer = PrinterHealth::missing;
  ServerHealth server = ServerHealth::unknown;
  LedgerHealth ledger = LedgerHealth::ok;
  bool has_data = false;  ///< a pull of the day was once complete
  bool may_issue = true;  ///< false: our kiosk code is used by another machine
  bool revoked = false;   ///< the hospital has withdrawn this kiosk: it does nothing more
  std::set<StaffNotice> notices;

  bool operator==(const Surroundings&) const = default;
};

inline bool can_print(const Surroundings& around) {
  return around.printer == PrinterHealth::ok || around.printer == PrinterHealth::paper_near_end;
}

// ---- Screens: what each one knows. Leaving a screen drops its data. ----

enum class ClosedReason { hours, nothing_usable, cannot_record, stopped_issuing, revoked };

struct Welcome {
  bool operator==(const Welcome&) const = default;
};
struct Closed {
  ClosedReason reason = ClosedReason::hours;
  bool operator==(const Closed&) const = default;
};
/// A card lies on the reader and is being read.
struct ReadingCard {
  bool operator==(const ReadingCard&) const = default;
};
struct LookingUp {
  RequestId request;
  bool by_entry = false;      ///< by birth date and digits: says nothing but "no match"
  bool card_expired = false;  ///< accepted with a notice
  bool operator==(const LookingUp&) const = default;
};

/// No card, no code: birth date, then the last four characters of phone or document.
struct Entry {
  std::string birth_date;  ///< up to 8 digits, YYYYMMDD
  std::string last_four;   ///< up to 4 characters, 0-9 X
  bool bad_date = false;   ///< the eight digits are no day
  bool operator==(const Entry&) const = default;
};

struct Choose {
  domain::PersonVisits found;  ///< without `visits`, which stand below
  std::vector<domain::Visit> visits;
  std::vector<VisitState> states;
  std::vector<char> chosen;  ///< 0 or 1 for each of `visits`
  bool by_entry = false;
  bool card_expired = false;
  bool operator==(const Choose&) const = default;
};

enum class FreshRead { waiting, answered, unavailable };

struct Confirm {
  domain::Person person;
  std::vector<domain::Visit> visits;      ///< at least one
  std::vector<RequestId> fresh_requests;  ///< of `visits`; 0 once answered
  std::vector<domain::Waiting> waiting;   ///< of `visits`, as the fresh read counted
  FreshRead fresh = FreshRead::waiting;
  Instant fresh_until;     ///< then the store's row is trusted
  bool confirmed = false;  ///< pressed; waits for the fresh read
  bool changed = false;    ///< the appointment changed while the patient looked
  bool by_entry = false;
  bool card_expired = false;
  bool operator==(const Confirm&) const = default;
};

struct Committing {
  RequestId request;
  domain::Person person;
  std::vector<domain::Visit> visits;
  std::vector<domain::Waiting> waiting;  ///< of `visits`
  bool online = false;
  bool operator==(const Committing&) const = default;
};

enum class TicketState { printing, printed, no_paper, failed, unknown, kept };

struct DoneVisit {
  domain::Visit visit;
  domain::Committed committed;
  TicketState ticket = TicketState::printing;
  bool copied = false;  ///< one copy a visit is given here; more are the desk's
  RequestId copy_request;
  domain::Waiting waiting;  ///< when it was confirmed
  bool operator==(const DoneVisit&) const = default;
};

struct Done {
  domain::Person person;
  std::vector<DoneVisit> visits;
  bool online = false;
  // Of several chosen visits: those that the desk must see to.
  int not_recorded = 0;
  int recording_unknown = 0;
  bool operator==(const Done&) const = default;
};

enum class CopyState { not_asked, asked, printing, printed, failed, unknown };

struct Outcome {
  OutcomeKind kind = OutcomeKind::no_appointment;
  std::optional<domain::Person> person;
  std::optional<domain::Visit> visit;
  int tries = 0;  ///< card_unreadable: how often in this visit
  CopyState copy = CopyState::not_asked;
  RequestId copy_request;
  std::int64_t copy_job = 0;
  Instant opens;          ///< too_early: when to come back
  bool by_entry = false;  ///< found by birth date and digits: no copies
  bool operator==(const Outcome&) const = default;
};

/// The visit is over and its card may still lie on the reader.
struct TakeCard {
  bool operator==(const TakeCard&) const = default;
};

using Screen = std::variant<Welcome, Closed, ReadingCard, LookingUp, Entry, Choose, Confirm,
                            Committing, Done, Outcome, TakeCard>;

/// The name of a screen for automation and tests: "welcome", "confirm", an outcome's name, ...
std::string name(const Screen& screen);

// ---- Session: the person who stands here. ----

enum class Overlay { none, help };

struct Session {
  std::string language;
  Overlay overlay = Overlay::none;
  bool by_card = false;             ///< the visit began with a card: remind to take it
  int unreadable = 0;               ///< cards not read in a row
  std::optional<Instant> deadline;  ///< when this screen ends by itself
  bool operator==(const Session&) const = default;
};

struct Model {
  Now now;
  Session session;
  Surroundings around;
  Screen screen;
  // Of the machine, kept between visits; nothing of a patient.
  std::uint64_t last_request = 0;
  int entry_misses = 0;
  std::optional<Instant> entry_misses_until;  ///< then they are forgotten
  std::optional<Instant> entry_locked_until;
  std::vector<std::int64_t> printing;  ///< print jobs of the visit that is on screen

  bool operator==(const Model&) const = default;
};

/// The model after start: welcome, in the site's first language.
Model initial_model(const Rules& rules, const Now& now);

/// When `update` must be called with a Tick at the latest, even if nothing happens.
Instant next_deadline(const Rules& rules, const Model& model);

/// Whole seconds until the screen ends, once it is time to say so (the last `warning`); else
/// nothing.
std::optional<int> seconds_left(const Rules& rules, const Model& model);

}  // namespace kiosk::journeys
