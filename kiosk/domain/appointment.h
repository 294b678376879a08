#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/domain/identity.h"

namespace kiosk::domain {

/// FHIR R4 AppointmentStatus.
enum class AppointmentStatus {
  proposed,
  pending,
  booked,
  arrived,
  fulfilled,
  cancelled,
  noshow,
  entered_in_error,
  checked_in,
  waitlist
};

enum class Modality { in_person, phone, video };
enum class CancelledBy { unknown, patient, hospital };

/// FHIR Appointment with the names of what it refers to, as far as the site profile tells where
/// they stand; an empty text is a fact the server does not give and is left off screen and ticket.
struct Appointment {
  std::string id;
  std::string version;  ///< meta.versionId, or the ETag's opaque part; compared for equality only
  std::string etag;     ///< exactly as received, for If-Match; may be empty
  AppointmentStatus status = AppointmentStatus::booked;
  Instant start;
  Instant end;
  std::string patient_id;
  std::string clinic_id;  ///< HealthcareService.id, else serviceType's code
  std::string clinic_name;
  std::string doctor_id;  ///< Practitioner.id
  std::string doctor_name;
  std::string doctor_title;
  std::string location_id;
  std::string place_name;  ///< Location.name
  std::string site_id;     ///< the campus: Location.managingOrganization or partOf, per profile
  std::string booking_number;
  std::string queue_number;  ///< the booking's own number, where the server gives one; else empty
  std::string visit_type;    ///< appointmentType as displayed ("复诊")
  std::vector<std::string> marks;  ///< codes of "desk first" marks, e.g. payment
  std::vector<std::string> notes;  ///< patientInstruction
  Modality modality = Modality::in_person;
  CancelledBy cancelled_by = CancelledBy::unknown;
  std::string cancellation_reason;

  bool operator==(const Appointment&) const = default;
};

/// Whether the ticket of an arrival came out of this kiosk, as far as its ledger knows.
enum class TicketPaper { elsewhere, printed, held, unknown };

/// An arrival as the server (Encounter) or our ledger knows it.
struct Arrival {
  std::string encounter_id;  ///< empty when only the Appointment's status told us
  std::string visit_key;
  std::string nonce;
  std::string number;  ///< empty: checked in elsewhere without a number we can read
  std::string token;
  Instant confirmed_at;
  TicketPaper ticket = TicketPaper::elsewhere;

  bool operator==(const Arrival&) const = default;
};

/// One appointment and what is known of its arrival.
struct Visit {
  Appointment appointment;
  std::optional<Arrival> arrival;
  int round = 1;  ///< 1 + the arrivals of this appointment that the desk undid; makes the visit key

  bool operator==(const Visit&) const = default;
};

/// Where an answer came from: only the server's own fresh answer may say "no appointment".
enum class Freshness { server, store };

/// The answer to "who is this and what is booked", today and the days the server told.
struct PersonVisits {
  Person person;
  std::vector<Visit> visits;  ///< sorted by start, then id
  Freshness freshness = Freshness::store;

  bool operator==(const PersonVisits&) const = default;
};

/// Visit key: the Appointment id, or id/2, id/3 ... after the desk undid an arrival.
std::string visit_key(const std::string& appointment_id, int round);

const char* code(AppointmentStatus status);  ///< FHIR's spelling ("checked-in")
std::optional<AppointmentStatus> appointment_status(std::string_view code);

}  // namespace kiosk::domain
