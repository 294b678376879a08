#include "kiosk/journeys/decision.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kiosk::journeys {
namespace {

using domain::AppointmentStatus;
using domain::Visit;

VisitState by_time(const Rules& rules, const Visit& visit, const Now& now) {
  if (now.trust == ClockTrust::not_before) return VisitState::ready;
  const domain::Appointment& appointment = visit.appointment;
  const domain::Day today = domain::day_of(rules.zone, now.instant);
  if (appointment.start < today.start || appointment.start >= today.end) {
    return VisitState::another_day;
  }
  const ClinicRules& clinic = rules_of(rules, appointment.clinic_id);
  if (now.instant < appointment.start - clinic.opens_before) return VisitState::too_early;
  if (now.instant <= appointment.start + clinic.late_after) return VisitState::ready;
  return clinic.late == LateRule::allow ? VisitState::ready_late : VisitState::late;
}

VisitState if_it_may_be_checked_in(const Rules& rules, const Visit& visit, const Now& now) {
  const VisitState time = by_time(rules, visit, now);
  if (time == VisitState::another_day) return time;
  const domain::Appointment& appointment = visit.appointment;
  if (!rules.site_id.empty() && !appointment.site_id.empty() &&
      appointment.site_id != rules.site_id) {
    return VisitState::another_site;
  }
  if (appointment.modality != domain::Modality::in_person) return VisitState::remote;
  const bool marked =
      std::any_of(appointment.marks.begin(), appointment.marks.end(),
                  [&](const std::string& mark) { return rules.desk_first.contains(mark); });
  return marked ? VisitState::desk_first : time;
}

/// Which outcome speaks for a person of whom no visit can be checked in: the first in this order.
constexpr std::array<std::pair<VisitState, OutcomeKind>, 10> order_of_outcomes{{
    {VisitState::already_checked_in, OutcomeKind::already_checked_in},
    {VisitState::too_early, OutcomeKind::too_early},
    {VisitState::late, OutcomeKind::late},
    {VisitState::desk_first, OutcomeKind::desk_first},
    {VisitState::remote, OutcomeKind::remote},
    {VisitState::not_confirmed, OutcomeKind::not_confirmed},
    {VisitState::waiting_list, OutcomeKind::waiting_list},
    {VisitState::another_site, OutcomeKind::another_site},
    {VisitState::cancelled, OutcomeKind::cancelled},
    {VisitState::over, OutcomeKind::visit_over},
}};

bool is_todays(const Rules& rules, const Visit& visit, const Now& now) {
  if (now.trust == ClockTrust::not_before) return true;
  const domain::Day today = domain::day_of(rules.zone, now.instant);
  return visit.appointment.start >= today.start && visit.appointment.start < today.end;
}

/// The next visit after today; a past one is not news to its patient.
const Visit* next_of_another_day(const Rules& rules, const std::vector<Visit>& visits,
                                 const Now& now) {
  const domain::Day today = domain::day_of(rules.zone, now.instant);
  for (const Visit& visit : visits) {
    const AppointmentStatus status = visit.appointment.status;
    const bool stands = status == AppointmentStatus::booked ||
                        status == AppointmentStatus::pending ||
                        status == AppointmentStatus::proposed;
    if (stands && visit.appointment.start >= today.end) return &visit;
  }
  return nullptr;
}

Decision outcome(OutcomeKind kind) {
  Decision decision;
  decision.outcome = kind;
  return decision;
}

Decision outcome(OutcomeKind kind, const Visit& visit, VisitState state) {
  return {kind, {visit}, {state}};
}

Decision decide_for(const Rules& rules, const domain::PersonVisits& found, const Now& now) {
  Decision decision;
  for (const Visit& visit : found.visits) {
    if (visit.appointment.status == AppointmentStatus::entered_in_error) continue;
    if (!is_todays(rules, visit, now)) continue;
    decision.visits.push_back(visit);
    decision.states.push_back(state_of(rules, visit, now));
  }
  if (std::any_of(decision.states.begin(), decision.states.end(), can_check_in)) return decision;

  const bool fresh = found.freshness == domain::Freshness::server;
  for (const auto& [state, kind] : order_of_outcomes) {
    const auto at = std::find(decision.states.begin(), decision.states.end(), state);
    if (at == decision.states.end()) continue;
    if (kind == OutcomeKind::another_site && !fresh) return outcome(OutcomeKind::cannot_look_up);
    const auto index = std::size_t(at - decision.states.begin());
    return outcome(kind, decision.visits[index], state);
  }
  if (!fresh) return outcome(OutcomeKind::cannot_look_up);
  if (const Visit* next = next_of_another_day(rules, found.visits, now)) {
    return outcome(OutcomeKind::another_day, *next, VisitState::another_day);
  }
  return outcome(OutcomeKind::no_appointment);
}

}  // namespace

