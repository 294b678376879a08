#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;
using domain::Copy;
using domain::PrintState;

namespace {

constexpr PrintState all_states[] = {PrintState::queued, PrintState::sending, PrintState::printed,
                                     PrintState::failed, PrintState::unknown, PrintState::held};

// The shortest legal way from queued.
std::vector<PrintState> way_to(PrintState state) {
  switch (state) {
    case PrintState::queued:
      return {};
    case PrintState::held:
      return {PrintState::held};
    case PrintState::sending:
      return {PrintState::sending};
    default:
      return {PrintState::sending, state};
  }
}

}  // namespace

TEST_CASE("print jobs: only the steps of a real printer are taken") {
  const auto legal = [](PrintState from, PrintState to) {
    auto ledger = memory_ledger();
    const auto job = commit(*ledger, sample_check_in("a1")).print_job;
    PrintState state = PrintState::queued;
    for (const PrintState next : way_to(from)) {
      REQUIRE(ledger->set_print_state(job, state, next));
      state = next;
    }
    const bool taken = ledger->set_print_state(job, from, to).has_value();
    CHECK(ledger->print_job(job).value()->state == (taken ? to : from));
    return taken;
  };
  std::string table;
  for (const PrintState from : all_states) {
    for (const PrintState to : all_states) table += legal(from, to) ? '1' : '0';
    table += ' ';
  }
  // Columns: queued sending printed failed unknown held.
  CHECK(table == "010001 001110 000000 100001 001100 110000 ");
}

TEST_CASE("print jobs: a step from a state that the job is not in is refused") {
  auto ledger = memory_ledger();
  const auto job = commit(*ledger, sample_check_in("a1")).print_job;
  CHECK(ledger->set_print_state(job, PrintState::sending, PrintState::printed).error().code ==
        "wrong_state");
  CHECK(ledger->set_print_state(99, PrintState::queued, PrintState::held).error().code ==
        "wrong_state");
}

TEST_CASE("print jobs: the oldest queued is next; held ones wait for somebody to ask") {
  auto ledger = memory_ledger();
  const auto first = commit(*ledger, sample_check_in("a1")).print_job;
  const auto second = commit(*ledger, sample_check_in("a2")).print_job;
  CHECK(ledger->next_print_job().value()->id == first);
  REQUIRE(ledger->set_print_state(first, PrintState::queued, PrintState::held));
  CHECK(ledger->next_print_job().value()->id == second);
  CHECK(ledger->held_jobs().value().size() == 1);
  CHECK(ledger->last_job_of("a1").value()->id == first);
}

TEST_CASE("print jobs: after a restart what was sending is unknown and what was queued is held") {
  const Folder folder;
  std::int64_t sent = 0;
  {
    auto ledger = opened(arguments(folder.file("ledger.db")));
    sent = commit(*ledger, sample_check_in("a1")).print_job;
    commit(*ledger, sample_check_in("a2"));
    REQUIRE(ledger->set_print_state(sent, PrintState::queued, PrintState::sending));
  }
  auto ledger = opened(arguments(folder.file("ledger.db")));
  CHECK_FALSE(ledger->next_print_job().value().has_value());
  CHECK(ledger->print_job(sent).value()->state == PrintState::unknown);
  CHECK(ledger->held_jobs().value().size() == 1);
  CHECK(ledger->unknown_jobs().value().size() == 1);
  const auto status = ledger->status(morning().instant).value();
  CHECK(status.jobs_held == 1);
  CHECK(status.jobs_unknown == 1);
  CHECK(status.needs_attention());
}

TEST_CASE("print jobs: after a restart what failed is held, and a part of it may hang out") {
  const Folder folder;
  std::int64_t job = 0;
  {
    auto ledger = opened(arguments(folder.file("ledger.db")));
    job = commit(*ledger, sample_check_in("a1")).print_job;
    REQUIRE(ledger->set_print_state(job, PrintState::queued, PrintState::sending));
    REQUIRE(ledger->set_print_state(job, PrintState::sending, PrintState::failed));
    CHECK_FALSE(ledger->print_cut_short());
  }
  {
    const auto ledger = opened(arguments(folder.file("ledger.db")));
    CHECK(ledger->print_cut_short());
    CHECK(ledger->print_job(job).value()->state == PrintState::held);
  }
  CHECK_FALSE(opened(arguments(folder.file("ledger.db")))->print_cut_short());
}

