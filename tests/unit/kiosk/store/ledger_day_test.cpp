#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

domain::Visit visit_on(const std::string& id, Instant start, const std::string& person = "p1") {
  domain::Visit visit = sample_visit(id, person);
  visit.appointment.start = start;
  return visit;
}

std::vector<std::string> ids(const std::vector<domain::PersonVisits>& people) {
  std::vector<std::string> found;
  for (const auto& one : people) {
    for (const auto& visit : one.visits)
      found.push_back(one.person.id + ":" + visit.appointment.id);
  }
  return found;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("look-up: an identifier finds its person with all visits, sorted") {
  auto ledger = memory_ledger();
  put(*ledger,
      {visit_on("b", day(21).start + 11h), visit_on("c", day(21).start + 9h),
       visit_on("a", day(21).start + 11h), sample_visit("x", "p2")},
      {sample_person("p1"), sample_person("p2")});
  const auto found = ledger->find(domain::Identifier{"urn:card", "CARD-55-p1"}).value();
  CHECK(ids(found) == Ids{"p1:c", "p1:a", "p1:b"});
  CHECK(found[0].person == sample_person("p1"));
  CHECK(found[0].freshness == domain::Freshness::store);
}

TEST_CASE("look-up: another system, a part, a wildcard or another case find nobody") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  for (const domain::Identifier& identifier : {domain::Identifier{"urn:id", "CARD-55-p1"},
                                               {"urn:card", "CARD-55"},
                                               {"urn:card", "%"},
                                               {"urn:card", "card-55-p1"},
                                               {"urn:card", ""}}) {
    CHECK(ledger->find(identifier).value().empty());
  }
}

TEST_CASE("look-up: one identifier borne by two people gives both") {
  auto ledger = memory_ledger();
  domain::Person other = sample_person("p2");
  other.identifiers = sample_person("p1").identifiers;
  put(*ledger, {sample_visit("a1", "p1"), sample_visit("a2", "p2")}, {sample_person("p1"), other});
  CHECK(ledger->find(domain::Identifier{"urn:card", "CARD-55-p1"}).value().size() == 2);
}

TEST_CASE("look-up: birth date and last four digits of phone or document") {
  auto ledger = memory_ledger();
  domain::Person person = sample_person();
  person.identifiers = {{"urn:id", "11010519900517002X"}};
  put(*ledger, {sample_visit()}, {person});
  const auto count = [&](domain::Date birth, const std::string& digits) {
    return ledger->find(domain::BirthDateAndDigits{birth, digits}).value().size();
  };
  CHECK(count({1990, 5, 17}, "8000") == 1);
  CHECK(count({1990, 5, 17}, "002X") == 1);
  CHECK(count({1990, 5, 18}, "8000") == 0);
  CHECK(count({1990, 5, 17}, "8001") == 0);
  CHECK(count({1990, 5, 17}, "") == 0);
}

TEST_CASE("look-up: a booking number finds its visit alone, also with an unknown person") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit("a1"), sample_visit("a2")});
  CHECK(ids(ledger->find_by_booking("BOOKING-a2").value()) == Ids{"p1:a2"});
  CHECK(ledger->find_by_booking("BOOKING").value().empty());
  CHECK(ledger->find_by_booking("").value().empty());
  put(*ledger, {sample_visit("a3", "p9")}, {});
  CHECK(ids(ledger->find_by_booking("BOOKING-a3").value()) == Ids{"p9:a3"});
}

TEST_CASE("look-up: a ticket's token finds its visit, ours or another kiosk's") {
  auto ledger = memory_ledger();
  domain::Visit other = sample_visit("a2");
  other.arrival = domain::Arrival{"e2", "a2", "n2", "K2-001", "t2", morning().instant};
  put(*ledger, {sample_visit("a1"), other});
  commit(*ledger, sample_check_in("a1"));
  CHECK(ids(ledger->find_by_token("token-a1").value()) == Ids{"p1:a1"});
  CHECK(ids(ledger->find_by_token("t2").value()) == Ids{"p1:a2"});
  CHECK(ledger->find_by_token("").value().empty());
}

