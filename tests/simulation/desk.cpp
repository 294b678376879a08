#include "tests/simulation/desk.h"

#include <fmt/format.h>

namespace simulation {
namespace {

using kiosk::Minutes;
using namespace kiosk::journeys;

/// The id of the first resource of that type that the text names.
std::string named(const std::string& text, const std::string& type) {
  const auto at = text.find(type + "/");
  if (at == std::string::npos) return {};
  const auto from = at + type.size() + 1;
  return text.substr(from, text.find_first_of("\"/?&", from) - from);
}

}  // namespace

std::string Desk::some_appointment() {
  // Best somebody's who stands before a kiosk right now.
  for (SimKiosk* kiosk : scene_.kiosks) {
    if (!kiosk->running() || !dice_.percent(50)) continue;
    if (const auto* confirm = std::get_if<Confirm>(&kiosk->model().screen)) {
      return confirm->visits.front().appointment.id;
    }
    if (const auto* done = std::get_if<Done>(&kiosk->model().screen)) {
      return done->visits.front().visit.appointment.id;
    }
  }
  const auto& people = scene_.hospital.demo_people();
  const auto& person = people[dice_.below(people.size())];
  return person.appointments.empty() ? std::string() : person.appointments.front();
}

bool Desk::is_there(const std::string& id) const {
  return !id.empty() && !scene_.hospital.read("Appointment/" + id).empty();
}

void Desk::done(const char* deed, const std::string& id, const std::string& status) {
  scene_.trace.line(scene_.agenda.now(), fmt::format("desk: {} {} (was {})", deed, id, status));
  scene_.invariants.server_written();
}

const char* Desk::act_on_booked(const std::string& id) {
  auto& hospital = scene_.hospital;
  const auto now = scene_.agenda.now();
  const auto what = dice_.below(10);
  if (what < 3) {
    auto by = dice_.between(Minutes(-20), Minutes(40));
    if (dice_.percent(25)) by += Minutes(24 * 60);
    hospital.move(id, std::chrono::floor<Minutes>(now + by), now);
    return "move";
  }
  if (what < 4) {
    hospital.set_status(id, "booked", now);  // another version that says the same
    return "touch";
  }
  if (what < 6) {
    hospital.set_status(id, "cancelled", now);
    return "cancel";
  }
  if (what < 7) {
    hospital.set_status(id, "arrived", now);
    return "arrived";
  }
  if (what == 9) {
    hospital.remove("Appointment/" + id, now);
    return "remove";
  }
  if (undone_.contains(id) || !hospital.encounters_of(id).empty()) return "nothing";
  // Another kiosk, on the same condition as ours; the emulated one knows no second round.
  ++arrivals_;
  hospital.check_in_elsewhere(id, kiosk::to_hex(dice_.bytes(16)),
                              fmt::format("K9-{:03}", 100 + arrivals_), now);
  return "check in";
}

void Desk::act() {
  const std::string id = some_appointment();
  if (!is_there(id)) return;
  auto& hospital = scene_.hospital;
  const auto now = scene_.agenda.now();
  const std::string status = hospital.status_of(id);
  scene_.invariants.desk_touched(id);
  const char* deed = "nothing";
  if (status == "arrived" || status == "checked-in") {
    const auto what = dice_.below(10);
    if (what < 6) {
      hospital.undo_arrival(id, now);
      undone_.insert(id);
      deed = "undo";
    } else if (what < 8) {
      hospital.set_status(id, "fulfilled", now);
      deed = "fulfilled";
    }
  } else if (status == "booked") {
    deed = act_on_booked(id);
  } else if (status == "cancelled") {
    hospital.set_status(id, "booked", now);
    deed = "book again";
  }
  done(deed, id, status);
}

void Desk::merge() {
  const std::string id = some_appointment();
  if (!is_there(id)) return;
  const auto merged = scene_.hospital.merge_patient(id, scene_.agenda.now());
  scene_.invariants.merged(merged.replaced, merged.kept);
  done(("merge into " + merged.kept).c_str(), merged.replaced, "her own record");
}

void Desk::meet(const kiosk::sync::HttpRequest& write) {
  std::string id = named(write.url, "Appointment");
  if (id.empty()) id = named(write.body, "Appointment");
  const std::string encounter = named(write.url, "Encounter");
  auto& hospital = scene_.hospital;
  const auto now = scene_.agenda.now();
  if (!encounter.empty() && dice_.percent(50)) {
    const std::string text = hospital.read("Encounter/" + encounter);
    if (text.empty()) return;
    hospital.put(text, now);
    return done("touch at the same time", encounter, "an Encounter");
  }
  if (!is_there(id)) return;
  const std::string status = hospital.status_of(id);
  if (dice_.percent(80)) {
    hospital.set_status(id, status, now);
    return done("touch at the same time", id, status);
  }
  if (status != "booked") return;
  scene_.invariants.desk_touched(id);
  hospital.set_status(id, "cancelled", now);
  done("cancel at the same time", id, status);
}

}  // namespace simulation
