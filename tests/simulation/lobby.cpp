// Who stands in a run's lobby, and where its hospital lies.
#include "tests/simulation/lobby.h"

#include <fmt/format.h>

#include <array>

#include "tests/simulation/ledger_image.h"

namespace simulation {
namespace {

using kiosk::Instant;
using kiosk::Milliseconds;
using kiosk::Minutes;
using kiosk::Seconds;

constexpr Minutes shanghai{480};

/// Where the run's hospital lies: its clocks show midnight in the middle of the run, or are put
/// forward or back.
kiosk::domain::Zone zone_of(const Options& options) {
  const bool midnight = options.troubles.contains(Trouble::midnight);
  const Minutes offset = midnight ? -Minutes(60) - options.length / 2 : shanghai;
  kiosk::domain::Zone zone{{Instant{}, offset}};
  if (options.troubles.contains(Trouble::dst)) {
    const Minutes change(options.seed % 2 == 0 ? 60 : -60);
    zone.push_back({morning + options.length / 3, offset + change});
  }
  return zone;
}

kiosk::journeys::Rules rules_for(const std::string& code, Minutes opens_before,
                                 const kiosk::domain::Zone& zone) {
  using namespace kiosk::domain;
  kiosk::journeys::Rules rules;
  rules.zone = zone;
  rules.languages = {{"zh-Hans", "中文"}, {"en", "English"}};
  rules.kiosk_code = code;
  rules.site_id = "main";
  rules.clinic.opens_before = opens_before;
  rules.citizen_system = "urn:oid:2.16.840.1.113883.2.3.4.1";
  rules.hk_macao_taiwan_permit_system = rules.citizen_system;
  rules.foreign_permit_system = "urn:kiosk:permit";
  rules.desk_first = {{"payment", {{"en", "payment"}}}};
  rules.code_formats = {
      {"booking", "BK[0-9]{8}", Checksum::none, CodeMeaning::booking_number, "urn:kiosk:booking"},
      {"card", "HC[0-9]{8}", Checksum::none, CodeMeaning::person, "urn:kiosk:hospital-card"},
      {"ticket", "KT1\\.([0-9a-f]{32})", Checksum::none, CodeMeaning::ticket, ""}};
  return rules;
}

emulators::HospitalOptions hospital_of(const Options& options) {
  emulators::HospitalOptions made;
  made.seed = options.seed;
  made.base_url = base_url;
  made.people = 6;
  made.zone = zone_of(options);
  constexpr std::array stale_statuses{412, 412, 409, 423, 428};
  made.stale_status = stale_statuses[options.seed % stale_statuses.size()];
  if (options.troubles.contains(Trouble::small_pages)) made.page_size_max = 1 + options.seed % 3;
  return made;
}

}  // namespace

Lobby::Lobby(const Options& options)
    : options_(options),
      zone_(zone_of(options)),
      dice_(options.seed),
      hospital_(hospital_of(options), morning + Minutes(on(Trouble::midnight) ? 0 : 30)),
      invariants_(agenda_, trace_, hospital_, zone_),
      server_{hospital_,
              [this] { invariants_.server_written(); },
              [this](const auto& write) { desk_->meet(write); },
              0,
              0,
              false,
              {},
              Milliseconds(0)} {
  invariants_.set_breaches(options.breaches);
  const auto profile = draw_profile();
  if (dice_.percent(60)) opens_before_ = Minutes(300);
  places_.reserve(options.kiosks);
  for (std::size_t i = 1; i <= options.kiosks; ++i) {
    const bool shared = i == 2 && (on(Trouble::shared_code) || broken(Breach::code_used_twice));
    build(fmt::format("K{}", i), shared ? "K1" : fmt::format("K{}", i), profile);
  }
  if (on(Trouble::shared_code)) invariants_.share_code("K1");
  Scene scene{agenda_, trace_, hospital_, invariants_, {}, options_.troubles};
  for (Place& place : places_) scene.kiosks.push_back(place.kiosk.get());
  crowd_ = std::make_unique<Crowd>(scene, dice_.fork());
  desk_ = std::make_unique<Desk>(scene, dice_.fork());
  for (Place& place : places_) {
    const std::string name = place.kiosk->name();
    place.printer->on_paper([this, name](const Paper& paper) {
      crowd_->paper_fell(paper);
      invariants_.paper_fell(name, paper);
    });
  }
}

kiosk::sync::SiteProfile Lobby::draw_profile() {
  auto profile = emulators::hospital_profile(base_url);
  profile.start_spread = Seconds(10);
  constexpr std::array ways{kiosk::sync::ArrivalWay::transaction,
                            kiosk::sync::ArrivalWay::one_by_one,
                            kiosk::sync::ArrivalWay::appointment_only};
  auto way = dice_.below(8);
  if (broken(Breach::conditions_ignored)) way = 6;
  profile.arrival_way = ways[way < 4 ? 0 : way < 7 ? 1 : 2];
  profile.change_by =
      dice_.percent(50) ? kiosk::sync::ChangeBy::put : kiosk::sync::ChangeBy::json_patch;
  trace_.line(agenda_.now(), fmt::format("seed {}, way {}, change by {}, troubles {}",
                                         options_.seed, int(profile.arrival_way),
                                         int(profile.change_by), names(options_.troubles)));
  return profile;
}

void Lobby::build(const std::string& name, const std::string& code,
                  const kiosk::sync::SiteProfile& profile) {
  Place place;
  const std::string where = fmt::format("place{}", places_.size());
  const Instant build_time = morning - Minutes(24 * 60);
  const bool new_disk = dice_.percent(5);
  place.disk =
      std::make_unique<Disk>(where, new_disk ? "" : ledger_image(code, build_time), dice_.fork());
  place.link =
      std::make_unique<Link>(name, agenda_, server_, trace_, dice_.fork(), options_.troubles);
  place.printer = std::make_unique<SimPrinter>(name, agenda_, trace_, dice_.fork());
  KioskSetup setup;
  setup.name = name;
  setup.code = code;
  setup.rules = rules_for(code, opens_before_, zone_);
  setup.profile = profile;
  setup.build = build_time;
  setup.breaches = options_.breaches;
  if (on(Trouble::sign_in)) {
    place.sign_in = std::make_unique<SignIn>();
    setup.sign_in = place.sign_in.get();
    place.link->set_sign_in(setup.sign_in);
  }
  if (on(Trouble::kills)) setup.killed_at_commit_percent = 15;
  if (on(Trouble::disk_errors)) setup.disk_errs_at_commit_percent = 20;
  if (broken(Breach::unknown_is_refused)) setup.disk_errs_at_commit_percent = 60;
  if (on(Trouble::power_cuts)) setup.powerless_at_commit_percent = 15;
  place.kiosk = std::make_unique<SimKiosk>(
      std::move(setup),
      SimKiosk::Around{agenda_, *place.link, *place.printer, *place.disk, trace_, invariants_},
      dice_.fork());
  places_.push_back(std::move(place));
}

}  // namespace simulation
