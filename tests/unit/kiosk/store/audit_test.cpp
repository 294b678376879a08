#include "kiosk/store/audit.h"

#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;
using domain::Act;

namespace {

// Five rows: the start, three check-ins, a printed list. Row 4 belongs to a check-in that is done.
void fill(Ledger& ledger) {
  for (const char* id : {"a1", "a2", "a3"}) commit(ledger, sample_check_in(id));
  ledger.note(morning(), {Act::list_printed, "", "held"});
  REQUIRE(ledger.write_notes());
}

constexpr std::int64_t rows = 5;

// What is found after `change` was done to the file behind the program's back. The kiosk runs once
// more in between: it must not heal what was done.
std::optional<AuditFault> fault_after(const std::string& change) {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  fill(*opened(arguments(path)));
  {
    auto database = Database::open({path, ""}).value();
    REQUIRE(database.script(change.c_str()));
  }
  const auto found = Ledger::open_to_read(arguments(path)).value()->verify_audit().value();
  const auto later = opened(arguments(path))->verify_audit().value();
  CHECK(later.has_value() == found.has_value());
  return found;
}

std::int64_t row_after(const std::string& change) {
  CAPTURE(change);
  const auto fault = fault_after(change);
  REQUIRE(fault.has_value());
  CHECK_FALSE(fault->what.empty());
  return fault->seq;
}

std::string on_row(const std::string& change, std::int64_t seq) {
  return "UPDATE audit SET " + change + " WHERE seq = " + std::to_string(seq);
}

std::vector<AuditRow> all_rows(Ledger& ledger) {
  std::vector<AuditRow> all;
  for (bool at_end = false; !at_end;) {
    auto page = ledger.audit_page(all.empty() ? 0 : all.back().seq).value();
    CHECK(page.faults.empty());
    at_end = page.at_end;
    for (AuditRow& row : page.rows) all.push_back(std::move(row));
  }
  return all;
}

}  // namespace

TEST_CASE("audit: an untouched chain holds") {
  CHECK_FALSE(fault_after("SELECT 1").has_value());
}

TEST_CASE("audit: whatever is changed in a row, the row is named") {
  for (std::int64_t seq = 1; seq <= rows; ++seq) {
    for (const char* change :
         {"instant_ms = instant_ms + 1", "trust = (trust + 1) % 3", "commitment = zeroblob(32)",
          "commitment = x''", "row_hash = zeroblob(32)", "previous_hash = zeroblob(32)",
          "payload = zeroblob(80)", "salt = zeroblob(56)", "payload = NULL", "salt = NULL",
          "payload = NULL, salt = NULL"}) {
      CHECK(row_after(on_row(change, seq)) == seq);
    }
  }
}

TEST_CASE("audit: what one row tells does not pass for another's") {
  const std::string other = "(SELECT payload FROM audit WHERE seq = 2)";
  CHECK(row_after(on_row("payload = " + other, 3)) == 3);
  CHECK(row_after(on_row("payload = " + other +
                             ", salt = (SELECT salt FROM audit WHERE seq = 2), "
                             "commitment = (SELECT commitment FROM audit WHERE seq = 2)",
                         3)) == 3);
}

TEST_CASE("audit: a removed row is missed, wherever it stood") {
  for (std::int64_t seq = 1; seq <= rows; ++seq) {
    CHECK(row_after("DELETE FROM audit WHERE seq = " + std::to_string(seq)) == seq);
  }
  CHECK(row_after("DELETE FROM audit") == 1);
}

TEST_CASE("audit: rows that changed places are found") {
  CHECK(row_after("UPDATE audit SET seq = -3 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;"
                  "UPDATE audit SET seq = 4 WHERE seq = -3") == 3);
  CHECK(row_after("UPDATE audit SET seq = -1 WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq = 5;"
                  "UPDATE audit SET seq = 5 WHERE seq = -1") == 1);
}

TEST_CASE("audit: a row put in is found") {
  const std::string copy =
      "SELECT 6, instant_ms, trust, row_hash, commitment, payload, salt, "
      "row_hash, personal FROM audit WHERE seq = 5";
  CHECK(row_after("INSERT INTO audit " + copy) == 6);
  CHECK(row_after("INSERT INTO audit " + copy + "; UPDATE ledger SET audit_last = 6") == 6);
}

