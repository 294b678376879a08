#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kiosk/domain/appointment.h"
#include "kiosk/domain/waiting.h"

namespace kiosk::domain {

/// A patient confirmed: what one ledger transaction has to record. Randomness (nonce, token) is
/// drawn by the shell and comes in as a value.
struct CheckIn {
  std::string visit_key;
  std::string appointment_id;
  std::string appointment_version;  ///< the version that the patient saw
  std::string patient_id;
  std::string nonce;  ///< 128 random bits, hexadecimal
  std::string token;  ///< 128 random bits, hexadecimal; what the ticket's QR holds
  Now confirmed;
  Day service_day;
  std::string own_number;  ///< the booking's own queue number; empty: the kiosk's series gives one
  bool online = false;     ///< what the ticket says: the server was reachable when it was confirmed
  std::string language;    ///< of the ticket, BCP 47
  Waiting waiting;         ///< as the server counted while the patient confirmed
  /// Sealed with the row: the whole visit and person, so that a held ticket can be printed later.
  Person person;
  Appointment appointment;

  bool operator==(const CheckIn&) const = default;
};

enum class PrintState { queued, sending, printed, failed, unknown, held };
enum class Copy { original, copy };

/// What the ledger answers to a commit.
struct Committed {
  std::string visit_key;
  std::string number;
  std::string token;
  std::int64_t print_job = 0;
  Instant confirmed_at;

  bool operator==(const Committed&) const = default;
};

/// A print job with all that its ticket needs.
struct PrintJob {
  std::int64_t id = 0;
  PrintState state = PrintState::queued;
  Copy copy = Copy::original;
  std::string number;
  CheckIn check_in;
  /// Two cut-off kiosks gave one visit two numbers: the one that `number` is not. A copy bears the
  /// number that is called, so this one leads to it; on an original this one is called.
  std::string other_number = {};

  bool operator==(const PrintJob&) const = default;
};

/// Refusals of a commit that are answers, not errors: someone else was first, or the row changed.
struct AlreadyCheckedIn {
  Arrival arrival;
  bool operator==(const AlreadyCheckedIn&) const = default;
};
struct ChangedMeanwhile {
  Appointment appointment;
  bool operator==(const ChangedMeanwhile&) const = default;
};

}  // namespace kiosk::domain
