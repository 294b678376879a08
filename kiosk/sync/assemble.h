#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "kiosk/domain/appointment.h"
#include "kiosk/store/sync_store.h"
#include "kiosk/sync/fhir_rows.h"
#include "kiosk/sync/site_profile.h"

// What the kiosk makes of the resources: references become names, identifiers become tickets.
namespace kiosk::sync {

/// Names that appointments refer to, kept between answers. When full it starts empty again.
class Directory {
 public:
  void add(const std::vector<DirectoryRow>& rows);
  const DirectoryRow* find(const std::string& reference) const;
  /// Marks a reference as not to be had, so that it is not asked for again.
  void missing(const std::string& reference);

 private:
  std::map<std::string, DirectoryRow> rows_;
};

/// The first value of that system; empty when there is none or the system is not configured.
std::string identifier_value(const std::vector<domain::Identifier>& identifiers,
                             const std::string& system);

/// The tickets in the order they stand, the called one first.
std::vector<TicketIds> tickets(const EncounterRow& row, const IdentifierSystems& systems);

/// The arrival counts: not undone, not a mistake, and not merely planned.
bool stands(const EncounterRow& row);

/// Of a restricted record the name is left out.
domain::Person person(const PatientRow& row, const SiteProfile& profile);

domain::Appointment appointment(const AppointmentRow& row, const SiteProfile& profile,
                                const Directory& directory);

/// One appointment with its arrival and round out of what the server told of it.
domain::Visit visit(const AppointmentRow& row, std::span<const EncounterRow> encounters,
                    const SiteProfile& profile, const Directory& directory);

/// People and visits of one answer as the store takes them.
store::Page page(const Reading& reading, const SiteProfile& profile, const Directory& directory);

/// References whose names are still needed, sorted and unique. `patients` lists the ids at hand.
std::vector<std::string> unresolved(std::span<const AppointmentRow> rows,
                                    const std::set<std::string>& patients,
                                    const Directory& directory);

}  // namespace kiosk::sync