VisitState state_of(const Rules& rules, const Visit& visit, const Now& now) {
  // Whoever has a number for a visit that is cancelled waits in vain.
  const bool cancelled = visit.appointment.status == AppointmentStatus::cancelled;
  if (visit.arrival && !cancelled) return VisitState::already_checked_in;
  switch (visit.appointment.status) {
    case AppointmentStatus::arrived:
    case AppointmentStatus::checked_in:
      return VisitState::already_checked_in;
    case AppointmentStatus::fulfilled:
    case AppointmentStatus::entered_in_error:
      return VisitState::over;
    case AppointmentStatus::cancelled:
      return VisitState::cancelled;
    case AppointmentStatus::waitlist:
      return VisitState::waiting_list;
    case AppointmentStatus::noshow: {
      const VisitState time = by_time(rules, visit, now);
      return time == VisitState::ready_late ? time : VisitState::late;
    }
    case AppointmentStatus::proposed:
    case AppointmentStatus::pending:
      if (rules.unconfirmed == UnconfirmedRule::desk) return VisitState::not_confirmed;
      break;
    case AppointmentStatus::booked:
      break;
  }
  return if_it_may_be_checked_in(rules, visit, now);
}

const char* name(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::already_checked_in:
      return "already_checked_in";
    case OutcomeKind::too_early:
      return "too_early";
    case OutcomeKind::late:
      return "late";
    case OutcomeKind::another_day:
      return "another_day";
    case OutcomeKind::another_site:
      return "another_site";
    case OutcomeKind::cancelled:
      return "cancelled";
    case OutcomeKind::not_confirmed:
      return "not_confirmed";
    case OutcomeKind::waiting_list:
      return "waiting_list";
    case OutcomeKind::visit_over:
      return "visit_over";
    case OutcomeKind::desk_first:
      return "desk_first";
    case OutcomeKind::remote:
      return "remote";
    case OutcomeKind::no_appointment:
      return "no_appointment";
    case OutcomeKind::cannot_look_up:
      return "cannot_look_up";
    case OutcomeKind::card_unreadable:
      return "card_unreadable";
    case OutcomeKind::card_pulled:
      return "card_pulled";
    case OutcomeKind::card_not_supported:
      return "card_not_supported";
    case OutcomeKind::card_wrong_reader:
      return "card_wrong_reader";
    case OutcomeKind::card_expired:
      return "card_expired";
    case OutcomeKind::code_unknown:
      return "code_unknown";
    case OutcomeKind::code_damaged:
      return "code_damaged";
    case OutcomeKind::more_than_one_person:
      return "more_than_one_person";
    case OutcomeKind::restricted:
      return "restricted";
    case OutcomeKind::no_data_yet:
      return "no_data_yet";
    case OutcomeKind::cannot_record:
      return "cannot_record";
    case OutcomeKind::recording_unknown:
      return "recording_unknown";
    case OutcomeKind::entry_locked:
      return "entry_locked";
    case OutcomeKind::entry_no_match:
      return "entry_no_match";
  }
  return "";
}

Decision decide(const Rules& rules, const std::vector<domain::PersonVisits>& found,
                const Now& now) {
  if (found.size() > 1) return outcome(OutcomeKind::more_than_one_person);
  if (found.empty()) return outcome(OutcomeKind::no_appointment);
  if (found.front().person.standing != domain::Standing::normal) {
    return outcome(OutcomeKind::restricted);
  }
  return decide_for(rules, found.front(), now);
}

}  // namespace kiosk::journeys
