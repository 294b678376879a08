#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/journeys/model.h"

namespace kiosk::shell {

/// What `kiosk status` tells: counts and states, nothing of a patient.
struct Status {
  std::string version;
  std::string kiosk_code;
  std::int64_t outbox_pending = 0;
  std::int64_t refused = 0;
  std::int64_t unacknowledged = 0;
  std::int64_t held = 0;
  std::int64_t printing_unknown = 0;
  std::int64_t aside_files = 0;  ///< set aside, with what this ledger could not take over
  std::int64_t aside_left = 0;   ///< arrivals in them, as far as they can be read
  std::string printer;           ///< "ok", "paper_out", ...
  std::string reader;
  std::string scanner;
  std::string server;          ///< "online", "slow", "offline", "unknown"
  std::string server_trouble;  ///< why the last exchange failed or the day cannot be read; or empty
  std::string ledger;          ///< "ok", "cannot_record"
  bool revoked = false;        ///< the hospital has withdrawn this kiosk
  std::string clock_trust;     ///< "server", "rtc", "not_before"
  std::optional<Instant> last_sync;
  std::int64_t appointments = 0;  ///< rows in the store
  std::int64_t people = 0;
  std::int64_t check_ins = 0;
  std::string key_storage;      ///< "credential", "server", "disk"
  std::string key_trouble;      ///< why a stolen kiosk's data can be read; empty: they cannot
  std::int64_t audit_last = 0;  ///< the newest row of the audit trail
  std::int64_t audit_told = 0;  ///< and the newest whose hash the server has
  std::string screen;
};

/// What one synchronisation that somebody asked for has done.
struct SyncReport {
  enum class End {
    complete,     ///< the day was read, and nothing waits to be sent
    incomplete,   ///< the server answers, but not all was sent or read
    unreachable,  ///< the server does not answer
  };
  End end = End::incomplete;
  std::int64_t sent = 0;          ///< arrivals that the server acknowledged meanwhile
  std::int64_t refused = 0;       ///< on the staff's list
  std::int64_t left = 0;          ///< still to be sent
  std::int64_t appointments = 0;  ///< held now, of today and tomorrow
  std::int64_t people = 0;
  Milliseconds took{0};
  std::string trouble;  ///< the last error, without patient data; empty: none
};

enum class StaffList { unacknowledged, refused, held };

/// The names that status, lists and the audit trail use.
const char* name_of(StaffList list);
std::optional<StaffList> staff_list(std::string_view name);
const char* text_of(journeys::ServerHealth health);
const char* text_of(ClockTrust trust);

/// A row of a staff's list: what the desk needs to put it right.
struct ListedItem {
  std::string number;
  std::string visit_key;
  std::string appointment_id;
  std::string patient_id;
  std::string name;  ///< masked
  std::optional<Instant> confirmed_at;
  std::string reason;  ///< why it was refused or held
  // Of an arrival, for a file:
  std::int64_t row = 0;  ///< of the outbox
  std::string nonce;
  std::string state;  ///< "not_told", "unanswered" (the server may have it), "refused"
};

}  // namespace kiosk::shell
