#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kiosk/shell/clock.h"
#include "kiosk/shell/patient_acts.h"
#include "kiosk/shell/records.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/link.h"
#include "tests/simulation/rules_broken.h"
#include "tests/simulation/sign_in.h"
#include "tests/simulation/sim_printer.h"
#include "tests/simulation/trace.h"

namespace simulation {

class SimKiosk;

/// Who looks on: told of what is done before anything can follow from it.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual void screen_changed(SimKiosk& kiosk, const kiosk::journeys::Model& before) = 0;
  virtual void asked_to_commit(SimKiosk& kiosk, const kiosk::journeys::Commit& commit) = 0;
  virtual void stepped(SimKiosk& kiosk, const kiosk::shell::RecordsOutput& output) = 0;
  virtual void to_printer(SimKiosk& kiosk, const kiosk::domain::PrintJob& job) = 0;
  virtual void job_ended(SimKiosk& kiosk, std::int64_t job, kiosk::domain::PrintState state) = 0;
  virtual void started(SimKiosk& kiosk) = 0;
  /// All but the check-ins with these nonces, which can be read.
  virtual void ledger_lost(SimKiosk& kiosk, const std::set<std::string>& left) = 0;
  virtual void clock_set(SimKiosk& kiosk) = 0;
};

struct KioskSetup {
  std::string name = "K1";  ///< in traces
  std::string code = "K1";
  int minimum_incarnation = 1;
  kiosk::journeys::Rules rules;
  kiosk::sync::SiteProfile profile;
  SignIn* sign_in = nullptr;              ///< none: the server does not ask who it is
  kiosk::Instant build;                   ///< no clock before it is believed
  Breaches breaches;                      ///< what a test breaks on purpose
  unsigned killed_at_commit_percent = 0;  ///< soon after the patient pressed the button
  unsigned disk_errs_at_commit_percent = 0;
  unsigned powerless_at_commit_percent = 0;  ///< the same, by the power
};

/// One kiosk as the program assembles it, without its threads: the screens' model, the records
/// (ledger, sync engine, spooler) and the queues between them, under the virtual clock. A kill
/// takes all of it but the disk and the paper.
class SimKiosk {
 public:
  struct Around {
    Agenda& agenda;
    Link& link;
    SimPrinter& printer;
    Disk& disk;
    Trace& trace;
    Watch& watch;
  };

  SimKiosk(KioskSetup setup, Around around, Dice dice);

  void start();
  /// Between two steps.
  void kill();
  /// After so many things were handed out by the model or the records.
  void kill_after_handing_out(int things);
  /// With the n-th operation of the disk.
  void cut_power_at(int disk_operation);
  enum class Loss { damaged, damaged_page, new_machine };
  /// It dies and its ledger with it. Who sets up a new machine says so in its configuration.
  void lose_ledger(Loss loss);
  /// What was planned of these does not happen.
  void spare();
  bool running() const { return life_ != nullptr; }
  std::uint64_t lives() const { return lives_; }

  /// What the machine's clock shows, less the true time.
  void set_machine_clock(kiosk::Milliseconds off);
  /// How much too fast both of the machine's clocks run.
  void set_drift(int parts_in_a_million) { drift_ppm_ = parts_in_a_million; }
  void set_reader(kiosk::journeys::ReaderHealth health);
  void set_scanner(kiosk::journeys::ScannerHealth health);

  /// How the hospital takes its right away.
  enum class Withdrawal { sign_in, order };
  /// For good; an order reaches it when it runs.
  void withdraw(Withdrawal how);
  const std::optional<Withdrawal>& withdrawn() const { return withdrawn_; }

  // For patients and staff; without effect while it does not run.
  void tap(const std::string& action);
  void give(decltype(kiosk::journeys::Event::what) event);
  void ask(kiosk::shell::RecordsInput input);

  // For who looks on; only while it runs.
  const kiosk::journeys::Model& model() const { return life_->model; }
  kiosk::store::Ledger& ledger() { return *life_->ledger; }
  kiosk::Now now() const { return life_->clock->now(); }
  const std::string& name() const { return setup_.name; }
  const KioskSetup& setup() const { return setup_; }

 private:
  struct Life {
    std::unique_ptr<kiosk::shell::Clock> clock;
    std::unique_ptr<kiosk::store::Ledger> ledger;
    std::unique_ptr<kiosk::sync::Authorizer> authorizer;
    std::unique_ptr<kiosk::sync::Engine> engine;
    std::unique_ptr<kiosk::shell::Records> records;
    kiosk::journeys::Model model;
    kiosk::shell::PatientActs acts;
    kiosk::journeys::Surroundings around;
    std::optional<kiosk::shell::RecordsFacts> told;
    std::vector<kiosk::shell::RecordsInput> inputs;
    std::uint64_t tick = 0;     ///< the newest planned wake of the screens
    std::uint64_t step = 0;     ///< and of the records
    kiosk::Instant to_screens;  ///< queues keep their order
    kiosk::Instant to_records;
  };
  using What = decltype(kiosk::journeys::Event::what);

  bool open();
  kiosk::store::Vault vault();
  std::unique_ptr<kiosk::sync::Authorizer> authorizer();
  kiosk::shell::ReadClocks clocks();
  void line(const std::string& words);
  /// Does it later, unless this life has ended by then.
  void later(kiosk::Milliseconds delay, Agenda::Deed deed);
  void feed(What what);
  void update_surroundings();
  void perform(const kiosk::journeys::Effect& effect);
  void perform_commit(kiosk::journeys::Commit commit);
  void post(What what);
  void plan_tick();
  void tick();
  void step();
  void plan_step(kiosk::Instant wake);
  void hand_out(kiosk::shell::RecordsOutput output);
  void print(const kiosk::domain::PrintJob& job);
  void take_facts(const kiosk::shell::RecordsFacts& facts);
  void spoil(kiosk::shell::RecordsOutput& output);
  /// False when the process has died with this very thing.
  bool alive_for_one_more();
  void bury();

  KioskSetup setup_;
  Around around_;
  Dice dice_;
  const kiosk::Instant made_;
  kiosk::Milliseconds machine_off_{0};
  int drift_ppm_ = 0;
  int incarnation_ = 1;  ///< the newest that it has had
  std::optional<Withdrawal> withdrawn_;
  bool key_is_destroyed_ = false;
  kiosk::journeys::ReaderHealth reader_ = kiosk::journeys::ReaderHealth::ok;
  kiosk::journeys::ScannerHealth scanner_ = kiosk::journeys::ScannerHealth::ok;
  std::unique_ptr<Life> life_;
  std::uint64_t lives_ = 0;
  int fuse_ = 0;  ///< things that may still be handed out; 0: no limit
  bool dying_ = false;
  int depth_ = 0;  ///< calls into the life's objects that have not returned
};

}  // namespace simulation
