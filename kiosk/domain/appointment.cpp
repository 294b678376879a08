#include "kiosk/domain/appointment.h"

#include <array>
#include <utility>

namespace kiosk::domain {
namespace {

constexpr std::array<std::pair<AppointmentStatus, const char*>, 10> status_codes{{
    {AppointmentStatus::proposed, "proposed"},
    {AppointmentStatus::pending, "pending"},
    {AppointmentStatus::booked, "booked"},
    {AppointmentStatus::arrived, "arrived"},
    {AppointmentStatus::fulfilled, "fulfilled"},
    {AppointmentStatus::cancelled, "cancelled"},
    {AppointmentStatus::noshow, "noshow"},
    {AppointmentStatus::entered_in_error, "entered-in-error"},
    {AppointmentStatus::checked_in, "checked-in"},
    {AppointmentStatus::waitlist, "waitlist"},
}};

}  // namespace

std::string visit_key(const std::string& appointment_id, int round) {
  return round <= 1 ? appointment_id : appointment_id + "/" + std::to_string(round);
}

const char* code(AppointmentStatus status) {
  for (const auto& [value, text] : status_codes) {
    if (value == status) return text;
  }
  return "booked";
}

std::optional<AppointmentStatus> appointment_status(std::string_view text) {
  for (const auto& [value, spelling] : status_codes) {
    if (spelling == text) return value;
  }
  return std::nullopt;
}

}  // namespace kiosk::domain