TEST_CASE("audit: a tail that was cut off is missed, even where the ledger was told to forget it") {
  CHECK(row_after("DELETE FROM audit WHERE seq > 3") == 4);
  CHECK(row_after("DELETE FROM audit WHERE seq > 3; UPDATE ledger SET audit_last = 3") == 4);
  CHECK(fault_after("DELETE FROM audit WHERE seq > 3; UPDATE ledger SET audit_last = 3, "
                    "audit_seal = NULL")
            .has_value());
  CHECK(fault_after("UPDATE ledger SET audit_seal = zeroblob(128)").has_value());
}

TEST_CASE("audit: what was cut off is not hidden by what comes after") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  fill(*opened(arguments(path)));
  {
    auto database = Database::open({path, ""}).value();
    REQUIRE(database.script("DELETE FROM audit WHERE seq > 3; UPDATE ledger SET audit_last = 3"));
  }
  auto ledger = opened(arguments(path));
  for (const char* id : {"b1", "b2", "b3"}) commit(*ledger, sample_check_in(id));
  CHECK(ledger->verify_audit().value().has_value());
}

TEST_CASE("audit: a ledger of the first version is sealed once, when it is brought up to date") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  make_first_version(path);
  CHECK(Ledger::open_to_read(arguments(path)).error().code == "older_version");
  auto ledger = opened(arguments(path));
  CHECK_FALSE(ledger->verify_audit().value().has_value());
  CHECK(all_rows(*ledger).size() == 2 + 2);  // the start, and its ticket held
}

TEST_CASE("audit: old acts are erased and old rows removed, and the rest still holds") {
  auto ledger = memory_ledger();
  const Now before = at(day(1).start);
  for (int i = 0; i < 3; ++i) ledger->note(before, {Act::shown, "a1", "confirm"});
  ledger->note(morning(), {Act::shown, "a2", "confirm"});
  REQUIRE(ledger->write_notes());

  KeptDays kept{day(21).start, day(22).end, day(20).start, Instant()};
  REQUIRE(ledger->erase_old(morning(), kept));
  auto all = all_rows(*ledger);
  REQUIRE(all.size() == 6);
  CHECK(all[0].note.has_value());
  for (std::size_t i = 1; i < 4; ++i) CHECK_FALSE(all[i].note.has_value());
  CHECK(all[4].note->visit_key == "a2");
  CHECK(all[5].note->act == Act::erased);
  CHECK_FALSE(ledger->verify_audit().value().has_value());
  REQUIRE(ledger->erase_old(morning(), kept));
  CHECK(all_rows(*ledger).size() == 6);

  kept.rows_from = day(20).start;
  REQUIRE(ledger->erase_old(morning(), kept));
  all = all_rows(*ledger);
  CHECK(all.size() == 6);  // the first is of this morning and keeps what follows it
}

TEST_CASE(
    "audit: of whom a row tells goes with the day, what it tells stays, and the chain holds") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  const KeptDays kept{day(21).start, day(22).end, day(8).start, Instant()};
  {
    auto ledger = opened(arguments(path, at(day(20).start)));
    const Now yesterday = at(day(20).start + 9h);
    ledger->set_now(yesterday);
    commit(*ledger, sample_check_in("a1", yesterday));
    commit(*ledger, sample_check_in("a2", yesterday));
    ledger->note(yesterday, {Act::shown, "a1", "done in en, number K1-001, ticket printed"});
    REQUIRE(ledger->write_notes());
    REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", yesterday.instant));
    REQUIRE(ledger->erase_old(morning(), kept));
    const auto all = all_rows(*ledger);
    REQUIRE(all.size() == 6);
    CHECK(all[1].note == domain::AuditNote{Act::check_in, "", "K1-001"});
    CHECK(all[2].note->visit_key == "a2");  // the server does not have it yet
    CHECK(all[3].note ==
          domain::AuditNote{Act::shown, "", "done in en, number K1-001, ticket printed"});
    CHECK(all[4].note == domain::AuditNote{Act::acknowledged, "", "", {}, 2});
    CHECK(all[5].note == domain::AuditNote{Act::erased, "", "3 rows no longer tell of whom"});
    CHECK_FALSE(ledger->verify_audit().value().has_value());
    REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a2"), "e2", morning().instant));
    REQUIRE(ledger->erase_old(morning(), kept));
    CHECK(all_rows(*ledger)[2].note->visit_key.empty());
    CHECK_FALSE(ledger->verify_audit().value().has_value());
  }
  auto database = Database::open({path, ""}).value();
  CHECK(database.count("SELECT count(*) FROM audit WHERE personal IS NOT NULL").value() == 0);
}

