#include "kiosk/sync/assemble.h"

#include <algorithm>
#include <tuple>

#include "kiosk/sync/fhir_read.h"

namespace kiosk::sync {
namespace {

using domain::AppointmentStatus;

constexpr std::size_t directory_rows_max = 20'000;
constexpr int rounds_max = 20;

std::string reference_of_type(const AppointmentRow& row, std::string_view type) {
  for (const auto& one : row.participants)
    if (one.type == type && !one.reference.empty()) return one.reference;
  return {};
}

/// The name behind a participant of that type: from the directory, else as displayed.
std::string name_of_type(const AppointmentRow& row, std::string_view type,
                         const Directory& directory) {
  for (const auto& one : row.participants) {
    if (one.type != type) continue;
    const auto* entry = directory.find(one.reference);
    if (entry != nullptr && !entry->name.empty()) return entry->name;
    return one.display;
  }
  return {};
}

std::vector<std::string> facts(const AppointmentRow& row, const FactPlace& place) {
  std::vector<std::string> found;
  for (const auto& one : row.extensions)
    if (!place.extension_url.empty() && one.url == place.extension_url) found.push_back(one.value);
  for (const auto& one : row.identifiers)
    if (!place.identifier_system.empty() && one.system == place.identifier_system)
      found.push_back(one.value);
  for (const auto& one : row.meta.tags)
    if (!place.tag_system.empty() && one.system == place.tag_system) found.push_back(one.code);
  return found;
}

std::string first_fact(const AppointmentRow& row, const FactPlace& place) {
  const auto all = facts(row, place);
  return all.empty() ? std::string() : all.front();
}

domain::Modality modality(const AppointmentRow& row, const SiteProfile& profile) {
  for (const auto* list : {&row.types, &row.service_types}) {
    for (const auto& one : *list) {
      if (profile.phone_types.contains(one.code)) return domain::Modality::phone;
      if (profile.video_types.contains(one.code)) return domain::Modality::video;
    }
  }
  return domain::Modality::in_person;
}

void add_cancellation(domain::Appointment& to, const AppointmentRow& row,
                      const SiteProfile& profile) {
  for (const auto& one : row.cancellation) {
    if (to.cancellation_reason.empty()) to.cancellation_reason = one.display;
    if (to.cancelled_by != domain::CancelledBy::unknown) continue;
    if (one.code.starts_with(profile.patient_cancel_code))
      to.cancelled_by = domain::CancelledBy::patient;
    else if (one.code.starts_with(profile.hospital_cancel_code))
      to.cancelled_by = domain::CancelledBy::hospital;
  }
}

std::string id_after_slash(const std::string& reference) {
  const auto slash = reference.find('/');
  return slash == std::string::npos ? std::string() : reference.substr(slash + 1);
}

void add_clinic(domain::Appointment& to, const AppointmentRow& row, const DirectoryRow* role,
                const Directory& directory) {
  auto service = reference_of_type(row, "HealthcareService");
  to.clinic_name = name_of_type(row, "HealthcareService", directory);
  if (service.empty() && role != nullptr) service = role->service;
  if (const auto* entry = directory.find(service); entry != nullptr && to.clinic_name.empty())
    to.clinic_name = entry->name;
  to.clinic_id = id_after_slash(service);
  if (!row.service_types.empty()) {
    if (to.clinic_id.empty()) to.clinic_id = row.service_types.front().code;
    if (to.clinic_name.empty()) to.clinic_name = row.service_types.front().display;
  }
}

void add_doctor(domain::Appointment& to, const AppointmentRow& row, const DirectoryRow* role,
                const Directory& directory) {
  auto doctor = reference_of_type(row, "Practitioner");
  to.doctor_name = name_of_type(row, "Practitioner", directory);
  if (doctor.empty() && role != nullptr) doctor = role->practitioner;
  const auto* entry = directory.find(doctor);
  if (entry != nullptr && to.doctor_name.empty()) to.doctor_name = entry->name;
  if (to.doctor_name.empty()) to.doctor_name = name_of_type(row, "PractitionerRole", directory);
  to.doctor_id = id_after_slash(doctor);
  if (role != nullptr) to.doctor_title = role->title;
  if (entry != nullptr && to.doctor_title.empty()) to.doctor_title = entry->title;
}

void add_place(domain::Appointment& to, const AppointmentRow& row, const SiteProfile& profile,
               const Directory& directory) {
  const auto location = reference_of_type(row, "Location");
  to.location_id = id_after_slash(location);
  to.place_name = first_fact(row, profile.place);
  if (to.place_name.empty()) to.place_name = name_of_type(row, "Location", directory);
  const auto* entry = directory.find(location);
  if (entry == nullptr) return;
  if (profile.campus == CampusPlace::managing_organization)
    to.site_id = id_after_slash(entry->managing_organization);
  if (profile.campus == CampusPlace::part_of) to.site_id = id_after_slash(entry->part_of);
}

domain::Arrival arrival(const EncounterRow& row, const SiteProfile& profile) {
  domain::Arrival found;
  if (row.type == "Encounter") found.encounter_id = row.id;
  found.visit_key = identifier_value(row.identifiers, profile.systems.visit_key);
  if (const auto all = tickets(row, profile.systems); !all.empty()) {
    found.nonce = all.front().nonce;
    found.number = all.front().number;
    found.token = all.front().token;
  }
  found.confirmed_at = row.start.value_or(Instant{});
  return found;
}

/// Of several Encounters that race, the smallest nonce will stay. Every ticket has a Task of its
/// own, and the first that was confirmed is called.
bool goes_before(const EncounterRow& row, const domain::Arrival& one,
                 const domain::Arrival& other) {
  if (row.type == "Encounter") return one.nonce < other.nonce;
  return std::tie(one.confirmed_at, one.nonce) < std::tie(other.confirmed_at, other.nonce);
}

}  // namespace

void Directory::add(const std::vector<DirectoryRow>& rows) {
  if (rows_.size() + rows.size() > directory_rows_max) rows_.clear();
  for (const auto& row : rows) rows_[row.reference] = row;
}

const DirectoryRow* Directory::find(const std::string& reference) const {
  const auto found = rows_.find(reference);
  return found == rows_.end() ? nullptr : &found->second;
}

void Directory::missing(const std::string& reference) {
  DirectoryRow none;
  none.reference = reference;
  if (find(reference) == nullptr) add({none});
}

std::string identifier_value(const std::vector<domain::Identifier>& identifiers,
                             const std::string& system) {
  for (const auto& one : identifiers)
    if (!system.empty() && one.system == system) return one.value;
  return {};
}

std::vector<TicketIds> tickets(const EncounterRow& row, const IdentifierSystems& systems) {
  std::vector<TicketIds> found;
  const auto put = [&](std::string TicketIds::*member, const std::string& value) {
    if (found.empty() || !(found.back().*member).empty()) found.emplace_back();
    found.back().*member = value;
  };
  for (const auto& one : row.identifiers) {
    if (one.system == systems.nonce) put(&TicketIds::nonce, one.value);
    if (one.system == systems.ticket_number) put(&TicketIds::number, one.value);
    if (one.system == systems.ticket_token) put(&TicketIds::token, one.value);
  }
  return found;
}

bool stands(const EncounterRow& row) {
  const auto& s = row.status;
  if (row.type == "Task")
    return s != "entered-in-error" && s != "cancelled" && s != "rejected" && s != "failed";
  return s == "arrived" || s == "triaged" || s == "in-progress" || s == "onleave" ||
         s == "finished";
}

domain::Person person(const PatientRow& row, const SiteProfile& profile) {
  domain::Person found;
  found.id = row.id;
  found.name = row.name;
  found.birth_date = row.birth_date;
  found.identifiers = row.identifiers;
  found.phones = row.phones;
  if (!row.active) found.standing = domain::Standing::inactive;
  if (row.deceased) found.standing = domain::Standing::deceased;
  const auto& security = row.meta.security;
  if (std::any_of(security.begin(), security.end(),
                  [&](const auto& code) { return profile.restricted_codes.contains(code); })) {
    found.standing = domain::Standing::restricted;
    found.name.clear();
  }
  return found;
}

domain::Appointment appointment(const AppointmentRow& row, const SiteProfile& profile,
                                const Directory& directory) {
  domain::Appointment to;
  to.id = row.id;
  to.version = row.meta.version;
  if (!to.version.empty()) to.etag = "W/\"" + to.version + "\"";
  to.status = row.status;
  to.start = row.start;
  to.end = row.end;
  to.patient_id = id_of(reference_of_type(row, "Patient"), "Patient");
  const auto* role = directory.find(reference_of_type(row, "PractitionerRole"));
  add_clinic(to, row, role, directory);
  add_doctor(to, row, role, directory);
  add_place(to, row, profile, directory);
  to.booking_number = identifier_value(row.identifiers, profile.systems.booking_number);
  to.queue_number = first_fact(row, profile.queue_number);
  to.marks = facts(row, profile.marks);
  to.notes = row.instructions;
  if (!row.types.empty()) to.visit_type = row.types.front().display;
  to.modality = modality(row, profile);
  if (row.status == AppointmentStatus::cancelled) add_cancellation(to, row, profile);
  return to;
}

domain::Visit visit(const AppointmentRow& row, std::span<const EncounterRow> encounters,
                    const SiteProfile& profile, const Directory& directory) {
  domain::Visit found;
  found.appointment = appointment(row, profile, directory);
  const auto of_this = [&](const EncounterRow& one) {
    return std::find(one.appointments.begin(), one.appointments.end(), row.id) !=
           one.appointments.end();
  };
  for (bool spent = true; spent && found.round <= rounds_max;) {
    spent = false;
    const auto key = domain::visit_key(row.id, found.round);
    for (const auto& one : encounters) {
      if (identifier_value(one.identifiers, profile.systems.visit_key) != key) continue;
      if (!stands(one)) {
        spent = true;
        continue;
      }
      auto candidate = arrival(one, profile);
      if (!found.arrival || goes_before(one, candidate, *found.arrival)) found.arrival = candidate;
    }
    if (found.arrival) return found;
    if (spent) ++found.round;
  }
  for (const auto& one : encounters) {
    const bool plain_task = one.type == "Task" && tickets(one, profile.systems).empty();
    if (!of_this(one) || !stands(one) || plain_task || found.arrival) continue;
    found.arrival = arrival(one, profile);
  }
  const bool arrived =
      row.status == AppointmentStatus::arrived || row.status == AppointmentStatus::checked_in;
  if (arrived && !found.arrival) found.arrival.emplace();
  return found;
}

store::Page page(const Reading& reading, const SiteProfile& profile, const Directory& directory) {
  store::Page made;
  for (const auto& row : reading.patients) made.people.push_back(person(row, profile));
  for (const auto& row : reading.appointments)
    made.visits.push_back(visit(row, reading.encounters, profile, directory));
  return made;
}

std::vector<std::string> unresolved(std::span<const AppointmentRow> rows,
                                    const std::set<std::string>& patients,
                                    const Directory& directory) {
  std::set<std::string> wanted;
  const auto want = [&](const std::string& reference) {
    if (!reference.empty() && directory.find(reference) == nullptr) wanted.insert(reference);
  };
  for (const auto& row : rows) {
    for (const auto& one : row.participants) {
      if (one.type == "Patient") {
        const auto id = id_of(one.reference, "Patient");
        if (!id.empty() && !patients.contains(id)) wanted.insert(one.reference);
        continue;
      }
      const bool named = one.type == "Practitioner" || one.type == "PractitionerRole" ||
                         one.type == "Location" || one.type == "HealthcareService";
      if (!named) continue;
      want(one.reference);
      if (const auto* entry = directory.find(one.reference); entry != nullptr) {
        want(entry->practitioner);
        want(entry->service);
      }
    }
  }
  return {wanted.begin(), wanted.end()};
}

}  // namespace kiosk::sync
