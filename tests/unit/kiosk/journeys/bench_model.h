#pragma once

// A kiosk on the bench: rules of an invented site, one patient, and `feed` to send events in.

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "kiosk/journeys/effect.h"

namespace journeys_test {

using namespace kiosk;
using namespace kiosk::journeys;
using namespace kiosk::domain;

// 2026-11-23 (a Monday) 09:41 in Shanghai.
inline const Instant morning = from_ms(1795398060000);

inline Rules sample_rules() {
  Rules rules;
  rules.zone = {{Instant{}, Minutes(480)}};
  rules.languages = {{"zh-Hans", "中文"}, {"en", "English"}};
  rules.citizen_system = "urn:citizen";
  rules.hk_macao_taiwan_permit_system = "urn:hk-macao-taiwan";
  rules.foreign_permit_system = "urn:permit";
  rules.site_id = "east";
  rules.desk_first = {{"payment", {{"en", "payment"}}}};
  rules.code_formats = {
      {"booking", "A[0-9]{8}", Checksum::none, CodeMeaning::booking_number, "urn:booking"},
      {"nric", "[STFGM][0-9]{7}[A-Z]", Checksum::nric, CodeMeaning::person, "urn:nric"},
      {"ticket", "KT1\\.([0-9a-f]{32})", Checksum::none, CodeMeaning::ticket, ""}};
  return rules;
}

inline Visit visit_at(const std::string& id, Minutes after_morning) {
  Visit visit;
  visit.appointment.id = id;
  visit.appointment.version = "1";
  visit.appointment.start = morning + after_morning;
  visit.appointment.end = visit.appointment.start + Minutes(15);
  visit.appointment.patient_id = "p1";
  visit.appointment.clinic_id = "cardio";
  visit.appointment.clinic_name = "心内科";
  visit.appointment.site_id = "east";
  return visit;
}

inline PersonVisits wang(std::vector<Visit> visits, Freshness freshness = Freshness::server) {
  Person person;
  person.id = "p1";
  person.name = "王小芳";
  person.birth_date = Date{1946, 3, 7};
  person.phones = {"13800004821"};
  return {person, std::move(visits), freshness};
}

inline Surroundings all_works() {
  Surroundings around;
  around.reader = ReaderHealth::ok;
  around.scanner = ScannerHealth::ok;
  around.printer = PrinterHealth::ok;
  around.server = ServerHealth::online;
  around.has_data = true;
  return around;
}

class Bench {
 public:
  explicit Bench(Rules given = sample_rules()) : rules(std::move(given)) {
    model = initial_model(rules, {morning, ClockTrust::server});
    feed(SurroundingsChanged{all_works()});
  }

  template <typename What>
  void feed(What what) {
    Update result = update(rules, model, Event{{now, trust}, std::move(what)});
    model = std::move(result.model);
    effects = std::move(result.effects);
    for (const Effect& effect : effects) all_effects.push_back(effect);
  }
  void tap(std::string action) { feed(Tapped{std::move(action)}); }
  void pass(Milliseconds time) {
    const Instant end = now + time;
    while (now < end) {
      now = std::min(end, next_deadline(rules, model));
      feed(Tick{});
    }
  }
  void around(auto change) {
    Surroundings changed = model.around;
    change(changed);
    feed(SurroundingsChanged{changed});
  }

  std::string screen() const { return name(model.screen); }
  template <typename T>
  const T& as() const {
    REQUIRE(std::holds_alternative<T>(model.screen));
    return std::get<T>(model.screen);
  }
  template <typename T>
  std::vector<T> asked() const {
    std::vector<T> found;
    for (const Effect& effect : effects) {
      if (const T* one = std::get_if<T>(&effect)) found.push_back(*one);
    }
    return found;
  }

  void lay_card() {
    feed(CardNoticed{});
    feed(CardRead{CardKind::resident, "990101199003070015", Date{2040, 1, 1}});
  }
  void answer_look_up(std::vector<PersonVisits> found) {
    feed(LookUpAnswered{as<LookingUp>().request, std::move(found)});
  }
  void to_confirm(std::vector<Visit> visits = {visit_at("a1", Minutes(39))}) {
    lay_card();
    answer_look_up({wang(std::move(visits))});
  }
  void answer_fresh() {
    const auto confirm = as<Confirm>();
    for (std::size_t i = 0; i < confirm.visits.size(); ++i) {
      feed(FreshAnswered{confirm.fresh_requests[i], confirm.visits[i]});
    }
  }
  void to_done(std::vector<Visit> visits = {visit_at("a1", Minutes(39))}) {
    to_confirm(std::move(visits));
    if (screen() == "choose") tap("continue");
    answer_fresh();
    tap("confirm");
    const auto committing = as<Committing>();
    std::vector<CommitResult> results;
    std::int64_t job = 0;
    for (const Visit& visit : committing.visits) {
      ++job;
      results.push_back(Committed{visit.appointment.id, "K1-00" + std::to_string(job),
                                  std::string(32, 'b'), job, now});
    }
    feed(CommitAnswered{committing.request, results});
  }

  Rules rules;
  Model model;
  Instant now = morning;
  ClockTrust trust = ClockTrust::server;
  std::vector<Effect> effects;      ///< of the last event
  std::vector<Effect> all_effects;  ///< since the start
};

}  // namespace journeys_test
