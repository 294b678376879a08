#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/base/request_id.h"
#include "kiosk/base/result.h"
#include "kiosk/domain/appointment.h"
#include "kiosk/domain/codes.h"
#include "kiosk/domain/waiting.h"
#include "kiosk/sync/http.h"
#include "kiosk/sync/server_state.h"

// What goes into the sync engine and comes out of it.
namespace kiosk::sync {

using LookUpKey = std::variant<domain::BookingCode, domain::PersonCode, domain::TicketCode,
                               domain::BirthDateAndDigits>;

/// Who is this and what is booked, by the server's own word. Answered once, within the profile's
/// limit.
struct LookUp {
  RequestId request;
  LookUpKey key;
};

/// One appointment and its arrival, past every cache. Answered once, within `limit`.
struct ReadFresh {
  RequestId request;
  std::string appointment_id;
  Milliseconds limit{1'500};
  /// Of the appointment as the store knows it, to count who waits there; empty: nobody is counted.
  std::string location_id = {};
  std::string doctor_id = {};
};

/// Staff are to be told through the server (a Task). Kept until the server has it, in memory only.
struct RaiseAlert {
  std::string kind;  ///< "printer"
  std::string text;  ///< without patient data
};

/// Something was committed to the outbox: look at once.
struct OutboxChanged {};

/// Somebody wants what waits to be sent, and what changed to be read, without waiting for its time.
struct SyncNow {};

using Input = std::variant<LookUp, ReadFresh, RaiseAlert, OutboxChanged, SyncNow, HttpResult>;

/// The people that match: none, one with all visits of the configured days, or several, then with
/// their ids only. A person who is not `normal` has no visits. By ticket: that one visit.
struct LookUpAnswer {
  RequestId request;
  std::variant<std::vector<domain::PersonVisits>, Error> result;
};

/// The server no longer has the appointment.
struct AppointmentGone {
  bool operator==(const AppointmentGone&) const = default;
};

struct FreshAnswer {
  RequestId request;
  std::variant<domain::Visit, AppointmentGone, Error> result;
  domain::Waiting waiting = {};  ///< how many are there today and how long others waited
};

using Answer = std::variant<LookUpAnswer, FreshAnswer>;

enum class AlertKind {
  own_code_seen,  ///< a number of our series that this ledger never gave
  refused,        ///< an arrival went to the staff's list
  lacking,        ///< the server does not declare what the profile needs
  denied          ///< the sign-in fails, or a 401 or 403 that stays: configuration
};

struct EngineAlert {
  AlertKind kind = AlertKind::refused;
  std::string text;  ///< without patient data

  bool operator==(const EngineAlert&) const = default;
};

/// What one step gives. `server` and the instants are the state after it, the rest is new.
struct Output {
  std::vector<HttpRequest> requests;  ///< send each once; give each end back as HttpResult
  std::vector<Answer> answers;
  std::vector<EngineAlert> alerts;
  std::vector<Error> errors;  ///< for the log
  ServerState server = ServerState::unknown;
  std::string trouble;                       ///< why the last exchange failed; empty: it did not
  std::optional<Instant> last_answer;        ///< when the server last answered anything
  std::optional<Instant> last_complete_run;  ///< when a download last ended whole
  int runs_whole = 0;                        ///< downloads that ended whole, since the start
  int runs_failed = 0;                       ///< that failed, or could not begin
  bool sending = false;                      ///< arrivals, or the audit trail's hash, are under way
  bool day_is_complete =
      false;  ///< all appointments of today and tomorrow were read since the start
  std::optional<ClockCorrection> clock;  ///< to add to the stepping clock from the next step on
  bool revoked = false;  ///< the hospital has withdrawn this kiosk: see smart_sign_in.h, orders.h
  std::optional<Instant> wake;  ///< step again by then even if nothing happens
};

}  // namespace kiosk::sync
