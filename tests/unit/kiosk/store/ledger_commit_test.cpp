#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;
using domain::AlreadyCheckedIn;
using domain::ChangedMeanwhile;

namespace {

template <typename T>
T outcome(Ledger& ledger, const domain::CheckIn& check_in) {
  auto result = ledger.commit_check_in(check_in);
  REQUIRE(result.has_value());
  REQUIRE(std::holds_alternative<T>(*result));
  return std::get<T>(*result);
}

domain::CheckIn on(const std::string& id, const domain::Day& service_day, Now now) {
  domain::CheckIn check_in = sample_check_in(id, now);
  check_in.service_day = service_day;
  return check_in;
}

}  // namespace

TEST_CASE("commit: one confirmation gives check-in, number, job, outbox entry and audit row") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  const auto check_in = sample_check_in("a1");
  const auto committed = commit(*ledger, check_in);
  CHECK(committed.number == "K1-001");
  CHECK(committed.token == check_in.token);
  CHECK(committed.confirmed_at == check_in.confirmed.instant);
  const auto job = ledger->print_job(committed.print_job).value().value();
  CHECK(job == domain::PrintJob{committed.print_job, domain::PrintState::queued,
                                domain::Copy::original, "K1-001", check_in});
  const auto due = ledger->due(morning().instant, 10).value();
  REQUIRE(due.size() == 1);
  CHECK(due[0] == domain::ArrivalMessage{due[0].id, "a1", "a1", "p1", check_in.nonce, "K1-001",
                                         check_in.token, check_in.confirmed.instant, 0, Instant(),
                                         false, check_in.appointment.start});
  const auto status = ledger->status(morning().instant).value();
  CHECK(status.check_ins == 1);
  CHECK(status.audit_last == 2);
  CHECK(status.last_committed == check_in.confirmed.instant);
  CHECK_FALSE(ledger->verify_audit().value().has_value());
}

TEST_CASE("commit: the second confirmation of a visit gets the first one's number") {
  auto ledger = memory_ledger();
  commit(*ledger, sample_check_in("a1"));
  const auto already =
      outcome<AlreadyCheckedIn>(*ledger, sample_check_in(sample_visit(), morning(), "other"));
  CHECK(already.arrival.number == "K1-001");
  CHECK(already.arrival.nonce == "nonce-a1");
  CHECK(ledger->status(morning().instant).value().outbox_pending == 1);
}

TEST_CASE("commit: the same nonce again is the same confirmation") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  const auto first = commit(*ledger, sample_check_in("a1"));
  CHECK(commit(*ledger, sample_check_in("a1")) == first);
  CHECK(ledger->status(morning().instant).value().check_ins == 1);
}

TEST_CASE("commit: an arrival read from the server is already checked in, with its number") {
  auto ledger = memory_ledger();
  domain::Visit visit = sample_visit();
  visit.arrival = domain::Arrival{"e9", "a1", "n9", "K2-044", "t9", morning().instant};
  put(*ledger, {visit});
  CHECK(outcome<AlreadyCheckedIn>(*ledger, sample_check_in("a1")).arrival == *visit.arrival);
  CHECK(ledger->status(morning().instant).value().check_ins == 0);
}

TEST_CASE("commit: an arrived status alone is an arrival without a number") {
  auto ledger = memory_ledger();
  domain::Visit visit = sample_visit();
  visit.appointment.status = domain::AppointmentStatus::checked_in;
  put(*ledger, {visit});
  CHECK(outcome<AlreadyCheckedIn>(*ledger, sample_check_in("a1")).arrival.number.empty());
}

TEST_CASE("commit: a row that changed for the patient is shown again, any other is not") {
  const domain::CheckIn shown = sample_check_in("a1");
  const auto changes = [&](auto change) {
    auto ledger = memory_ledger();
    domain::Visit visit = sample_visit();
    visit.appointment.version = "2";
    change(visit);
    put(*ledger, {visit});
    auto result = ledger->commit_check_in(shown).value();
    if (const auto* changed = std::get_if<ChangedMeanwhile>(&result)) {
      CHECK(changed->appointment == visit.appointment);
      CHECK(ledger->status(morning().instant).value().check_ins == 0);
      return true;
    }
    return false;
  };
  CHECK(changes([](auto& v) { v.appointment.status = domain::AppointmentStatus::cancelled; }));
  CHECK(changes([](auto& v) { v.appointment.start += 30min; }));
  CHECK(changes([](auto& v) { v.appointment.doctor_name = "Dr Wu"; }));
  CHECK(changes([](auto& v) { v.appointment.clinic_id = "other"; }));
  CHECK(changes([](auto& v) { v.appointment.place_name = "4F"; }));
  CHECK(changes([](auto& v) { v.appointment.marks = {"unpaid"}; }));
  CHECK(changes([](auto& v) { v.round = 2; }));
  CHECK_FALSE(changes([](auto&) {}));
  CHECK_FALSE(changes([](auto& v) { v.appointment.notes = {"new"}; }));
}

