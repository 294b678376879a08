#include "tests/simulation/hospital_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace simulation {
namespace {

using nlohmann::json;

ArrivalView arrival(const json& resource) {
  ArrivalView view;
  view.id = resource.at("id");
  view.type = resource.at("resourceType");
  view.status = resource.at("status");
  const auto references = resource.value("appointment", json::array());
  if (!references.empty()) {
    const std::string to = references[0].value("reference", "");
    view.appointment_id = to.substr(to.find('/') + 1);
  }
  const auto put = [&](std::string TicketView::*member, const std::string& value) {
    if (view.tickets.empty() || !(view.tickets.back().*member).empty()) view.tickets.emplace_back();
    view.tickets.back().*member = value;
  };
  for (const json& one : resource.value("identifier", json::array())) {
    const std::string system = one.value("system", "");
    const std::string value = one.value("value", "");
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
  const json state = json::parse(hospital.export_state());
  for (const json& one : state.at("encounters")) view.arrivals.push_back(arrival(one));
  for (const json& one : state.at("tasks")) {
    ArrivalView task = arrival(one);
    if (!task.visit_key.empty()) view.arrivals.push_back(std::move(task));
  }
  for (const json& one : state.at("appointments")) view.arrived[one.at("id")] = one.at("status");
  return view;
}

}  // namespace simulation