TEST_CASE("copies: a copy bears the same number and token, in the asker's language") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  const auto committed = commit(*ledger, sample_check_in("a1"));
  const auto copy = ledger->add_copy({"a1", "en", morning()}).value();
  CHECK(copy.copy == Copy::copy);
  CHECK(copy.state == PrintState::queued);
  CHECK(copy.number == committed.number);
  CHECK(copy.check_in.token == committed.token);
  CHECK(copy.check_in.language == "en");
  CHECK(ledger->print_job(copy.id).value().value() == copy);
  CHECK(ledger->last_job_of("a1").value()->id == copy.id);
  CHECK(ledger->status(morning().instant).value().outbox_pending == 1);
}

TEST_CASE("copies: a ticket of another kiosk can be copied when its number is known") {
  auto ledger = memory_ledger();
  domain::Visit visit = sample_visit();
  visit.arrival = domain::Arrival{"e9", "a1", "n9", "K2-044", "t9", morning().instant};
  put(*ledger, {visit});
  const auto copy = ledger->add_copy({"a1", "en", morning()}).value();
  CHECK(copy.number == "K2-044");
  CHECK(copy.check_in.token == "t9");
  CHECK(copy.check_in.person == sample_person());
  CHECK(copy.check_in.appointment == visit.appointment);
  CHECK(ledger->print_job(copy.id).value().value() == copy);
}

TEST_CASE("copies: without a known number there is none") {
  auto ledger = memory_ledger();
  domain::Visit visit = sample_visit();
  visit.arrival = domain::Arrival{"", "a1", "", "", "", morning().instant};
  put(*ledger, {visit});
  CHECK(ledger->add_copy({"a1", "", morning()}).error().code == "no_number");
  CHECK(ledger->add_copy({"nobody", "", morning()}).error().code == "no_number");
}

TEST_CASE("copies: of two numbers of one visit the copy bears the one that is called") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  commit(*ledger, sample_check_in("a1"));
  domain::Visit visit = sample_visit();
  visit.arrival = domain::Arrival{"e9",     "a1", "n9",
                                  "K2-044", "t9", morning().instant - std::chrono::minutes(5)};
  put(*ledger, {visit});
  CHECK(ledger->last_job_of("a1").value()->other_number == "K2-044");
  const auto copy = ledger->add_copy({"a1", "", morning()}).value();
  CHECK(copy.number == "K2-044");
  CHECK(copy.other_number == "K1-001");
  CHECK(ledger->print_job(copy.id).value().value() == copy);
  CHECK(ledger->find_by_token("token-a1").value().size() == 1);
  CHECK(ledger->find_by_token("t9").value().size() == 1);
  visit.arrival->confirmed_at = morning().instant + std::chrono::minutes(5);
  put(*ledger, {visit});
  CHECK(ledger->add_copy({"a1", "", morning()}).value().number == "K1-001");
}

TEST_CASE("copies: a number leads to its visit, unless it is ambiguous") {
  auto ledger = memory_ledger();
  commit(*ledger, sample_check_in("a1"));
  CHECK(ledger->visit_key_of_number("K1-001").value() == "a1");
  CHECK_FALSE(ledger->visit_key_of_number("K1-002").value().has_value());
  for (const char* doctor : {"li", "wu"}) {
    domain::Visit visit = sample_visit(doctor);
    visit.appointment.doctor_id = doctor;
    domain::CheckIn check_in = sample_check_in(visit);
    check_in.own_number = "12";
    commit(*ledger, check_in);
  }
  CHECK_FALSE(ledger->visit_key_of_number("12").value().has_value());
}
