// Failing writes, kill -9 and power cuts at every step of a commit: afterwards all of a check-in is
// there or nothing of it, and what the caller was told is true.
#include <sys/wait.h>

#include <algorithm>

#include "faulty_vfs.h"
#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

constexpr int operations_max = 500;

OpenArguments faulty(const std::string& path) {
  OpenArguments with = arguments(path);
  with.vfs = faulty_vfs();
  return with;
}

// A ledger file with one earlier check-in, as another run left it.
std::string earlier_ledger() {
  const Folder folder;
  {
    auto ledger = opened(arguments(folder.file("ledger.db")));
    put(*ledger, {sample_visit("a0"), sample_visit("a1")});
    commit(*ledger, sample_check_in("a0"));
  }
  return contents(folder.file("ledger.db"));
}

std::int64_t recorded(Ledger& ledger, domain::Act act) {
  const auto rows = ledger.audit_page(0).value().rows;
  return std::count_if(rows.begin(), rows.end(),
                       [&](const AuditRow& row) { return row.note && row.note->act == act; });
}

// True when all of the check-in of a1 is there, false when nothing is; anything between fails.
bool all_or_nothing(Ledger& ledger) {
  CHECK_FALSE(ledger.verify_audit().value().has_value());
  const auto status = ledger.status(morning().instant).value();
  const bool there = ledger.visit("a1").value()->arrival.has_value();
  const int count = there ? 2 : 1;
  CHECK(status.check_ins == count);
  CHECK(status.outbox_pending == count);
  CHECK(recorded(ledger, domain::Act::check_in) == count);
  CHECK(ledger.last_job_of("a1").value().has_value() == there);
  CHECK(ledger.issued_nonce("nonce-a1").value() == there);
  CHECK(commit(ledger, sample_check_in("a2")).number == (there ? "K1-003" : "K1-002"));
  return there;
}

enum class Told { committed, cannot_record, unknown };

Told told(const Result<CommitOutcome>& outcome) {
  if (outcome) {
    CHECK(std::holds_alternative<domain::Committed>(*outcome));
    return Told::committed;
  }
  if (outcome.error().code == "commit_unknown") return Told::unknown;
  CHECK(outcome.error().code == "cannot_record");
  return Told::cannot_record;
}

void check_truth(Told answer, bool there) {
  if (answer == Told::committed) CHECK(there);
  if (answer == Told::cannot_record) CHECK_FALSE(there);
}

}  // namespace

TEST_CASE("failing writes: at each one the answer is true and the file is whole") {
  const std::string earlier = earlier_ledger();
  for (const Fault fault : {Fault::disk_full, Fault::io_error}) {
    for (const Lasting lasting : {Lasting::once, Lasting::from_then_on}) {
      bool met = true;
      int nth = 0;
      int refused = 0;
      while (met) {
        REQUIRE(++nth < operations_max);
        CAPTURE(nth);
        const Folder folder;
        write_file(folder.file("ledger.db"), earlier);
        forget_files();
        plan_fault(Fault::none, 0, Lasting::once);
        auto ledger = opened(faulty(folder.file("ledger.db")));
        ledger->note(morning(), {domain::Act::pressed, "", "confirm"});
        plan_fault(fault, nth, lasting);
        const Told answer = told(ledger->commit_check_in(sample_check_in("a1")));
        met = fault_met();
        if (answer != Told::committed) ++refused;
        plan_fault(Fault::none, 0, Lasting::once);
        if (lasting == Lasting::once) {
          check_truth(answer, all_or_nothing(*ledger));
          CHECK(recorded(*ledger, domain::Act::pressed) == 1);
        }
        ledger.reset();
        auto again = opened(faulty(folder.file("ledger.db")));
        if (lasting == Lasting::from_then_on) check_truth(answer, all_or_nothing(*again));
      }
      CHECK(refused > 5);
    }
  }
}

TEST_CASE("failing writes: a full disk is told until there is room again") {
  const Folder folder;
  auto ledger = opened(faulty(folder.file("ledger.db")));
  plan_fault(Fault::disk_full, 1, Lasting::from_then_on);
  CHECK_FALSE(ledger->prove_writable().has_value());
  CHECK(ledger->commit_check_in(sample_check_in("a1")).error().code == "cannot_record");
  CHECK_FALSE(ledger->prove_writable().has_value());
  plan_fault(Fault::none, 0, Lasting::once);
  CHECK(ledger->prove_writable().has_value());
  CHECK(commit(*ledger, sample_check_in("a1")).number == "K1-001");
}

TEST_CASE("failing writes: a page meets a full disk once, however many rows it has") {
  const Folder folder;
  auto ledger = opened(faulty(folder.file("ledger.db")));
  plan_fault(Fault::disk_full, 1, Lasting::from_then_on);
  CHECK_FALSE(ledger->prove_writable().has_value());
  const int before = operations();
  const Page page{{}, {sample_visit("a1"), sample_visit("a2"), sample_visit("a3")}};
  const auto stored = ledger->store_page(page, morning().instant, morning().instant + Minutes(600));
  CHECK(stored.error().code == "disk_full");
  CHECK(operations() == before + 1);
  plan_fault(Fault::none, 0, Lasting::once);
}

