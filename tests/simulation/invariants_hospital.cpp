// What the hospital holds, after each write and when all is quiet.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/invariants.h"

namespace simulation {

void Invariants::server_written() {
  const HospitalView view = view_of(hospital_);
  for (const ArrivalView& one : view.arrivals) {
    for (const TicketView& ticket : one.tickets) {
      if (ticket.nonce.empty()) continue;
      told_.insert(ticket.nonce);
      const auto ours = check_ins_.find(ticket.nonce);
      if (ours == check_ins_.end()) {
        note_number(ticket.number, {one.visit_key, "", ticket.nonce}, agenda_.now());
      }
      const bool known = check_ins_.contains(ticket.nonce) || at_first_.contains(ticket.nonce);
      if (!known && !by_desk_.contains(one.appointment_id)) {
        broken(rule::not_invented,
               fmt::format("{} {} bears a ticket that no kiosk committed", one.type, one.id));
      }
    }
  }
  for (const auto& [id, status] : view.arrived) {
    const bool known = ever_confirmed_.contains(id) || at_first_.contains(id);
    if (!known && !by_desk_.contains(id)) {
      broken(rule::not_invented, fmt::format("{} is {}", id, status));
    }
  }
}

void Invariants::server_restored() {
  restored_ = true;
  const HospitalView view = view_of(hospital_);
  std::set<std::string> held;
  for (const ArrivalView& one : view.arrivals) {
    for (const TicketView& ticket : one.tickets) held.insert(ticket.nonce);
  }
  for (const std::string& nonce : told_) {
    const auto known = check_ins_.find(nonce);
    const bool half =
        known != check_ins_.end() && !view.arrived.contains(known->second.message.appointment_id);
    if (half || !held.contains(nonce)) forgotten_.insert(nonce);
  }
  trace_.line(agenda_.now(), fmt::format("it has forgotten {} tickets", forgotten_.size()));
}

std::map<std::string, std::string> Invariants::refusals(SimKiosk& kiosk) {
  std::map<std::string, std::string> reasons;
  const auto rows = kiosk.ledger().refused_arrivals();
  if (!rows) return reasons;
  const bool silent = breaches_.contains(Breach::refuses_in_silence);
  for (const auto& row : *rows) {
    auto& reason = reasons[row.message.nonce] = silent ? "" : row.reason;
    // Who has forgotten its patients leaves the server's words away.
    const bool its_own = reason.starts_with("HTTP ") || reason.starts_with("gone on the server");
    if (kiosk.ledger().revoked() && its_own && reason.find(": ") == reason.npos)
      reason += fmt::format(": {}", refused_by_chance);
  }
  return reasons;
}

void Invariants::check_told(const CheckIn& check_in,
                            const std::map<std::string, std::string>& refused) {
  const auto& message = check_in.message;
  const bool desk = by_desk_.contains(message.appointment_id);
  const std::string what =
      fmt::format("{} of {} from {}", message.number, message.visit_key, check_in.kiosk);
  if (const auto reason = refused.find(message.nonce); reason != refused.end()) {
    if (reason->second.empty()) broken(rule::refused_says_why, what + ": no reason");
    const bool chance = reason->second.find(refused_by_chance) != std::string::npos;
    // What was half told when it was put back was acknowledged after that.
    const bool missed = restored_ && reason->second.starts_with("the server acknowledged");
    const bool forgotten = missed || forgotten_.contains(message.nonce);
    if (!desk && !chance && !forgotten)
      broken(rule::refused_says_why, what + ": " + reason->second);
    return;
  }
  int standing = 0;
  bool borne = false;
  bool undone = false;
  int tasks = 0;
  const HospitalView view = view_of(hospital_);
  for (const ArrivalView& one : view.arrivals) {
    const bool task = one.type == "Task";
    tasks += task && one.stands() && one.bears(message.nonce) ? 1 : 0;
    if (task || one.visit_key != message.visit_key) continue;
    standing += one.stands() ? 1 : 0;
    borne = borne || (one.stands() && one.bears(message.nonce));
    undone = undone || (!one.stands() && one.bears(message.nonce));
  }
  const bool told = (standing == 1 && borne) || tasks == 1;
  const bool taken_back = desk && standing == 0 && undone;
  const bool half = told && !desk && !view.arrived.contains(message.appointment_id);
  if (half && !check_in.lost && !(restored_ && is_over(message))) {
    broken(rule::exactly_once, what + ": its appointment does not say so");
  }
  // Of a day that is over a kiosk erased what would tell it that a twin which came late is its own.
  const bool twin = is_over(message) && (tasks > 1 || (standing > 1 && borne));
  if (told || taken_back || twin) return;
  broken(rule::exactly_once, fmt::format("{}: {} Encounters stand, {} bears it; {} Tasks do", what,
                                         standing, borne ? "one" : "none", tasks));
}

/// Of a day before today.
bool Invariants::is_over(const kiosk::domain::ArrivalMessage& message) const {
  return message.confirmed_at < kiosk::domain::day_of(zone_, agenda_.now()).start;
}

/// Nobody asks for a forgotten ticket of a day that is over, of a visit that the desk has seen to,
/// whose patient was checked in anew, or whose arrival was on the backup without it.
bool Invariants::is_settled(const kiosk::domain::ArrivalMessage& forgotten) const {
  if (is_over(forgotten) || by_desk_.contains(forgotten.appointment_id)) return true;
  const HospitalView view = view_of(hospital_);
  if (view.arrived.contains(forgotten.appointment_id)) return true;
  return std::any_of(view.arrivals.begin(), view.arrivals.end(), [&](const ArrivalView& one) {
    return one.stands() && one.visit_key == forgotten.visit_key && !one.tickets.empty();
  });
}

void Invariants::check_called(const std::vector<SimKiosk*>& kiosks, const HospitalView& view) {
  for (const ArrivalView& one : view.arrivals) {
    if (one.type != "Encounter" || !one.stands() || one.tickets.empty()) continue;
    const std::string& called = one.tickets.front().number;
    const CheckIn* first = nullptr;
    for (const TicketView& ticket : one.tickets) {
      const auto found = check_ins_.find(ticket.nonce);
      if (found == check_ins_.end()) continue;
      const auto& at = found->second.message.confirmed_at;
      if (first == nullptr || at < first->message.confirmed_at) first = &found->second;
    }
    const bool all_ours = std::all_of(one.tickets.begin(), one.tickets.end(),
                                      [&](const auto& t) { return check_ins_.contains(t.nonce); });
    if (first != nullptr && all_ours && first->message.number != called) {
      broken(rule::one_called, fmt::format("{}: {} is called, {} was confirmed first",
                                           one.visit_key, called, first->message.number));
    }
    for (SimKiosk* kiosk : kiosks) {
      // Where Tasks carry the tickets, nobody looks at Encounters.
      const auto way = kiosk->setup().profile.arrival_way;
      if (way == kiosk::sync::ArrivalWay::appointment_only) continue;
      const auto known = kiosk->ledger().visit(one.appointment_id);
      if (!known || !*known || !(*known)->arrival) continue;
      const auto& visit = **known;
      const auto key = kiosk::domain::visit_key(one.appointment_id, visit.round);
      if (key != one.visit_key || visit.arrival->number == called) continue;
      broken(rule::one_called, fmt::format("{}: {} is called, {} says {}", one.visit_key, called,
                                           kiosk->name(), visit.arrival->number));
    }
  }
}

void Invariants::check_at_end(const std::vector<SimKiosk*>& kiosks) {
  server_written();
  std::map<std::string, std::string> refused;
  for (SimKiosk* kiosk : kiosks) {
    refused.merge(refusals(*kiosk));
    if (kiosk->withdrawn()) check_withdrawn(*kiosk);
    const auto status = kiosk->ledger().status(kiosk->now().instant);
    const bool may_tell = kiosk->withdrawn() != SimKiosk::Withdrawal::sign_in;
    if (!status || (status->outbox_pending > 0 && may_tell)) {
      broken(rule::outbox_empties, kiosk->name() + " still has something to tell");
    }
    check_trail(*kiosk);
  }
  for (const auto& [nonce, check_in] : check_ins_) {
    if (untold_.contains(nonce)) continue;
    if (forgotten_.contains(nonce) && is_settled(check_in.message)) continue;
    if (!check_in.lost || is_held(nonce)) check_told(check_in, refused);
  }
  const HospitalView view = view_of(hospital_);
  std::set<std::string> at_staff;  // a desk puts right what is on its list
  for (const auto& [nonce, check_in] : check_ins_) {
    if (refused.contains(nonce)) at_staff.insert(check_in.message.visit_key);
  }
  std::map<std::string, int> standing;
  for (const ArrivalView& one : view.arrivals) {
    const bool counts = one.type == "Encounter" && one.stands() &&
                        !at_staff.contains(one.visit_key) && !one.visit_key.empty();
    if (counts && ++standing[one.visit_key] > 1) {
      broken(rule::exactly_once, one.visit_key + " has several Encounters");
    }
  }
  check_called(kiosks, view);
  check_alarms(kiosks);
  if (!expected_.empty()) broken(rule::leads_there, "a ticket was shown and not looked up");
}

/// The chain holds, and each check-in comes after the screen on which its patient confirmed it.
/// What was erased, or lost on a full disk (which the trail says), nobody can ask for.
void Invariants::check_trail(SimKiosk& kiosk) {
  std::set<std::string> confirmed, told;  // visit keys
  bool whole = true;
  kiosk::store::AuditPage page;
  for (std::int64_t after = 0; !page.at_end; after = page.rows.back().seq) {
    auto next = kiosk.ledger().audit_page(after);
    if (!next || !next->faults.empty()) {
      return broken(rule::not_lost, kiosk.name() + "'s audit chain is broken");
    }
    page = std::move(*next);
    for (const auto& row : page.rows) {
      whole = whole && row.note && row.note->act != kiosk::domain::Act::acts_lost;
      if (!row.note) continue;
      const std::string& key = row.note->visit_key;
      const bool shown =
          row.note->act == kiosk::domain::Act::shown && row.note->detail.starts_with("confirm");
      const bool check_in = row.note->act == kiosk::domain::Act::check_in;
      const bool taken = row.note->act == kiosk::domain::Act::taken_over;
      whole = whole && !((shown || check_in || taken) && key.empty());
      // That the desk undid an arrival may be heard after the screen was shown.
      const std::string appointment = key.substr(0, key.find('/'));
      if (shown) confirmed.insert(appointment);
      if (taken || (check_in && confirmed.contains(appointment))) told.insert(key);
    }
    if (page.rows.empty()) break;
  }
  if (!whole) return;
  for (const auto& [nonce, one] : check_ins_) {
    if (one.kiosk != kiosk.name() || one.lost || told.contains(one.message.visit_key)) continue;
    broken(rule::in_the_trail, fmt::format("{} does not tell how {} came to {}", kiosk.name(),
                                           one.message.visit_key, one.message.number));
  }
}

/// All of its patients is gone; what the hospital was not told is there to be exported.
void Invariants::check_withdrawn(SimKiosk& kiosk) {
  const auto status = kiosk.ledger().status(kiosk.now().instant);
  const auto untold = kiosk.ledger().due(kiosk::Instant::max(), check_ins_.size());
  const auto listed = kiosk.ledger().unacknowledged(kiosk.now().instant);
  if (!status || !untold || !listed) return broken(rule::revoked, kiosk.name() + " cannot tell");
  bool clean = status->people == 0 && status->appointments == 0;
  for (const auto& row : *listed) clean = clean && !row.check_in;
  if (!clean) broken(rule::revoked, kiosk.name() + " still knows its patients");
  for (const auto& message : *untold) untold_.insert(message.nonce);
  for (const auto& [nonce, one] : check_ins_) {
    if (one.kiosk == kiosk.name() && forgotten_.contains(nonce)) untold_.insert(nonce);
  }
}

// ---- Tickets ----

/// The check-in whose number is called: the first that was confirmed, of those that the hospital
/// holds.
const Invariants::CheckIn* Invariants::called(const std::string& visit_key) const {
  const CheckIn* first = nullptr;
  for (const ArrivalView& one : view_of(hospital_).arrivals) {
    if (one.visit_key != visit_key || !one.stands()) continue;
    for (const TicketView& ticket : one.tickets) {
      const auto found = check_ins_.find(ticket.nonce);
      if (found == check_ins_.end()) return nullptr;  // the desk's own
      const auto& at = found->second.message.confirmed_at;
      if (first == nullptr || at < first->message.confirmed_at) first = &found->second;
    }
  }
  return first;
}

std::vector<std::string> Invariants::tickets_told() const {
  std::vector<std::string> tokens;
  const auto today = kiosk::domain::day_of(zone_, agenda_.now());
  for (const auto& [nonce, check_in] : check_ins_) {
    const auto& message = check_in.message;
    const CheckIn* first = is_held(nonce) ? called(message.visit_key) : nullptr;
    if (first == nullptr) continue;
    const auto at = first->message.confirmed_at;  // of a clock that may have been hours off
    if (at < today.start || at >= today.end) continue;
    if (!hospital_.read("Appointment/" + message.appointment_id).empty())
      tokens.push_back(message.token);
  }
  return tokens;
}

void Invariants::expect_visit(const SimKiosk& kiosk, kiosk::RequestId request,
                              const std::string& token) {
  expected_[request] = {kiosk.name(), token};
}

void Invariants::check_visit_found(const SimKiosk& kiosk,
                                   const kiosk::journeys::LookUpAnswered& answer) {
  const std::string token = expected_.at(answer.request).token;
  expected_.erase(answer.request);
  const auto ours = std::find_if(check_ins_.begin(), check_ins_.end(), [&](const auto& one) {
    return one.second.message.token == token;
  });
  const auto& message = ours->second.message;
  const CheckIn* first = called(message.visit_key);
  const auto* people = std::get_if<std::vector<kiosk::domain::PersonVisits>>(&answer.result);
  std::string shown = "nothing";
  if (people != nullptr && people->size() == 1 && people->front().visits.size() == 1) {
    const auto& visit = people->front().visits.front();
    shown = visit.appointment.id + " " + (visit.arrival ? visit.arrival->number : "unnumbered");
  }
  const std::string right = message.appointment_id + " " + first->message.number;
  if (shown == right) return;
  broken(rule::leads_there, fmt::format("{}: ticket {} leads to {} instead of {}", kiosk.name(),
                                        message.number, shown, right));
}

/// Of two machines that have given one number of today, one has told.
void Invariants::check_alarms(const std::vector<SimKiosk*>& kiosks) {
  const auto today = kiosk::domain::day_of(zone_, agenda_.now());
  const auto seen = [&](const Named& named) {
    const auto found = check_ins_.find(named.nonce);
    return found != check_ins_.end() && told_.contains(named.nonce) && !found->second.lost &&
           found->second.message.confirmed_at >= today.start;
  };
  for (const auto& pair : shared_numbers_) {
    const auto& one = pair.first;
    const auto& other = pair.second;
    if (!seen(one) || !seen(other)) continue;
    const bool told = std::any_of(kiosks.begin(), kiosks.end(), [&](SimKiosk* kiosk) {
      const bool gave = kiosk->name() == one.kiosk || kiosk->name() == other.kiosk;
      return gave && of(*kiosk).alarmed;
    });
    if (!told) {
      broken(rule::alarms, one.kiosk + " and " + other.kiosk + " give the same numbers unseen");
    }
  }
}

}  // namespace simulation
