#include "tests/simulation/sim_kiosk.h"

#include <fmt/format.h>

#include <algorithm>

#include "kiosk/base/check.h"
#include "kiosk/base/overloaded.h"
#include "tests/simulation/ledger_image.h"

namespace simulation {
namespace {

using kiosk::Instant;
using kiosk::Milliseconds;
using kiosk::Seconds;
using namespace kiosk::journeys;
using kiosk::shell::RecordsInput;

constexpr Milliseconds longest_sleep{60'000};
constexpr Milliseconds queue_delay_max{15};

}  // namespace

SimKiosk::SimKiosk(KioskSetup setup, Around around, Dice dice)
    : setup_(std::move(setup)), around_(around), dice_(dice), made_(around.agenda.now()) {
  around_.printer.on_change([this](PrinterHealth health) {
    if (!running()) return;
    life_->around.printer = health;
    later(Milliseconds(1), [this] { update_surroundings(); });
    ask(kiosk::shell::PrinterChanged{health});
  });
}

void SimKiosk::line(const std::string& words) {
  around_.trace.line(around_.agenda.now(), setup_.name + " " + words);
}

void SimKiosk::later(Milliseconds delay, Agenda::Deed deed) {
  around_.agenda.after(delay, [this, mine = lives_, deed = std::move(deed)] {
    if (!running() || lives_ != mine) return;
    ++depth_;
    deed();
    --depth_;
    if (dying_ && depth_ == 0) bury();
  });
}

// ---- Life and death ----

kiosk::shell::ReadClocks SimKiosk::clocks() {
  return [this] {
    const Milliseconds run = around_.agenda.now() - made_;
    const Instant now = around_.agenda.now() + run * drift_ppm_ / 1'000'000;
    return kiosk::shell::ClockReading{now + machine_off_, now.time_since_epoch()};
  };
}

kiosk::store::Vault SimKiosk::vault() {
  const auto random = [this](std::size_t size) { return dice_.bytes(size); };
  return key_is_destroyed_ ? another_vault_with(random) : vault_with(random);
}

std::unique_ptr<kiosk::sync::Authorizer> SimKiosk::authorizer() {
  const std::string& url = setup_.profile.base_url;
  if (setup_.sign_in == nullptr) return kiosk::sync::no_sign_in(url).value();
  return setup_.sign_in->authorizer(
      url, [this] { return kiosk::to_hex(dice_.bytes(16)); }, [this] { return dice_.unit(); });
}

bool SimKiosk::open() {
  auto life = std::make_unique<Life>();
  const kiosk::shell::Clock before(setup_.build, clocks());
  auto aside = around_.disk.aside();
  if (setup_.breaches.contains(Breach::forgets_asides))
    aside.files = [](const std::string&) { return std::vector<std::string>(); };
  auto ledger =
      kiosk::store::Ledger::open({around_.disk.path(), vault(), setup_.code, before.now(),
                                  setup_.minimum_incarnation, Disk::vfs(), std::move(aside)});
  if (!ledger) {
    line("cannot open its ledger: " + std::string(ledger.error().code));
    return false;
  }
  life->ledger = std::move(*ledger);
  const auto status = life->ledger->status(before.now().instant);
  if (!status) return false;
  incarnation_ = std::max(incarnation_, status->incarnation);
  life->clock = std::make_unique<kiosk::shell::Clock>(
      std::max(setup_.build, status->last_committed), clocks());
  life->authorizer = authorizer();
  auto engine =
      kiosk::sync::Engine::create({setup_.profile, setup_.rules.zone, setup_.code}, *life->ledger,
                                  *life->authorizer, [this] { return dice_.unit(); });
  KIOSK_CHECK(engine.has_value());
  life->engine = std::move(*engine);
  life->records =
      std::make_unique<kiosk::shell::Records>(setup_.rules, *life->ledger, *life->engine,
                                              [this] { return kiosk::to_hex(dice_.bytes(16)); });
  life->model = initial_model(setup_.rules, life->clock->now());
  life->around.reader = reader_;
  life->around.scanner = scanner_;
  life->around.printer = around_.printer.health();
  life_ = std::move(life);
  return true;
}

void SimKiosk::start() {
  if (running()) return;
  ++lives_;
  if (!open()) {
    bury();
    around_.agenda.after(Seconds(20), [this] { start(); });
    return;
  }
  line(fmt::format("starts, clock {}",
                   now().trust == kiosk::ClockTrust::not_before ? "untrusted" : "trusted"));
  around_.watch.started(*this);
  later(Milliseconds(0), [this] {
    feed(Tick{});
    update_surroundings();
  });
  ask(kiosk::shell::PrinterChanged{around_.printer.health()});
  if (withdrawn_ == Withdrawal::order) ask(kiosk::shell::WithdrawalOrdered{});
}

void SimKiosk::withdraw(Withdrawal how) {
  line("is withdrawn by the hospital");
  withdrawn_ = how;
  if (how == Withdrawal::order) return ask(kiosk::shell::WithdrawalOrdered{});
  setup_.sign_in->withdraw();
}

/// What it prints on its own when a test has it break a rule.
void SimKiosk::spoil(kiosk::shell::RecordsOutput& output) {
  const auto one_of = [&](const auto& jobs) {
    if (jobs && !jobs->empty() && output.print.empty()) output.print.push_back(jobs->front());
  };
  if (setup_.breaches.contains(Breach::prints_unknown_again)) one_of(life_->ledger->unknown_jobs());
  if (setup_.breaches.contains(Breach::prints_for_strangers)) one_of(life_->ledger->held_jobs());
  if (!setup_.breaches.contains(Breach::unknown_is_refused)) return;
  for (auto& event : output.events) {
    auto* answer = std::get_if<CommitAnswered>(&event);
    if (answer == nullptr) continue;
    for (CommitResult& result : answer->results) {
      if (std::holds_alternative<RecordingUnknown>(result)) result = CannotRecord{};
    }
  }
}

void SimKiosk::kill() {
  if (!running()) return;
  line("is killed");
  dying_ = true;
  if (depth_ == 0) bury();
}

void SimKiosk::lose_ledger(Loss loss) {
  if (running()) {
    if (const auto status = ledger().status(now().instant)) incarnation_ = status->incarnation;
  }
  kill();
  std::set<std::string> left;
  if (loss == Loss::damaged) {
    line("has its ledger damaged");
    around_.disk.damage(Disk::Spoilt::file);
  } else if (loss == Loss::damaged_page) {
    around_.disk.damage(Disk::Spoilt::page);
    left = around_.disk.left();
    line(fmt::format("has a page of its ledger damaged; {} arrivals are left", left.size()));
  } else {
    line("is set up anew");
    around_.disk.wipe();
    setup_.minimum_incarnation = incarnation_ + 1;
  }
  around_.watch.ledger_lost(*this, left);
}

void SimKiosk::kill_after_handing_out(int things) {
  if (running()) fuse_ = things;
}

void SimKiosk::cut_power_at(int disk_operation) {
  if (running()) around_.disk.fail_at(disk_operation);
}

void SimKiosk::spare() {
  fuse_ = 0;
  setup_.killed_at_commit_percent = 0;
  setup_.disk_errs_at_commit_percent = 0;
  setup_.powerless_at_commit_percent = 0;
  around_.disk.fail_at(0);
  around_.disk.err_at(0);
}

void SimKiosk::bury() {
  const bool power = around_.disk.has_failed();
  around_.disk.die();
  life_.reset();
  dying_ = false;
  fuse_ = 0;
  if (power) {
    line("lost its power");
    around_.disk.cut_power();
    if (setup_.breaches.contains(Breach::disk_loses_syncs)) around_.disk.wipe();
  } else {
    around_.disk.end_process();
  }
  around_.printer.kiosk_died();
}

bool SimKiosk::alive_for_one_more() {
  if (dying_) return false;
  if (fuse_ > 0 && --fuse_ == 0) {
    line("is killed in mid-step");
    dying_ = true;
  }
  return !dying_;
}

// ---- The screens' thread ----

void SimKiosk::tap(const std::string& action) {
  give(Tapped{action});
}

void SimKiosk::give(What event) {
  if (!running()) return;
  ++depth_;
  feed(std::move(event));
  --depth_;
  if (dying_ && depth_ == 0) bury();
}

void SimKiosk::set_machine_clock(Milliseconds off) {
  machine_off_ = off;
  around_.watch.clock_set(*this);
}

void SimKiosk::set_reader(ReaderHealth health) {
  reader_ = health;
  if (!running()) return;
  life_->around.reader = health;
  later(Milliseconds(1), [this] { update_surroundings(); });
  ask(kiosk::shell::ReaderChanged{health});
}

void SimKiosk::set_scanner(ScannerHealth health) {
  scanner_ = health;
  if (!running()) return;
  life_->around.scanner = health;
  later(Milliseconds(1), [this] { update_surroundings(); });
}

void SimKiosk::update_surroundings() {
  feed(SurroundingsChanged{life_->around});
}

void SimKiosk::feed(What what) {
  if (dying_) return;
  kiosk::Now now = life_->clock->now();
  if (setup_.breaches.contains(Breach::refuses_by_any_clock)) now.trust = kiosk::ClockTrust::rtc;
  const Model before = life_->model;
  const Event event{now, std::move(what)};
  life_->acts.before(event, life_->model);
  Update next = update(setup_.rules, std::move(life_->model), event);
  life_->model = std::move(next.model);
  auto acts = life_->acts.after(setup_.rules, event, life_->model);
  if (!acts.empty() && !setup_.breaches.contains(Breach::acts_unwritten)) {
    ask(kiosk::shell::ActsNoted{now, std::move(acts)});
  }
  if (setup_.breaches.contains(Breach::keeps_the_patient)) {
    life_->model.session.by_card |= before.session.by_card;
  }
  if (before.screen.index() != life_->model.screen.index()) {
    line("screen " + kiosk::journeys::name(life_->model.screen));
  }
  around_.watch.screen_changed(*this, before);
  for (const Effect& effect : next.effects) {
    if (!alive_for_one_more()) return;
    perform(effect);
  }
  plan_tick();
}

void SimKiosk::perform(const Effect& effect) {
  std::visit(kiosk::overloaded{
                 [&](const Commit& commit) { perform_commit(commit); },
                 [&](const Play&) {},
                 [&](const auto& one) { ask(one); },
             },
             effect);
}

void SimKiosk::perform_commit(Commit commit) {
  if (setup_.breaches.contains(Breach::commits_unasked)) {
    commit.visits.front().appointment.start += kiosk::Minutes(5);
  }
  around_.watch.asked_to_commit(*this, commit);
  if (setup_.breaches.contains(Breach::prints_before_commit)) {
    kiosk::domain::PrintJob job;
    job.id = 1'000'000;
    job.number = setup_.code + "-999";
    job.check_in.visit_key = commit.visits.front().appointment.id;
    print(job);
  }
  if (dice_.percent(setup_.killed_at_commit_percent)) {
    kill_after_handing_out(1 + int(dice_.below(20)));
  }
  if (dice_.percent(setup_.disk_errs_at_commit_percent)) {
    const int operation = 1 + int(dice_.below(40));
    around_.disk.err_at(operation, 1 + int(dice_.below(4)));
  }
  if (dice_.percent(setup_.powerless_at_commit_percent)) cut_power_at(1 + int(dice_.below(30)));
  ask(std::move(commit));
}

void SimKiosk::plan_tick() {
  if (setup_.breaches.contains(Breach::ticks_are_lost)) return;
  const Instant deadline = next_deadline(setup_.rules, life_->model);
  const Milliseconds wait = std::clamp(deadline - now().instant, Milliseconds(0), longest_sleep);
  later(wait, [this, mine = ++life_->tick] {
    if (mine == life_->tick) tick();
  });
}

void SimKiosk::tick() {
  const Instant now = life_->clock->now().instant;
  const bool set_back = now + kiosk::Minutes(1) < life_->model.now.instant;
  if (set_back || now >= next_deadline(setup_.rules, life_->model)) {
    feed(Tick{});
  } else {
    plan_tick();
  }
}

void SimKiosk::post(What what) {
  Instant& last = life_->to_screens;
  last = std::max(last, around_.agenda.now() + dice_.between({}, queue_delay_max));
  later(last - around_.agenda.now(),
        [this, what = std::move(what)]() mutable { feed(std::move(what)); });
}

void SimKiosk::take_facts(const kiosk::shell::RecordsFacts& facts) {
  if (life_->told == facts) return;
  life_->told = facts;
  Instant& last = life_->to_screens;  // in the order in which they were told
  last = std::max(last, around_.agenda.now() + dice_.between({}, queue_delay_max));
  later(last - around_.agenda.now(), [this, facts] {
    Surroundings& around = life_->around;
    around.server = facts.server;
    around.ledger = facts.ledger;
    around.has_data = facts.has_data;
    around.may_issue = facts.may_issue;
    around.revoked = facts.revoked;
    around.notices = facts.notices;
    update_surroundings();
  });
}

// ---- The records' thread ----

void SimKiosk::ask(RecordsInput input) {
  if (!running()) return;
  Instant& last = life_->to_records;
  last = std::max(last, around_.agenda.now() + dice_.between({}, queue_delay_max));
  later(last - around_.agenda.now(), [this, input = std::move(input)]() mutable {
    life_->inputs.push_back(std::move(input));
    step();
  });
}

void SimKiosk::step() {
  if (dying_) return;
  std::vector<RecordsInput> inputs;
  inputs.swap(life_->inputs);
  kiosk::shell::RecordsOutput output = life_->records->step(life_->clock->now(), std::move(inputs));
  if (around_.disk.has_failed()) {
    dying_ = true;
    return;
  }
  spoil(output);
  around_.watch.stepped(*this, output);
  plan_step(output.wake);
  hand_out(std::move(output));
}

void SimKiosk::plan_step(Instant wake) {
  Milliseconds wait = std::clamp(wake - now().instant, Milliseconds(1), longest_sleep);
  if (setup_.breaches.contains(Breach::never_sleeps)) wait = Milliseconds(1);
  later(wait, [this, mine = ++life_->step] {
    if (mine == life_->step) step();
  });
}

void SimKiosk::hand_out(kiosk::shell::RecordsOutput output) {
  if (output.clock) {
    life_->clock->correct(output.clock->offset, output.clock->trust);
    line(fmt::format("corrects its clock by {} ms", output.clock->offset.count()));
    plan_step(now().instant);
    plan_tick();
  }
  for (const kiosk::Error& error : output.errors) {
    line(fmt::format("error {}/{}: {}", error.domain, error.code, error.what));
  }
  for (auto& event : output.events) {
    if (!alive_for_one_more()) return;
    std::visit([this](auto& one) { post(std::move(one)); }, event);
  }
  for (const auto& request : output.requests) {
    if (!alive_for_one_more()) return;
    around_.link.send(request, [this, mine = lives_](kiosk::sync::HttpResult result) {
      if (running() && lives_ == mine) ask(std::move(result));
    });
  }
  for (const auto& job : output.print) {
    if (!alive_for_one_more()) return;
    print(job);
  }
  for (const auto& alert : output.alerts) line("alert " + alert.code);
  key_is_destroyed_ = key_is_destroyed_ || output.facts.revoked;
  take_facts(output.facts);
}

void SimKiosk::print(const kiosk::domain::PrintJob& job) {
  line(fmt::format("prints job {} {}", job.id, job.number));
  around_.watch.to_printer(*this, job);
  around_.printer.take(job, [this, mine = lives_, id = job.id](kiosk::domain::PrintState state) {
    if (!running() || lives_ != mine) return;
    around_.watch.job_ended(*this, id, state);
    ask(kiosk::shell::JobEnded{id, state});
  });
}

}  // namespace simulation
