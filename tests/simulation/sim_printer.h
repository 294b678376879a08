#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/domain/check_in.h"
#include "kiosk/journeys/model.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/trace.h"

namespace simulation {

/// What lies in the printer's tray or still hangs in it.
struct Paper {
  std::int64_t job = 0;
  std::string visit_key;
  std::string number;
  kiosk::domain::Copy copy = kiosk::domain::Copy::original;
  bool whole = false;  ///< else torn off in the middle
};

/// A ticket printer at the level of print jobs: its first byte is taken, a while later the paper
/// falls out, then it says so. It outlives the kiosk that feeds it.
class SimPrinter {
 public:
  using Health = kiosk::journeys::PrinterHealth;
  using Ended = std::function<void(kiosk::domain::PrintState)>;

  SimPrinter(std::string name, Agenda& agenda, Trace& trace, Dice dice)
      : name_(std::move(name)), agenda_(agenda), trace_(trace), dice_(dice) {}

  /// Called when the state changes; the kiosk's driver sees it.
  void on_change(std::function<void(Health)> told) { told_ = std::move(told); }
  void on_paper(std::function<void(const Paper&)> fell) { fell_ = std::move(fell); }
  void set(Health health);
  Health health() const { return health_; }
  void take(const kiosk::domain::PrintJob& job, Ended ended);
  /// Nobody reads its answers any more, and no more bytes come: the rest may or may not do.
  void kiosk_died();
  const std::vector<Paper>& papers() const { return papers_; }

 private:
  struct Work {
    Paper paper;
    Ended ended;
    enum class Stage { accepted, printing, fallen } stage = Stage::accepted;
  };

  bool prints() const { return health_ == Health::ok || health_ == Health::paper_near_end; }
  void begin();
  void drop(bool whole);
  void end(kiosk::domain::PrintState state);

  const std::string name_;
  Agenda& agenda_;
  Trace& trace_;
  Dice dice_;
  Health health_ = Health::ok;
  std::function<void(Health)> told_;
  std::function<void(const Paper&)> fell_;
  std::optional<Work> work_;
  std::uint64_t works_ = 0;  ///< counts, so that a late deed knows its own work
  std::vector<Paper> papers_;
};

}  // namespace simulation
