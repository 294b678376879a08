#include "tests/simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "tests/simulation/crowd.h"
#include "tests/simulation/desk.h"
#include "tests/simulation/ledger_image.h"

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

// 2026-11-23 (a Monday) 01:00 UTC, 09:00 in Shanghai.
const Instant morning = kiosk::from_ms(1'795'395'600'000);
constexpr Minutes shanghai{480};
/// After everything works again: who is here finishes, and all is told within this.
constexpr Minutes healing_max{20};
/// Kiosks ask for what a server may have forgotten once an hour, and once its word is old enough.
constexpr Minutes forgotten_seen_after{75};
/// A revocation takes two refusals that are 10 minutes apart, with pauses of 5 minutes.
constexpr Minutes revoking_max{25};
/// What happens again and again keeps its pace in a run of so long; in a shorter one it is faster.
constexpr Minutes unhurried{20};
/// A machine's clock at its worst: 18 s an hour.
constexpr int drift_ppm_max = 5'000;
constexpr const char* base_url = "http://127.0.0.1/fhir";

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

/// Everything that stands in one lobby: the kiosks and what they are joined to.
class Lobby {
 public:
  explicit Lobby(const Options& options);

  Report run();

 private:
  struct Place {
    std::unique_ptr<Disk> disk;
    std::unique_ptr<Link> link;
    std::unique_ptr<SimPrinter> printer;
    std::unique_ptr<SignIn> sign_in;
    std::unique_ptr<SimKiosk> kiosk;
    bool starting = false;
    bool page_goes_next = false;  ///< once something waits to be told
  };

  bool on(Trouble trouble) const { return options_.troubles.contains(trouble); }
  bool broken(Breach breach) const { return options_.breaches.contains(breach); }
  void build(const std::string& name, const std::string& code,
             const kiosk::sync::SiteProfile& profile);
  kiosk::sync::SiteProfile draw_profile();
  void begin(Place& place);
  /// Does `deed` again and again, at random times that are `mean` apart (nearer in a short run),
  /// until all heals.
  void every(Minutes mean, std::function<void()> deed);
  void plan_troubles(Place& place);
  void cut_network(Place& place);
  void deny();
  void set_server_clock();
  void restore_server();
  void trouble_printer(Place& place, bool cable);
  void kill(Place& place);
  void cut_power(Place& place);
  void start_again(Place& place);
  void set_clock(Place& place);
  void lose_ledger(Place& place);
  void lose_page(Place& place);
  void staff(Place& place);
  void look();
  void heal();
  std::string unrest() const;
  void ask_anew();
  void lose_tokens(const HospitalView& view);
  void spoil_server();
  bool go_until(Instant until, const std::function<bool()>& enough);

  const Options options_;
  const kiosk::domain::Zone zone_;
  Dice dice_;
  Minutes opens_before_{60};
  Agenda agenda_{morning};
  Trace trace_;
  emulators::Hospital hospital_;
  Invariants invariants_;
  Server server_;
  std::vector<Place> places_;
  std::unique_ptr<Crowd> crowd_;
  std::unique_ptr<Desk> desk_;
  bool healed_ = false;
};

emulators::HospitalOptions hospital_of(const Options& options) {
  emulators::HospitalOptions made;
  made.seed = options.seed;
  made.base_url = base_url;
  made.people = 6;
  made.zone = zone_of(options);
  constexpr std::array stale_statuses{412, 412, 409, 423, 428};
  made.stale_status = stale_statuses[options.seed % stale_statuses.size()];
  return made;
}

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
  if (on(Trouble::power_cuts)) setup.powerless_at_commit_percent = 15;
  place.kiosk = std::make_unique<SimKiosk>(
      std::move(setup),
      SimKiosk::Around{agenda_, *place.link, *place.printer, *place.disk, trace_, invariants_},
      dice_.fork());
  places_.push_back(std::move(place));
}

