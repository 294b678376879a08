#pragma once

#include <span>
#include <string>
#include <vector>

#include "kiosk/domain/identity.h"
#include "kiosk/sync/http.h"
#include "kiosk/sync/site_profile.h"

// Searches as requests. All are POST .../_search with a form body, so that no identity ever stands
// in a URL that gets logged. Values are exact: what has a meaning in FHIR searches is escaped.
namespace kiosk::sync {

enum class Includes { with, without };

/// Appointments that start in [from, until), first page.
HttpRequest day_search(const SiteProfile& profile, const domain::Zone& zone, Instant from,
                       Instant until, Includes includes);

/// Appointments changed since, whatever their date, status and place, first page.
HttpRequest changes_search(const SiteProfile& profile, Instant since, Includes includes);

/// Arrivals (Encounters; Tasks in way c) changed since, first page.
HttpRequest changed_arrivals_search(const SiteProfile& profile, Instant since);

/// Resources of one type by id.
HttpRequest ids_search(const SiteProfile& profile, const std::string& type,
                       std::span<const std::string> ids, Includes includes);

HttpRequest people_search(const SiteProfile& profile, const domain::Identifier& identifier);
HttpRequest birth_date_search(const SiteProfile& profile, const domain::Date& birth_date);

/// Appointments of one person (several ids after a merge) that start in [from, until).
HttpRequest appointments_search(const SiteProfile& profile, const domain::Zone& zone,
                                std::span<const std::string> patient_ids, Instant from,
                                Instant until, Includes includes);

HttpRequest booking_search(const SiteProfile& profile, const domain::Identifier& booking,
                           Includes includes);

/// Arrivals (Encounters; Tasks in way c) of these appointments.
HttpRequest arrivals_search(const SiteProfile& profile,
                            std::span<const std::string> appointment_ids);

/// The same by visit key (of the first two rounds), for servers that know no better.
HttpRequest visit_keys_search(const SiteProfile& profile,
                              std::span<const std::string> appointment_ids);

/// How many patients have arrived since `from` and wait at the same place for the same doctor; only
/// their number is asked for.
HttpRequest waiting_search(const SiteProfile& profile, Instant from, const std::string& location_id,
                           const std::string& doctor_id);

/// The last 50 who arrived since `from` at that place for that doctor and were called.
HttpRequest waited_search(const SiteProfile& profile, Instant from, const std::string& location_id,
                          const std::string& doctor_id);

/// Encounters or Tasks by one identifier.
HttpRequest identifier_search(const SiteProfile& profile, const std::string& type,
                              const domain::Identifier& identifier);

HttpRequest flags_search(const SiteProfile& profile, std::span<const std::string> patient_ids);

/// What the server was told of a kiosk's audit trail, newest first. Source: FHIR R4, AuditEvent,
/// search parameters altid, subtype, date.
HttpRequest audit_events_search(const SiteProfile& profile, const std::string& kiosk_code);

/// GET of one resource, past every cache.
HttpRequest read_request(const SiteProfile& profile, const std::string& reference);

/// GET of a page link that was made absolute.
HttpRequest page_request(const SiteProfile& profile, const std::string& url);

/// identifier=system|value with FHIR's escapes.
std::string token(const domain::Identifier& identifier);

}  // namespace kiosk::sync
