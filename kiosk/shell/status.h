#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/base/instant.h"

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
  std::string printer;  ///< "ok", "paper_out", ...
  std::string reader;
  std::string scanner;
  std::string server;       ///< "online", "slow", "offline", "unknown"
  std::string ledger;       ///< "ok", "cannot_record"
  std::string clock_trust;  ///< "server", "rtc", "not_before"
  std::optional<Instant> last_sync;
  std::int64_t appointments = 0;  ///< rows in the store
  std::int64_t people = 0;
  std::int64_t check_ins = 0;
  std::string screen;
};

enum class StaffList { unacknowledged, refused, held };

/// A row of a staff's list: what the desk needs to put it right.
struct ListedItem {
  std::string number;
  std::string visit_key;
  std::string appointment_id;
  std::string patient_id;
  std::string name;  ///< masked
  std::optional<Instant> confirmed_at;
  std::string reason;  ///< why it was refused or held
};

}  // namespace kiosk::shell
