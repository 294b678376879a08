#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/domain/appointment.h"

namespace kiosk::sync {

/// How an arrival is told; real servers can do one or two of these.
enum class ArrivalWay {
  automatic,        ///< as the server's CapabilityStatement says
  transaction,      ///< (a) one transaction: Appointment and Encounter
  one_by_one,       ///< (b) conditional POST Encounter, then the Appointment
  appointment_only  ///< (c) the Appointment, then number and token as a Task
};

/// How an existing resource is changed; `automatic`: as the server's CapabilityStatement says.
enum class ChangeBy { automatic, json_patch, put };

/// Where a fact of an appointment stands: an extension of that URL, an identifier of that system, a
/// meta.tag of that system. Empty members are not looked at; all empty: the server does not give
/// it.
struct FactPlace {
  std::string extension_url;
  std::string identifier_system;
  std::string tag_system;

  bool operator==(const FactPlace&) const = default;
};

enum class CampusPlace { none, managing_organization, part_of };

/// URIs of Identifier.system. Those of persons and bookings also stand in the table of code
/// formats.
struct IdentifierSystems {
  std::string citizen_number = "urn:oid:2.16.840.1.113883.2.3.4.1";
  std::string permits = "urn:kiosk:permit";
  std::string hk_macao_taiwan_permits;  ///< empty: as citizen_number
  std::string hospital_card = "urn:kiosk:hospital-card";
  std::string booking_number = "urn:kiosk:booking";
  std::string visit_key = "urn:kiosk:visit-key";
  std::string nonce = "urn:kiosk:nonce";
  std::string ticket_number = "urn:kiosk:ticket-number";
  std::string ticket_token = "urn:kiosk:ticket-token";

  bool operator==(const IdentifierSystems&) const = default;
};

/// What this hospital's server is like: the one place for its systems, codes and habits.
struct SiteProfile {
  std::string base_url;  ///< https, or http on loopback; with or without a slash at the end
  std::vector<std::string> names;  ///< other base URLs that the server's references bear
  IdentifierSystems systems;
  std::set<domain::AppointmentStatus> may_check_in = {domain::AppointmentStatus::booked};
  ArrivalWay arrival_way = ArrivalWay::transaction;
  ChangeBy change_by = ChangeBy::json_patch;
  domain::AppointmentStatus arrived_status = domain::AppointmentStatus::arrived;

  FactPlace queue_number;  ///< the booking's own number
  FactPlace place;         ///< a text that stands before Location.name
  FactPlace marks;         ///< "desk first" marks
  std::string
      flag_marks_system;  ///< codes of this system in a patient's active Flags are marks too
  CampusPlace campus = CampusPlace::managing_organization;
  std::set<std::string> phone_types = {"phone"};  ///< codes of appointmentType or serviceType
  std::set<std::string> video_types = {"video", "VR"};
  std::set<std::string> restricted_codes = {"R", "V", "restricted"};  ///< of meta.security
  std::string hospital_cancel_code =
      "prov";  ///< start of the cancelationReason codes of the hospital
  std::string patient_cancel_code = "pat";  ///< and of those of the patient

  std::vector<std::string> includes = {"Appointment:patient", "Appointment:practitioner",
                                       "Appointment:location", "Appointment:actor"};
  std::vector<std::string> reverse_includes = {"Encounter:appointment"};
  std::size_t page_size = 400;  ///< at most 400
  int days_back = 1;            ///< of a person's appointments, so that "yesterday" can be said
  int days_ahead = 30;          ///< and "another day"

  Milliseconds poll_every{30'000};
  Milliseconds poll_overlap{120'000};
  /// After a start the first requests that no patient waits for come at a random time within this,
  /// so that kiosks whose power comes back together do not ask together.
  Milliseconds start_spread{90'000};
  Milliseconds connect_timeout{5'000};
  Milliseconds request_timeout{30'000};  ///< of what no patient waits for
  Milliseconds look_up_timeout{8'000};
  Milliseconds fresh_timeout{1'500};
  Milliseconds server_limit{60'000};  ///< the server gives a request up after this
  Milliseconds slow_after{2'000};     ///< an answer that takes longer makes the server "slow"

  bool operator==(const SiteProfile&) const = default;
};

inline constexpr std::size_t page_size_max = 400;
inline constexpr std::size_t page_size_least = 5;  ///< of pages with photos of 5 MB each

}  // namespace kiosk::sync