TEST_CASE("audit: whom the rows tell of that a clock wrote that was ahead goes with the day too") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path, at(day(20).start)));
    for (const int ahead : {26, 28}) {
      ledger->note(at(day(ahead).start, ClockTrust::rtc), {Act::shown, "a1", "confirm"});
    }
    REQUIRE(ledger->write_notes());
    for (const int today : {21, 22, 27}) {
      const KeptDays kept{day(today).start, day(today + 1).end, day(8).start, Instant()};
      REQUIRE(ledger->erase_old(at(day(today).start + 9h), kept));
      CAPTURE(today);
      CHECK(all_rows(*ledger)[1].note->visit_key.empty());
      CHECK(all_rows(*ledger)[2].note->visit_key.empty());
      CHECK_FALSE(ledger->verify_audit().value().has_value());
    }
    ledger->note(at(day(27).start + 10h), {Act::shown, "a2", "confirm"});
    REQUIRE(ledger->write_notes());
  }
  auto database = Database::open({path, ""}).value();
  REQUIRE(database.script("UPDATE audit SET personal = NULL"));
  database.disconnect(Database::Close::checkpoint);
  const auto fault = Ledger::open_to_read(arguments(path)).value()->verify_audit().value();
  REQUIRE(fault);
  CHECK(fault->what == "has lost whom it tells of, before its time");
}

TEST_CASE("audit: whom a row tells of is neither taken away early nor put in another's place") {
  const std::string change = "personal = (SELECT personal FROM audit WHERE seq = 2)";
  CHECK(fault_after("UPDATE audit SET personal = NULL WHERE seq = 2")->what ==
        "has lost whom it tells of, before its time");
  CHECK(fault_after("UPDATE audit SET " + change + " WHERE seq = 3")->what ==
        "tells of somebody else than it did");
  CHECK(fault_after("UPDATE audit SET " + change + " WHERE seq = 1")->seq == 1);
}

TEST_CASE("audit: of a trail whose beginning went with the years, the rest still holds") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  const KeptDays kept{day(21).start, day(22).end, day(21).start, day(21).start};
  {
    auto ledger = opened(arguments(path, at(day(1).start)));
    for (int i = 0; i < 3; ++i) ledger->note(at(day(2).start), {Act::shown, "a1", "confirm"});
    ledger->note(morning(), {Act::shown, "a2", "confirm"});
    REQUIRE(ledger->write_notes());
    REQUIRE(ledger->erase_old(morning(), kept));
    const auto all = all_rows(*ledger);
    CHECK(all.front().seq == 5);
    CHECK(all.back().note->act == Act::erased);
    CHECK_FALSE(ledger->verify_audit().value().has_value());
  }
  auto database = Database::open({path, ""}).value();
  REQUIRE(database.script("DELETE FROM audit WHERE seq = 5"));
  database.disconnect(Database::Close::checkpoint);
  CHECK(Ledger::open_to_read(arguments(path)).value()->verify_audit().value()->seq == 5);
}

TEST_CASE("audit: rows that the server does not vouch for stay") {
  auto ledger = opened(arguments(":memory:", at(day(1).start)));
  for (int i = 0; i < 3; ++i) ledger->note(at(day(2).start), {Act::shown, "a1", "confirm"});
  REQUIRE(ledger->write_notes());
  REQUIRE(ledger->audit_told(2));
  REQUIRE(ledger->erase_old(morning(), {day(21).start, day(22).end, Instant(), day(21).start}));
  CHECK(all_rows(*ledger).front().seq == 3);
  CHECK_FALSE(ledger->verify_audit().value().has_value());
}

