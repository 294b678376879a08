// What goes wrong in a run, and when.
#include <fmt/format.h>

#include <algorithm>
#include <array>

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

/// What happens again and again keeps its pace in a run of so long; in a shorter one it is faster.
constexpr Minutes unhurried{20};
/// A machine's clock at its worst: 18 s an hour.
constexpr int drift_ppm_max = 5'000;

}  // namespace

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

/// Of the hospital and of what stands before it.
void Lobby::plan_troubles() {
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
  if (on(Trouble::small_pages)) every(Minutes(1), [this] { hospital_.forget_pages(); });
  if (on(Trouble::denials)) every(Minutes(25), [this] { deny(); });
  if (on(Trouble::restores)) {
    agenda_.after(dice_.between({}, options_.length / 2), [this] { restore_server(); });
  }
  if (on(Trouble::server_clock)) {
    if (dice_.percent(40)) set_server_clock();
    every(Minutes(10), [this] { set_server_clock(); });
  }
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

/// A clock is a day off with this many chances in ten, else hours with that many, else a minute.
Milliseconds Lobby::draw_clock_off(std::uint64_t a_day, std::uint64_t hours) {
  const auto luck = dice_.below(10);
  const Minutes far = luck < a_day           ? Minutes(26 * 60)
                      : luck < a_day + hours ? Minutes(120)
                                             : Minutes(1);
  return dice_.between(-far, far);
}

void Lobby::set_server_clock() {
  server_.clock_off = draw_clock_off(3, 4);
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
  const auto off = draw_clock_off(2, 3);
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

}  // namespace simulation
