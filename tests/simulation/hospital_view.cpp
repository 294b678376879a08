#include "tests/simulation/hospital_view.h"

#include <algorithm>

namespace simulation {
namespace {

ArrivalView arrival(const char* type, emulators::HeldResource held) {
  ArrivalView view;
  view.id = std::move(held.id);
  view.type = type;
  view.status = std::move(held.status);
  view.appointment_id = std::move(held.appointment_id);
  const auto put = [&](std::string TicketView::*member, const std::string& value) {
    if (view.tickets.empty() || !(view.tickets.back().*member).empty()) view.tickets.emplace_back();
    view.tickets.back().*member = value;
  };
  for (const auto& [system, value] : held.identifiers) {
    if (system == "urn:kiosk:visit-key") view.visit_key = value;
    if (system == "urn:kiosk:nonce") put(&TicketView::nonce, value);
    if (system == "urn:kiosk:ticket-number") put(&TicketView::number, value);
  }
  return view;
}

}  // namespace

bool ArrivalView::bears(const std::string& nonce) const {
  return std::any_of(tickets.begin(), tickets.end(),
                     [&](const TicketView& ticket) { return ticket.nonce == nonce; });
}

HospitalView view_of(const emulators::Hospital& hospital) {
  HospitalView view;
  for (auto& one : hospital.held("Encounter")) {
    view.arrivals.push_back(arrival("Encounter", std::move(one)));
  }
  for (auto& one : hospital.held("Task")) {
    ArrivalView task = arrival("Task", std::move(one));
    if (!task.visit_key.empty()) view.arrivals.push_back(std::move(task));
  }
  for (auto& one : hospital.held("Appointment")) {
    const bool came = one.status == "arrived" || one.status == "checked-in";
    if (came) view.arrived[one.id] = one.status;
  }
  return view;
}

}  // namespace simulation
