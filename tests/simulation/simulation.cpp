#include "tests/simulation/simulation.h"

#include <algorithm>

#include "tests/simulation/lobby.h"

namespace simulation {
namespace {

using kiosk::Instant;
using kiosk::Milliseconds;
using kiosk::Minutes;
using kiosk::Seconds;
using kiosk::journeys::PrinterHealth;
using kiosk::journeys::ReaderHealth;
using kiosk::journeys::ScannerHealth;
using kiosk::journeys::ServerHealth;

/// After everything works again: who is here finishes, and all is told within this.
constexpr Minutes healing_max{20};
/// Kiosks ask for what a server may have forgotten once an hour, and once its word is old enough.
constexpr Minutes forgotten_seen_after{75};
/// They ask for changed arrivals alone every five minutes.
constexpr Minutes doubles_seen_after{7};
/// A revocation takes two refusals that are 10 minutes apart, with pauses of 5 minutes.
constexpr Minutes revoking_max{25};

}  // namespace

void Lobby::heal() {
  trace_.line(agenda_.now(), "all heals");
  healed_ = true;
  server_.denies = false;
  server_.clock_off = Milliseconds(0);
  crowd_->close_doors();
  for (Place& place : places_) {
    place.link->heal();
    place.page_goes_next = false;
    place.printer->set(PrinterHealth::ok);
    place.disk->set_space(Disk::Space::left);
    place.kiosk->set_reader(ReaderHealth::ok);
    place.kiosk->set_scanner(ScannerHealth::ok);
    place.kiosk->spare();
    place.kiosk->start();
  }
}

/// What is not at rest yet; empty when all is.
std::string Lobby::unrest() const {
  if (crowd_->someone_is_here()) return "somebody is here";
  for (const Place& place : places_) {
    SimKiosk& kiosk = *place.kiosk;
    if (!kiosk.running()) return kiosk.name() + " does not run";
    const auto now = kiosk.now();
    const bool wrong = std::chrono::abs(now.instant - agenda_.now()) > Minutes(5);
    if (wrong && now.trust == kiosk::ClockTrust::server && !kiosk.withdrawn())
      return kiosk.name() + " believes that the server's wrong time is right";
    const auto& around = kiosk.model().around;
    const bool online =
        around.server == ServerHealth::online || around.server == ServerHealth::slow;
    if (kiosk.withdrawn()) {
      if (!kiosk.ledger().revoked()) return kiosk.name() + " still holds its patients' data";
      if (*kiosk.withdrawn() == SimKiosk::Withdrawal::sign_in) continue;
    } else if (!online) {
      return kiosk.name() + " is off-line";
    } else if (!around.has_data) {
      return kiosk.name() + " has no data";
    }
    const auto next = kiosk.ledger().next_due();
    if (!next) return kiosk.name() + " cannot read its outbox";
    if (*next) return kiosk.name() + " has something to send";
  }
  return {};
}

/// Each kiosk looks at every arrival once more, as it does when the patient comes back; then all
/// must agree on the number that is called, and each ticket must lead to it.
void Lobby::ask_anew() {
  std::uint64_t request = std::uint64_t{1} << 40;
  const HospitalView view = view_of(hospital_);
  if (broken(Breach::server_loses_tokens)) lose_tokens(view);
  for (Place& place : places_) {
    if (place.kiosk->withdrawn()) continue;
    for (const ArrivalView& one : view.arrivals) {
      if (one.appointment_id.empty() || !one.stands()) continue;
      place.kiosk->ask(kiosk::journeys::ReadFresh{{++request}, one.appointment_id});
    }
  }
  go_until(agenda_.now() + Seconds(15), [] { return false; });
  for (Place& place : places_) {
    if (place.kiosk->withdrawn()) continue;
    for (const std::string& token : invariants_.tickets_told()) {
      invariants_.expect_visit(*place.kiosk, {++request}, token);
      place.kiosk->ask(kiosk::journeys::LookUp{{request}, kiosk::domain::TicketCode{token}});
    }
  }
  go_until(agenda_.now() + Seconds(15), [] { return false; });
}

void Lobby::lose_tokens(const HospitalView& view) {
  for (const std::string& token : invariants_.tickets_told()) {
    for (const ArrivalView& one : view.arrivals) {
      std::string text = hospital_.read(one.type + "/" + one.id);
      const auto at = text.find(token);
      if (at != std::string::npos) hospital_.put(text.replace(at, 1, "x"), agenda_.now());
    }
  }
}

/// What the server does on purpose, when a test wants to see it reported.
void Lobby::spoil_server() {
  const HospitalView view = view_of(hospital_);
  const auto ours = std::find_if(view.arrivals.begin(), view.arrivals.end(), [](const auto& one) {
    return one.type == "Encounter" && one.stands() && !one.tickets.empty() &&
           one.tickets.front().number.starts_with("K1");
  });
  const auto now = agenda_.now();
  if (broken(Breach::server_invents)) {
    const auto& nobody = hospital_.demo_person("too_early").appointments.front();
    hospital_.check_in_elsewhere(nobody, "f00d", "K8-001", now);
  }
  if (broken(Breach::conditions_ignored) && server_.created) {
    hospital_.lose_conditions(1);  // a bad proxy before a server that ignores conditions
    hospital_.answer(*server_.created, now);
  }
  if (ours == view.arrivals.end()) return;
  if (broken(Breach::server_forgets)) hospital_.remove("Encounter/" + ours->id, now);
  if (broken(Breach::server_calls_another)) {
    std::string text = hospital_.read("Encounter/" + ours->id);
    const std::string number = ours->tickets.front().number;
    hospital_.put(text.replace(text.find(number), number.size(), "K9-900"), now);
  }
}

bool Lobby::go_until(Instant until, const std::function<bool()>& enough) {
  Instant asked;
  while (!invariants_.violation()) {
    if (agenda_.now() >= asked + Seconds(1)) {
      if (enough()) return true;
      asked = agenda_.now();
    }
    if (!agenda_.step(until)) return false;
  }
  return true;
}

Report Lobby::run() {
  const Instant end = morning + options_.length;
  crowd_->invite(options_.patients, end);
  plan_troubles();
  for (Place& place : places_) {
    agenda_.after(dice_.between({}, Seconds(20)), [this, &place] { begin(place); });
  }
  agenda_.after(Seconds(30), [this] { look(); });
  const auto never = [] { return false; };
  go_until(end, never);
  const std::size_t requests = server_.requests;
  heal();
  // What an earlier clock stamped looks young when that time comes, and waits for the next hour.
  const int rounds = on(Trouble::server_clock) ? 2 : 1;
  if (on(Trouble::restores)) go_until(end + rounds * forgotten_seen_after, never);
  if (on(Trouble::twice) || on(Trouble::races)) go_until(end + doubles_seen_after, never);
  const Minutes patience = on(Trouble::withdrawals) ? revoking_max : healing_max;
  const bool all_told = go_until(agenda_.now() + patience, [this] { return unrest().empty(); });
  if (all_told) ask_anew();
  spoil_server();
  if (!invariants_.violation()) {
    if (!all_told) invariants_.broken(rule::outbox_empties, "after healing " + unrest());
    std::vector<SimKiosk*> kiosks;
    for (Place& place : places_) kiosks.push_back(place.kiosk.get());
    if (all_told) invariants_.check_at_end(kiosks);
  }
  return {invariants_.violation(), trace_.lines(), trace_.hash(), invariants_.check_ins(),
          requests};
}

Report run(const Options& options) {
  return Lobby(options).run();
}

}  // namespace simulation