TEST_CASE("look-up: an own check-in shows as the visit's arrival at once") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  CHECK_FALSE(ledger->visit("a1").value()->arrival.has_value());
  commit(*ledger, sample_check_in("a1"));
  const auto arrival = ledger->visit("a1").value()->arrival;
  CHECK(arrival == domain::Arrival{"", "a1", "nonce-a1", "K1-001", "token-a1", morning().instant});
  const auto found = ledger->find(domain::Identifier{"urn:card", "CARD-55-p1"}).value();
  CHECK(found[0].visits[0].arrival == arrival);
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  CHECK(ledger->visit("a1").value()->arrival->encounter_id == "e1");
  CHECK_FALSE(ledger->visit("none").value().has_value());
}

TEST_CASE("look-up: of two numbers the earlier one is called, unless the server refused it") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  commit(*ledger, sample_check_in("a1"));
  domain::Visit visit = sample_visit();
  visit.arrival =
      domain::Arrival{"e2", "a1", "theirs", "K2-009", "token-2", morning().instant + 1h, {}};
  put(*ledger, {visit});
  CHECK(ledger->visit("a1").value()->arrival->number == "K1-001");
  REQUIRE(ledger->refused(outbox_id(*ledger, "a1"), "cancelled", morning().instant));
  CHECK(ledger->visit("a1").value()->arrival->number == "K2-009");
}

TEST_CASE("store page: what lies outside the kept days is dropped, unless already stored") {
  auto ledger = memory_ledger();
  put(*ledger, {visit_on("before", day(20).start), visit_on("last", day(22).end),
                visit_on("today", day(21).start)});
  CHECK(ledger->stored_ids(Instant(), day(28).end).value() == Ids{"today"});
  put(*ledger, {visit_on("today", day(27).start)});
  CHECK(ledger->visit("today").value()->appointment.start == day(27).start);
  CHECK(ledger->stored_ids(day(21).start, day(22).end).value().empty());
}

TEST_CASE("store page: people without a kept visit are not kept") {
  auto ledger = memory_ledger();
  put(*ledger, {visit_on("later", day(27).start, "p2"), sample_visit()},
      {sample_person("p1"), sample_person("p2")});
  CHECK(ledger->status(morning().instant).value().people == 1);
}

TEST_CASE("store page: a person's old identifiers find nobody any more") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  domain::Person changed = sample_person();
  changed.identifiers = {{"urn:card", "NEW"}};
  put(*ledger, {}, {changed});
  CHECK(ledger->find(domain::Identifier{"urn:card", "CARD-55-p1"}).value().empty());
  CHECK(ledger->find(domain::Identifier{"urn:card", "NEW"}).value().size() == 1);
}

TEST_CASE("store page: what is stored already is not written again") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  auto ledger = opened(arguments(path));
  put(*ledger, {sample_visit()});
  const std::string log = contents(path + "-wal");
  put(*ledger, {sample_visit()});
  CHECK(contents(path + "-wal") == log);
  domain::Visit moved = sample_visit();
  moved.appointment.start += 1h;
  put(*ledger, {moved});
  CHECK(contents(path + "-wal") != log);
  CHECK(ledger->visit("a1").value()->appointment.start == moved.appointment.start);
}

TEST_CASE("look-up: two values with one key are told apart by what was opened") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path));
    put(*ledger, {sample_visit("a1", "p1"), sample_visit("a2", "p2")},
        {sample_person("p1"), sample_person("p2")});
  }
  // As if all their values had the same first 64 bits.
  REQUIRE(Database::open({path, ""})
              .value()
              .script("INSERT OR IGNORE INTO person_lookup SELECT l.hash, p.key FROM person_lookup "
                      "l, person p;"
                      "UPDATE appointment SET booking_hash = (SELECT min(booking_hash) FROM "
                      "appointment);"));
  auto ledger = opened(arguments(path));
  CHECK(ids(ledger->find(domain::Identifier{"urn:card", "CARD-55-p2"}).value()) == Ids{"p2:a2"});
  const auto by_digits = ledger->find(domain::BirthDateAndDigits{{1990, 5, 17}, "02p1"}).value();
  CHECK(ids(by_digits) == Ids{"p1:a1"});
  CHECK(ledger->find_by_booking("BOOKING-a1").value().size() +
            ledger->find_by_booking("BOOKING-a2").value().size() ==
        1);
}