TEST_CASE("audit: a long trail is read in pages") {
  auto ledger = memory_ledger();
  for (int i = 0; i < audit_page_rows + 5; ++i) {
    ledger->note(morning(), {Act::pressed, "", std::to_string(i)});
    if (i % 100 == 0) REQUIRE(ledger->write_notes());
  }
  REQUIRE(ledger->write_notes());
  const auto all = all_rows(*ledger);
  REQUIRE(all.size() == audit_page_rows + 6);
  CHECK(all.back().note->detail == std::to_string(audit_page_rows + 4));
}

TEST_CASE("audit: acts ride with the next commit, in their order") {
  auto ledger = memory_ledger();
  ledger->note(morning(), {Act::shown, "a1", "confirm", morning().instant});
  commit(*ledger, sample_check_in("a1"));
  CHECK_FALSE(ledger->has_notes());
  const auto all = all_rows(*ledger);
  REQUIRE(all.size() == 3);
  CHECK(all[1].note == domain::AuditNote{Act::shown, "a1", "confirm", morning().instant});
  CHECK(all[2].note->act == Act::check_in);
  CHECK(all[2].note->detail == "K1-001");
  CHECK(all[2].note->words == "version 1, nonce nonce-a1");
}

TEST_CASE("audit: more acts than can wait are counted, not kept") {
  auto ledger = memory_ledger();
  for (std::size_t i = 0; i < Ledger::notes_max + 7; ++i) ledger->note(morning(), {Act::pressed});
  REQUIRE(ledger->write_notes());
  const auto all = all_rows(*ledger);
  CHECK(all.size() == Ledger::notes_max + 2);
  CHECK(all.back().note == domain::AuditNote{Act::acts_lost, "", "7 acts could not be recorded"});
}

TEST_CASE("audit: the ledger itself tells of tickets and of what the server said") {
  auto ledger = memory_ledger();
  const auto job = commit(*ledger, sample_check_in("a1")).print_job;
  const auto later = at(morning().instant + 5s, ClockTrust::rtc);
  ledger->set_now(later);
  REQUIRE(ledger->set_print_state(job, domain::PrintState::queued, domain::PrintState::sending));
  REQUIRE(ledger->set_print_state(job, domain::PrintState::sending, domain::PrintState::unknown));
  const auto id = outbox_id(*ledger, "a1");
  REQUIRE(ledger->sending(id, later.instant));
  for (int i = 0; i < 3; ++i) REQUIRE(ledger->postpone(id, later.instant, true, ""));
  REQUIRE(ledger->acknowledged(id, "e7", later.instant));
  std::vector<domain::AuditNote> told;
  for (const AuditRow& row : all_rows(*ledger)) told.push_back(*row.note);
  told.erase(told.begin(), told.begin() + 2);
  CHECK(told ==
        std::vector<domain::AuditNote>{{Act::ticket_sent, "a1", "", {}, job},
                                       {Act::ticket_unknown, "a1", "", {}, job},
                                       {Act::sent, "a1", "attempt 1", {}, job},
                                       {Act::answer_lost, "a1", "", {}, job},
                                       {Act::acknowledged, "a1", "", {}, job, "Encounter/e7"}});
  CHECK(all_rows(*ledger).back().now == later);
}

TEST_CASE("audit: every act has a name of its own") {
  for (int i = 0; i <= static_cast<int>(Act::refused); ++i) {
    const auto act = static_cast<Act>(i);
    CHECK(domain::act_named(domain::name(act)) == act);
  }
  CHECK_FALSE(domain::act_named("walked").has_value());
}

TEST_CASE("audit: who spoils the head does not keep whom old rows tell of") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path));
    ledger->note(at(day(1).start), {Act::shown, "a1", "confirm"});
    REQUIRE(ledger->write_notes());
  }
  const auto tells_of_a1 = [](Ledger& ledger) {
    const auto read = ledger.audit_page(0).value().rows;
    return std::any_of(read.begin(), read.end(),
                       [](const auto& row) { return row.note && row.note->visit_key == "a1"; });
  };
  REQUIRE(
      Database::open({path, ""}).value().script("UPDATE ledger SET audit_seal = zeroblob(128)"));
  auto ledger = opened(arguments(path));
  CHECK(tells_of_a1(*ledger));
  REQUIRE(ledger->erase_old(morning(), {day(21).start, day(22).end, day(20).start, Instant()}));
  CHECK_FALSE(tells_of_a1(*ledger));
  CHECK(ledger->verify_audit().value().has_value());
}