void Lobby::every(Minutes mean, std::function<void()> deed) {
  const Milliseconds hurried =
      Milliseconds(mean) * std::min(options_.length, unhurried).count() / unhurried.count();
  const Milliseconds pace = std::max(Milliseconds(15'000), hurried);
  agenda_.after(dice_.between(Seconds(3), 2 * pace), [this, mean, deed = std::move(deed)] {
    if (healed_) return;
    deed();
    every(mean, deed);
  });
}

void Lobby::begin(Place& place) {
  if (on(Trouble::clock)) {
    const auto luck = dice_.below(4);
    if (luck == 0) place.kiosk->set_machine_clock(-(morning.time_since_epoch()));
    if (luck == 1) place.kiosk->set_machine_clock(dice_.between(Seconds(-25), Seconds(25)));
    if (luck == 2) place.kiosk->set_machine_clock(dice_.between(Minutes(1), Minutes(120)));
    place.kiosk->set_drift(int(dice_.below(2 * drift_ppm_max + 1)) - drift_ppm_max);
    every(Minutes(15), [this, &place] { set_clock(place); });
  }
  place.kiosk->start();
  plan_troubles(place);
  if (broken(Breach::network_never_heals)) {
    agenda_.after(Minutes(5), [&place] { place.link->cut_for_good(); });
  }
  every(Minutes(12), [this, &place] { staff(place); });
}

void Lobby::plan_troubles(Place& place) {
  if (on(Trouble::network_cuts)) every(Minutes(15), [this, &place] { cut_network(place); });
  if (on(Trouble::paper)) every(Minutes(8), [this, &place] { trouble_printer(place, false); });
  if (on(Trouble::cable)) every(Minutes(5), [this, &place] { trouble_printer(place, true); });
  if (on(Trouble::kills)) every(Minutes(8), [this, &place] { kill(place); });
  if (on(Trouble::power_cuts)) every(Minutes(10), [this, &place] { cut_power(place); });
  if (on(Trouble::disk_full)) {
    every(Minutes(25), [this, &place] {
      trace_.line(agenda_.now(), place.kiosk->name() + " disk full");
      place.disk->set_space(Disk::Space::none);
      agenda_.after(dice_.between(Seconds(10), Seconds(90)),
                    [&place] { place.disk->set_space(Disk::Space::left); });
    });
  }
  if (on(Trouble::lost_ledgers)) every(Minutes(30), [this, &place] { lose_ledger(place); });
  if (on(Trouble::disk_errors)) {
    every(Minutes(8), [this, &place] { place.disk->err_at(1 + int(dice_.below(40))); });
  }
  if (on(Trouble::devices)) {
    every(Minutes(15), [this, &place] {
      place.kiosk->set_reader(ReaderHealth::missing);
      if (dice_.percent(30)) place.kiosk->set_scanner(ScannerHealth::missing);
      agenda_.after(dice_.between(Seconds(5), Minutes(5)), [&place] {
        place.kiosk->set_reader(ReaderHealth::ok);
        place.kiosk->set_scanner(ScannerHealth::ok);
      });
    });
  }
}

void Lobby::cut_network(Place& place) {
  place.link->set(dice_.percent(50) ? Link::State::refusing : Link::State::silent);
  const bool long_one = dice_.percent(20);
  const auto time = long_one ? dice_.between(Minutes(4), options_.length)
                             : dice_.between(Seconds(10), Minutes(4));
  agenda_.after(time, [&place] { place.link->set(Link::State::up); });
}

void Lobby::deny() {
  trace_.line(agenda_.now(), "a proxy answers 401 to all");
  server_.denies = true;
  agenda_.after(dice_.between(Seconds(5), Minutes(3)), [this] { server_.denies = false; });
}

void Lobby::set_server_clock() {
  const auto luck = dice_.below(10);
  const Minutes far = luck < 3 ? Minutes(26 * 60) : luck < 7 ? Minutes(120) : Minutes(1);
  server_.clock_off = dice_.between(-far, far);
  trace_.line(agenda_.now(), fmt::format("server's clock: {} ms off", server_.clock_off.count()));
  agenda_.after(dice_.between(Seconds(5), Minutes(6)),
                [this] { server_.clock_off = Milliseconds(0); });
}

/// To what it was a while ago.
void Lobby::restore_server() {
  agenda_.after(dice_.between({}, options_.length / 2), [this, backup = hospital_.backup()] {
    if (healed_) return;
    hospital_.restore(*backup);
    trace_.line(agenda_.now(), "the server is put back to its backup");
    invariants_.server_restored();
  });
}

void Lobby::trouble_printer(Place& place, bool cable) {
  constexpr std::array troubles{PrinterHealth::paper_out, PrinterHealth::paper_near_end,
                                PrinterHealth::cover_open};
  place.printer->set(cable ? PrinterHealth::missing : troubles[dice_.below(troubles.size())]);
  agenda_.after(dice_.between(Seconds(3), Minutes(4)),
                [&place] { place.printer->set(PrinterHealth::ok); });
}

void Lobby::start_again(Place& place) {
  place.starting = true;
  agenda_.after(dice_.between({}, Seconds(60)), [&place] {
    place.starting = false;
    place.kiosk->start();
  });
}

void Lobby::kill(Place& place) {
  if (dice_.percent(40)) {
    place.kiosk->kill();
  } else {
    place.kiosk->kill_after_handing_out(1 + int(dice_.below(40)));
  }
}

void Lobby::cut_power(Place& place) {
  place.kiosk->cut_power_at(1 + int(dice_.below(60)));
}

void Lobby::set_clock(Place& place) {
  const auto luck = dice_.below(10);
  const Minutes far = luck < 2 ? Minutes(26 * 60) : luck < 5 ? Minutes(120) : Minutes(1);
  const auto off = dice_.between(-far, far);
  trace_.line(agenda_.now(),
              fmt::format("{} clock is set: {} ms off", place.kiosk->name(), off.count()));
  place.kiosk->set_machine_clock(off);
}

void Lobby::lose_ledger(Place& place) {
  using Loss = SimKiosk::Loss;
  constexpr std::array losses{Loss::damaged, Loss::damaged_page, Loss::new_machine};
  const Loss loss = losses[dice_.below(losses.size())];
  if (loss != Loss::damaged_page) return place.kiosk->lose_ledger(loss);
  place.page_goes_next = true;
  place.link->set(Link::State::refusing);
  agenda_.after(Minutes(5), [&place] { place.link->set(Link::State::up); });
}

/// With what was not told yet, as far as another page holds it.
void Lobby::lose_page(Place& place) {
  if (!place.page_goes_next || !place.kiosk->running()) return;
  const auto untold = place.kiosk->ledger().due(Instant::max(), 1);
  if (!untold || untold->empty()) return;
  place.page_goes_next = false;
  place.kiosk->lose_ledger(SimKiosk::Loss::damaged_page);
}

void Lobby::staff(Place& place) {
  using namespace kiosk::shell;
  if (!place.kiosk->running()) return;
  place.kiosk->ask(ListQuery{{1}, StaffList::unacknowledged, OnPaper::no});
  if (dice_.percent(30)) place.kiosk->ask(ListQuery{{2}, StaffList::held, OnPaper::yes});
}

void Lobby::look() {
  for (Place& place : places_) {
    lose_page(place);
    if (place.kiosk->running()) invariants_.look(*place.kiosk);
    if (!place.kiosk->running() && !place.starting) start_again(place);
  }
  agenda_.after(Seconds(10), [this] { look(); });
}

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
    if (wrong && now.trust == kiosk::ClockTrust::server)
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
  if (on(Trouble::desk)) every(Minutes(3), [this] { desk_->act(); });
  if (broken(Breach::code_used_for_a_day)) {
    agenda_.after(Minutes(15), [this] {
      const auto& nobody = hospital_.demo_person("too_early").appointments.front();
      invariants_.desk_touched(nobody);
      hospital_.check_in_elsewhere(nobody, "f00d", "K1-777", agenda_.now());
    });
  }
  if (on(Trouble::withdrawals)) {
    SimKiosk& one = *places_[dice_.below(places_.size())].kiosk;
    const bool order = !on(Trouble::sign_in) || dice_.percent(50);
    const auto how = order ? SimKiosk::Withdrawal::order : SimKiosk::Withdrawal::sign_in;
    agenda_.after(dice_.between(Minutes(1), options_.length), [&one, how] { one.withdraw(how); });
  }
  if (broken(Breach::destroys_for_nothing)) {
    agenda_.after(Minutes(5),
                  [this] { places_.front().kiosk->ask(kiosk::shell::WithdrawalOrdered{}); });
  }
  if (on(Trouble::merges)) every(Minutes(6), [this] { desk_->merge(); });
  if (on(Trouble::denials)) every(Minutes(25), [this] { deny(); });
  if (on(Trouble::restores)) {
    agenda_.after(dice_.between({}, options_.length / 2), [this] { restore_server(); });
  }
  if (on(Trouble::server_clock)) {
    if (dice_.percent(40)) set_server_clock();
    every(Minutes(10), [this] { set_server_clock(); });
  }
  for (Place& place : places_) {
    agenda_.after(dice_.between({}, Seconds(20)), [this, &place] { begin(place); });
  }
  agenda_.after(Seconds(30), [this] { look(); });
  const auto never = [] { return false; };
  go_until(end, never);
  const std::size_t requests = server_.requests;
  heal();
  if (on(Trouble::restores)) go_until(end + forgotten_seen_after, never);
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

}  // namespace

Report run(const Options& options) {
  return Lobby(options).run();
}

}  // namespace simulation
