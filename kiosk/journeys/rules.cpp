#include "kiosk/journeys/rules.h"

#include <algorithm>

namespace kiosk::journeys {

const ClinicRules& rules_of(const Rules& rules, const std::string& clinic_id) {
  const auto found = rules.clinics.find(clinic_id);
  return found == rules.clinics.end() ? rules.clinic : found->second;
}

Instant not_called_by(const Rules& rules, const domain::Appointment& appointment, Instant confirmed,
                      const domain::Waiting& waiting) {
  const Minutes wait = waiting.range ? waiting.range->until : Minutes(0);
  return std::max(appointment.start, confirmed + wait) +
         rules_of(rules, appointment.clinic_id).call_margin;
}

bool is_open(const Rules& rules, Instant instant) {
  if (rules.opening_hours.empty()) return true;
  const domain::LocalTime now = domain::local_time(rules.zone, instant);
  const int today = domain::weekday(now.date);
  return std::any_of(
      rules.opening_hours.begin(), rules.opening_hours.end(), [&](const OpeningHours& hours) {
        return hours.weekday == today && hours.from <= now.time && now.time < hours.until;
      });
}

std::string named(const Rules& rules, const std::string& id, const std::string& servers_name,
                  const std::string& language) {
  const auto found = rules.aliases.find(id);
  if (id.empty() || found == rules.aliases.end()) return servers_name;
  return domain::in_language(found->second, language);
}

}  // namespace kiosk::journeys
