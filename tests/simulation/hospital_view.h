#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/emulators/hospital.h"

namespace simulation {

/// One ticket as it stands on an Encounter or a Task.
struct TicketView {
  std::string nonce;
  std::string number;
};

struct ArrivalView {
  std::string id;
  std::string type;  ///< "Encounter" or "Task"
  std::string status;
  std::string visit_key;
  std::string appointment_id;       ///< empty on a Task
  std::vector<TicketView> tickets;  ///< the first is called

  bool stands() const { return status != "entered-in-error"; }
  bool bears(const std::string& nonce) const;
};

/// What the hospital holds of arrivals, read out of its own resources.
struct HospitalView {
  std::vector<ArrivalView> arrivals;  ///< Encounters, and Tasks that bear a nonce and a number
  std::map<std::string, std::string> arrived;  ///< appointment -> status
};

HospitalView view_of(const emulators::Hospital& hospital);

}  // namespace simulation