TEST_CASE("failing writes: opening fails or succeeds, and nothing confirmed is lost by it") {
  const std::string earlier = earlier_ledger();
  bool met = true;
  for (int nth = 1; met; ++nth) {
    REQUIRE(nth < operations_max);
    CAPTURE(nth);
    const Folder folder;
    write_file(folder.file("ledger.db"), earlier);
    forget_files();
    plan_fault(Fault::io_error, nth, Lasting::once);
    { auto ledger = Ledger::open(faulty(folder.file("ledger.db"))); }
    met = fault_met();
    plan_fault(Fault::none, 0, Lasting::once);
    auto again = opened(faulty(folder.file("ledger.db")));
    CHECK_FALSE(again->set_aside().has_value());
    CHECK_FALSE(all_or_nothing(*again));
  }
}

TEST_CASE("failing writes: a ledger that could not be made whole is made at the next start") {
  for (const bool power_goes : {false, true}) {
    bool met = true;
    for (int nth = 1; met; ++nth) {
      REQUIRE(nth < operations_max);
      CAPTURE(nth);
      const Folder folder;
      forget_files();
      plan_fault(Fault::io_error, nth, power_goes ? Lasting::from_then_on : Lasting::once);
      { auto ledger = Ledger::open(faulty(folder.file("ledger.db"))); }
      met = fault_met();
      if (power_goes) cut_power(static_cast<std::uint64_t>(nth));
      plan_fault(Fault::none, 0, Lasting::once);
      auto again = opened(faulty(folder.file("ledger.db")));
      CHECK_FALSE(again->set_aside().has_value());
      CHECK(commit(*again, sample_check_in("a1")).number == "K1-001");
    }
  }
}

TEST_CASE("kill -9: at each write of a commit, all of it is there afterwards or nothing") {
  const std::string earlier = earlier_ledger();
  int killed = 0;
  for (int nth = 1;; ++nth) {
    REQUIRE(nth < operations_max);
    CAPTURE(nth);
    const Folder folder;
    const std::string path = folder.file("ledger.db");
    write_file(path, earlier);
    const pid_t child = fork();
    if (child == 0) {
      plan_fault(Fault::none, 0, Lasting::once);
      auto ledger = Ledger::open(faulty(path));
      plan_fault(Fault::exit_process, nth, Lasting::once);
      const auto outcome = (*ledger)->commit_check_in(sample_check_in("a1"));
      _exit(outcome ? 0 : 1);
    }
    forget_files();
    plan_fault(Fault::none, 0, Lasting::once);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    auto again = opened(faulty(path));
    CHECK_FALSE(again->set_aside().has_value());
    const bool there = all_or_nothing(*again);
    if (WEXITSTATUS(status) == 0) {
      CHECK(there);
      break;
    }
    REQUIRE(WEXITSTATUS(status) == 9);
    ++killed;
  }
  CHECK(killed > 5);
}

TEST_CASE(
    "power cut: what was answered as committed is on the disk, whatever unsynced writes are") {
  const std::string earlier = earlier_ledger();
  for (const std::uint64_t dice : {1U, 2U, 3U, 4U}) {
    bool met = true;
    for (int nth = 1; met; ++nth) {
      REQUIRE(nth < operations_max);
      CAPTURE(nth);
      CAPTURE(dice);
      const Folder folder;
      write_file(folder.file("ledger.db"), earlier);
      forget_files();
      plan_fault(Fault::none, 0, Lasting::once);
      auto ledger = opened(faulty(folder.file("ledger.db")));
      plan_fault(Fault::io_error, nth, Lasting::from_then_on);
      const Told answer = told(ledger->commit_check_in(sample_check_in("a1")));
      met = fault_met();
      // The machine is dead: nothing that the closing connection wants reaches the disk.
      plan_fault(Fault::io_error, 1, Lasting::from_then_on);
      ledger.reset();
      cut_power(dice * 7919 + static_cast<std::uint64_t>(nth));
      plan_fault(Fault::none, 0, Lasting::once);
      auto again = opened(faulty(folder.file("ledger.db")));
      CHECK_FALSE(again->set_aside().has_value());
      const bool there = all_or_nothing(*again);
      if (answer == Told::committed) CHECK(there);
    }
  }
}

TEST_CASE("power cut: a commit with a checkpoint in it is as safe") {
  const Folder folder;
  std::string database;
  forget_files();
  plan_fault(Fault::none, 0, Lasting::once);
  auto ledger = opened(faulty(folder.file("ledger.db")));
  std::vector<std::string> confirmed;
  for (int i = 0; i < 150; ++i) {
    confirmed.push_back("b" + std::to_string(i));
    commit(*ledger, sample_check_in(confirmed.back()));
  }
  plan_fault(Fault::io_error, 1, Lasting::from_then_on);
  ledger.reset();
  cut_power(5);
  plan_fault(Fault::none, 0, Lasting::once);
  auto again = opened(faulty(folder.file("ledger.db")));
  CHECK_FALSE(again->set_aside().has_value());
  for (const std::string& id : confirmed) CHECK(again->last_job_of(id).value().has_value());
  CHECK_FALSE(again->verify_audit().value().has_value());
}
