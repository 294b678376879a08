#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/domain/outbox.h"
#include "kiosk/store/sync_store.h"
#include "kiosk/sync/exchange.h"
#include "kiosk/sync/site_profile.h"

// What the kiosk writes, as JSON texts and as requests; keys are sorted, so the same facts give the
// same bytes.
namespace kiosk::sync {

/// An appointment as it was read fresh just before telling.
struct FreshAppointment {
  std::string json;     ///< the resource, as received
  std::string etag;     ///< exactly as received, else made of meta.versionId; may be empty
  std::string version;  ///< meta.versionId; may be empty
  domain::AppointmentStatus status = domain::AppointmentStatus::booked;
  std::vector<std::string> participants;  ///< "Type/id" of this server
  bool is_elsewhere = false;              ///< its only patient is another server's
  Instant start = {};
  bool is_mended = false;  ///< read with marks in its text: not fit to be written back
};

/// The ETag of a version id; empty when there is none.
std::string version_etag(const std::string& version);

/// Out of the answer to reading the one with this id. Errors: fhir/malformed; fhir/unusable: it is
/// the server's, and lacks what it must have.
Result<FreshAppointment> fresh_appointment_in(const Reply& reply, const std::string& id);

/// A change of an existing resource in both forms; which is sent says the profile.
struct Change {
  std::string json_patch;
  std::string resource;  ///< the whole resource, for PUT

  bool operator==(const Change&) const = default;
};

/// An arrival as Encounter: status arrived, class AMB, what the Appointment says of service, place
/// and people, period.start = the instant of confirmation, and the four identifiers. Errors of all:
/// fhir/malformed when the given resource is none.
Result<std::string> encounter_json(const SiteProfile& profile, const domain::Zone& zone,
                                   const domain::ArrivalMessage& message,
                                   const FreshAppointment& appointment);

/// Way (c): number and token as a Task that is already completed.
Result<std::string> ticket_task_json(const SiteProfile& profile, const domain::Zone& zone,
                                     const domain::ArrivalMessage& message);

/// The Appointment's new status, with a `test` of the old one.
Result<Change> arrive(const SiteProfile& profile, const FreshAppointment& appointment);

/// Way (a): both in one transaction, each with its precondition.
Result<std::string> transaction_json(const SiteProfile& profile, const domain::Zone& zone,
                                     const domain::ArrivalMessage& message,
                                     const FreshAppointment& appointment);

/// Puts our ticket on an Encounter that stands already; the earlier confirmation's is the first,
/// the one that is called. Nothing when our nonce stands there.
Result<std::optional<Change>> add_ticket(const SiteProfile& profile, const domain::Zone& zone,
                                         const domain::ArrivalMessage& message,
                                         const std::string& encounter_json);

/// Our Encounter was one of several, or any other resource with a status that should not be there:
/// it becomes entered-in-error.
Result<Change> withdraw(const std::string& resource_json);

/// Appointment.comment becomes these words: a change that means nothing, for trying out changes.
Result<Change> remark(const std::string& appointment_json, const std::string& words);

/// A Patient that should not be there is no longer active.
Result<Change> deactivate(const std::string& patient_json);

/// POST of a resource that is made only where `once` is not known yet.
HttpRequest create_request(const SiteProfile& profile, const std::string& type, std::string body,
                           const domain::Identifier& once);
/// PATCH or PUT, as the profile says; without If-Match when `etag` is empty.
HttpRequest change_request(const SiteProfile& profile, const std::string& reference,
                           const std::string& etag, const Change& change);
HttpRequest transaction_request(const SiteProfile& profile, std::string body);

struct AlertTask {
  std::string id;     ///< makes it unique on the server
  std::string kind;   ///< "printer"
  std::string text;   ///< without patient data
  std::string kiosk;  ///< the kiosk's code
  Instant at;
};
std::string alert_task_json(const SiteProfile& profile, const domain::Zone& zone,
                            const AlertTask& alert);

/// The newest row of the audit trail as an AuditEvent (R4): number and hash, nothing of a patient.
std::string audit_event_json(const domain::Zone& zone, const std::string& kiosk,
                             const store::AuditHead& head);
/// A row of a kiosk's audit trail as the server was told of it.
struct ToldHead {
  int incarnation = 0;  ///< of the ledger, then
  std::int64_t seq = 0;
  std::string hash;
  Instant written;

  bool operator==(const ToldHead&) const = default;
};

/// The rows that such AuditEvents in a Bundle tell of this kiosk; what is of another form is passed
/// over. Errors: fhir/malformed.
Result<std::vector<ToldHead>> audit_heads_in(const std::string& bundle_json,
                                             const std::string& kiosk);
/// POST of one; nobody needs it back.
HttpRequest audit_event_request(const SiteProfile& profile, std::string body);

/// The resources of a Bundle as "Type/id", without OperationOutcomes. Errors: fhir/malformed.
Result<std::set<std::string>> entries_in(const std::string& bundle_json);

/// The pages' entries under the first one's other members, without a link that leads on. Errors:
/// fhir/malformed.
Result<std::string> joined_bundles(std::span<const std::string> pages);

/// One resource out of a Bundle, as text. Errors: fhir/malformed, fhir/not_found.
Result<std::string> resource_in(const std::string& bundle_json, const std::string& type,
                                const std::string& id);

}  // namespace kiosk::sync
