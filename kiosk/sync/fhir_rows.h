#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/domain/appointment.h"
#include "kiosk/domain/identity.h"
#include "kiosk/sync/fhir_reference.h"

// FHIR resources as read, with references as "Type/id" and nothing looked up or judged yet; what
// the kiosk makes of them stands in assemble.h.
namespace kiosk::sync {

struct Coding {
  std::string system;
  std::string code;
  std::string display;  ///< of the coding, else the concept's text

  bool operator==(const Coding&) const = default;
};

/// An extension with a value that can be said in one text (string, code, Coding, CodeableConcept
/// ...).
struct ExtensionValue {
  std::string url;
  std::string value;

  bool operator==(const ExtensionValue&) const = default;
};

struct Meta {
  std::string version;
  std::optional<Instant> last_updated;
  std::vector<Coding> tags;
  std::vector<std::string> security;  ///< codes

  bool operator==(const Meta&) const = default;
};

struct PatientRow {
  std::string id;
  Meta meta;
  std::string name;
  std::optional<domain::Date> birth_date;
  std::vector<domain::Identifier> identifiers;
  std::vector<std::string> phones;  ///< digits only
  bool active = true;
  bool deceased = false;
  std::vector<std::string> replaced_by;  ///< Patient ids
};

/// A name that appointments refer to: Practitioner, PractitionerRole, Location, HealthcareService
/// or Organization.
struct DirectoryRow {
  std::string reference;  ///< "Location/7"
  std::string name;
  std::string title;         ///< qualification or role
  std::string practitioner;  ///< of a role
  std::string service;       ///< of a role: its HealthcareService
  std::string managing_organization;
  std::string part_of;

  bool operator==(const DirectoryRow&) const = default;
};

struct ParticipantRow {
  std::string reference;  ///< may be empty when only a display is given
  std::string type;       ///< "Patient", from the reference or actor.type
  std::string display;
};

struct AppointmentRow {
  std::string id;
  Meta meta;
  domain::AppointmentStatus status = domain::AppointmentStatus::booked;
  Instant start;
  Instant end;
  std::vector<ParticipantRow> participants;
  std::vector<domain::Identifier> identifiers;
  std::vector<ExtensionValue> extensions;
  std::vector<Coding> service_types;
  std::vector<Coding> types;  ///< appointmentType
  std::vector<Coding> cancellation;
  std::vector<std::string> instructions;  ///< patientInstruction
  std::string patient_elsewhere;          ///< a reference to another server's Patient
};

/// One ticket on an Encounter, or on the Task that stands for it in way (c). Of several the first
/// is the one that is called.
struct TicketIds {
  std::string nonce;
  std::string number;
  std::string token;

  bool operator==(const TicketIds&) const = default;
};

struct EncounterRow {
  std::string type;  ///< "Encounter" or "Task"
  std::string id;
  Meta meta;
  std::string status;
  std::vector<std::string> appointments;  ///< ids
  std::string patient_id;
  std::optional<Instant> start;  ///< period.start, for a Task authoredOn
  /// From arriving to being called, where statusHistory tells both; at most a day.
  std::optional<Milliseconds> waited;
  std::vector<domain::Identifier> identifiers;
};

struct FlagRow {
  std::string patient_id;
  std::vector<Coding> codes;
};

struct IssueRow {
  std::string severity;  ///< "error"
  std::string code;
  std::string text;
};

/// One answered entry of a transaction.
struct EntryResponse {
  std::string status;    ///< "201 Created"
  std::string location;  ///< "Encounter/17/_history/1"
  std::string etag;
};

/// All that one answer of the server held.
struct Reading {
  ServerNames names;        ///< what the server is called, with what this answer shows
  std::string type;         ///< resourceType of the answer
  std::string bundle_type;  ///< "searchset"
  std::optional<Instant> last_updated;
  std::string next;                   ///< link to the next page, verbatim; empty on the last
  std::optional<std::int64_t> total;  ///< of a searchset, where the server counted
  std::vector<PatientRow> patients;
  std::vector<DirectoryRow> directory;
  std::vector<AppointmentRow> appointments;
  std::vector<EncounterRow> encounters;
  std::vector<FlagRow> flags;
  std::vector<IssueRow> issues;  ///< of OperationOutcomes
  std::vector<EntryResponse> responses;
  std::size_t skipped = 0;    ///< entries without what makes them usable
  std::string first_skipped;  ///< path and reason of the first of them
};

}  // namespace kiosk::sync
