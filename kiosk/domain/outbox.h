#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kiosk/base/instant.h"

namespace kiosk::domain {

/// What the server still has to be told. Holds ids, nonce, number and instant only: nothing of a
/// patient, so that it survives the loss of the key.
struct ArrivalMessage {
  std::int64_t id = 0;    ///< outbox row
  std::string visit_key;  ///< also the stream: order is kept within it
  std::string appointment_id;
  std::string patient_id;  ///< Patient.id, opaque
  std::string nonce;
  std::string number;
  std::string token;
  Instant confirmed_at;
  int attempts = 0;
  Instant not_before;    ///< earliest next attempt
  bool unknown = false;  ///< a send was begun and its end is not known: search before sending again
  std::optional<Instant> appointment_start = {};  ///< as was confirmed; nothing once it is erased

  bool operator==(const ArrivalMessage&) const = default;
};

}  // namespace kiosk::domain
