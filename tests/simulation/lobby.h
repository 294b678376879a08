#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/crowd.h"
#include "tests/simulation/desk.h"
#include "tests/simulation/simulation.h"

namespace simulation {

// 2026-11-23 (a Monday) 01:00 UTC, 09:00 in Shanghai.
inline const kiosk::Instant morning = kiosk::from_ms(1'795'395'600'000);
inline constexpr const char* base_url = "http://127.0.0.1/fhir";

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
  void every(kiosk::Minutes mean, std::function<void()> deed);
  void plan_troubles();
  void plan_troubles(Place& place);
  void cut_network(Place& place);
  void deny();
  kiosk::Milliseconds draw_clock_off(std::uint64_t a_day, std::uint64_t hours);
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
  bool go_until(kiosk::Instant until, const std::function<bool()>& enough);

  const Options options_;
  const kiosk::domain::Zone zone_;
  Dice dice_;
  kiosk::Minutes opens_before_{60};
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

}  // namespace simulation