TEST_CASE("commit: after the desk undid an arrival the visit can be checked in anew") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  commit(*ledger, sample_check_in("a1"));
  domain::Visit again = sample_visit();
  again.round = 2;
  put(*ledger, {again});
  CHECK_FALSE(ledger->visit("a1").value()->arrival.has_value());
  CHECK(commit(*ledger, sample_check_in(again)).visit_key == "a1/2");
  CHECK(ledger->visit("a1").value()->arrival->number == "K1-002");
  CHECK(ledger->find_by_token("token-a1").value().empty());
  CHECK(ledger->find_by_token("token-a1/2").value().size() == 1);
}

TEST_CASE("numbers: one series over all clinics, new each day") {
  auto ledger = memory_ledger();
  domain::Visit other_clinic = sample_visit("a2");
  other_clinic.appointment.clinic_id = "other";
  CHECK(commit(*ledger, sample_check_in("a1")).number == "K1-001");
  CHECK(commit(*ledger, sample_check_in(other_clinic)).number == "K1-002");
  CHECK(commit(*ledger, on("a3", day(22), at(day(22).start + 8h))).number == "K1-001");
}

TEST_CASE("numbers: the series' day does not go back with the clock") {
  auto ledger = memory_ledger();
  CHECK(commit(*ledger, on("a1", day(21), morning())).number == "K1-001");
  CHECK(commit(*ledger, on("a2", day(20), at(day(20).start))).number == "K1-002");
  const domain::Day long_ago{{1970, 1, 1}, Instant(), Instant() + 24h};
  CHECK(commit(*ledger, on("a3", long_ago, at(Instant(), ClockTrust::not_before))).number ==
        "K1-003");
  CHECK(commit(*ledger, on("a4", day(21), morning())).number == "K1-004");
}

TEST_CASE(
    "numbers: an untrusted clock starts no new day, nor does the first trusted day after it") {
  auto ledger = memory_ledger();
  commit(*ledger, on("a1", day(20), at(day(20).start)));
  CHECK(commit(*ledger, on("a2", day(21), at(day(21).start, ClockTrust::not_before))).number ==
        "K1-002");
  CHECK(commit(*ledger, on("a3", day(21), morning())).number == "K1-003");
  CHECK(commit(*ledger, on("a4", day(22), at(day(22).start))).number == "K1-001");
}

TEST_CASE("numbers: a machine's clock that was a day ahead names no visit by a number in use") {
  auto ledger = memory_ledger();
  commit(*ledger, on("a1", day(21), morning()));
  CHECK(commit(*ledger, on("a2", day(21), morning())).number == "K1-002");
  const Now ahead = at(day(22).start + 9h, ClockTrust::rtc);
  CHECK(commit(*ledger, on("a3", day(22), ahead)).number == "K1-003");
  CHECK(commit(*ledger, on("a4", day(21), morning())).number == "K1-004");
  CHECK(commit(*ledger, on("a5", day(22), at(day(22).start))).number == "K1-005");
  CHECK(commit(*ledger, on("a6", day(23), at(day(23).start))).number == "K1-001");
}

TEST_CASE("numbers: a server's clock that was days ahead names no visit by a number in use") {
  auto ledger = memory_ledger();
  for (const char* id : {"a1", "a2", "a3"}) commit(*ledger, on(id, day(21), morning()));
  CHECK(commit(*ledger, on("b1", day(22), at(day(22).start))).number == "K1-001");
  CHECK(commit(*ledger, on("c1", day(24), at(day(24).start))).number == "K1-001");
  CHECK(commit(*ledger, on("a4", day(21), morning())).number == "K1-004");
  CHECK(commit(*ledger, on("a5", day(21), morning())).number == "K1-005");
  CHECK(commit(*ledger, on("b2", day(22), at(day(22).start))).number == "K1-006");
  CHECK(commit(*ledger, on("c2", day(24), at(day(24).start))).number == "K1-007");
  CHECK(commit(*ledger, on("d1", day(25), at(day(25).start))).number == "K1-001");
}

TEST_CASE("numbers: the booking's own number is used, within its queue") {
  auto ledger = memory_ledger();
  const auto own = [](const std::string& id, const std::string& doctor, const std::string& number) {
    domain::Visit visit = sample_visit(id);
    visit.appointment.doctor_id = doctor;
    domain::CheckIn check_in = sample_check_in(visit);
    check_in.own_number = number;
    return check_in;
  };
  CHECK(commit(*ledger, own("a1", "li", "12")).number == "12");
  CHECK(commit(*ledger, own("a2", "wu", "12")).number == "12");
  CHECK(commit(*ledger, own("a3", "li", "12")).number == "K1-001");
  CHECK(commit(*ledger, own("a4", "li", "K1-002")).number == "K1-002");
  CHECK(commit(*ledger, own("a5", "li", "K1-009")).number == "K1-003");
}

TEST_CASE("numbers: after erasing, the counter goes on") {
  auto ledger = memory_ledger();
  const auto first = commit(*ledger, on("a1", day(21), at(day(20).start)));
  CHECK(first.number == "K1-001");
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  REQUIRE(ledger->erase_old(morning(), {day(21).start, day(22).end}));
  CHECK(ledger->status(morning().instant).value().check_ins == 0);
  CHECK(commit(*ledger, sample_check_in("a2")).number == "K1-002");
}