TEST_CASE("forget: appointment and person go, the check-in stays and cannot be doubled") {
  auto ledger = memory_ledger();
  put(*ledger, {sample_visit()});
  commit(*ledger, sample_check_in("a1"));
  const std::vector<std::string> gone = {"a1", "never there"};
  REQUIRE(ledger->forget(gone));
  CHECK_FALSE(ledger->visit("a1").value().has_value());
  const auto status = ledger->status(morning().instant).value();
  CHECK(status.people == 0);
  CHECK(status.check_ins == 1);
  CHECK(status.outbox_pending == 1);
  auto again = ledger->commit_check_in(sample_check_in(sample_visit(), morning(), "other")).value();
  CHECK(std::get<domain::AlreadyCheckedIn>(again).arrival.number == "K1-001");
}

TEST_CASE("look-up: nothing by which somebody could be found stays when she goes or changes") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  const std::vector<std::string> gone = {"a1"};
  const auto listed = [&] {
    return Database::open({path, ""}).value().count("SELECT count(*) FROM person_lookup").value();
  };
  { put(*opened(arguments(path)), {sample_visit()}); }
  CHECK(listed() == 3);
  domain::Person changed = sample_person();
  changed.birth_date.reset();
  changed.identifiers.pop_back();
  { put(*opened(arguments(path)), {sample_visit()}, {changed}); }
  CHECK(listed() == 1);
  { REQUIRE(opened(arguments(path))->forget(gone)); }
  CHECK(listed() == 0);
}

TEST_CASE("bookmark: is kept") {
  auto ledger = memory_ledger();
  CHECK_FALSE(ledger->bookmark().value().has_value());
  REQUIRE(ledger->set_bookmark({day(21).start}));
  CHECK(ledger->bookmark().value() == Bookmark{day(21).start});
}

TEST_CASE("erase: today, tomorrow and what is unacknowledged stay") {
  auto ledger = memory_ledger();
  const auto yesterday = [](const std::string& id) {
    return sample_check_in(visit_on(id, day(20).start), at(day(20).start + 9h));
  };
  commit(*ledger, yesterday("done"));
  commit(*ledger, yesterday("waiting"));
  commit(*ledger, yesterday("no"));
  commit(*ledger, sample_check_in("today"));
  REQUIRE(ledger->add_copy({"done", "", at(day(20).start + 9h)}));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "done"), "e1", day(20).start));
  REQUIRE(ledger->refused(outbox_id(*ledger, "no"), "422", day(20).start));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "today"), "e4", morning().instant));
  REQUIRE(ledger->store_page({{sample_person()},
                              {visit_on("old", day(20).start), visit_on("now", day(21).start),
                               visit_on("tomorrow", day(22).start), visit_on("on", day(23).start)}},
                             day(20).start, day(24).start));
  const KeptDays kept{day(21).start, day(22).end};
  REQUIRE(ledger->erase_old(at(morning().instant, ClockTrust::not_before), kept));
  REQUIRE(ledger->erase_old(at(morning().instant, ClockTrust::rtc), kept));
  CHECK(ledger->status(morning().instant).value().check_ins == 4);
  REQUIRE(ledger->erase_old(morning(), kept));
  CHECK(ledger->stored_ids(Instant(), day(28).start).value() == Ids{"now", "tomorrow"});
  CHECK(ledger->status(morning().instant).value().check_ins == 3);
  CHECK_FALSE(ledger->last_job_of("done").value().has_value());
  CHECK(ledger->last_job_of("waiting").value().has_value());
  CHECK(ledger->unacknowledged(morning().instant).value().size() == 2);
  CHECK_FALSE(ledger->verify_audit().value().has_value());
}
