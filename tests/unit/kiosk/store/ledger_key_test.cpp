// Another key for the ledger, and none any more.
#include <map>

#include "faulty_vfs.h"
#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

OpenArguments with_key(const std::string& path, std::uint8_t fill) {
  OpenArguments with = arguments(path);
  with.vault = test_vault(fill);
  return with;
}

std::string_view open_error(const OpenArguments& with) {
  auto ledger = Ledger::open(with);
  return ledger ? std::string_view("opened") : ledger.error().code;
}

// Of everything that is sealed or hashed something: two people, three visits, two check-ins, one of
// them acknowledged, a copy of each kind.
void fill(Ledger& ledger) {
  domain::Visit elsewhere = sample_visit("a3", "p2");
  elsewhere.arrival =
      domain::Arrival{"e3", "a3", "nonce-a3", "K2-001", "token-a3", morning().instant, {}};
  put(ledger, {sample_visit("a1"), sample_visit("a2", "p2"), elsewhere},
      {sample_person("p1"), sample_person("p2")});
  commit(ledger, sample_check_in("a1"));
  commit(ledger, sample_check_in(sample_visit("a2", "p2")));
  REQUIRE(ledger.acknowledged(outbox_id(ledger, "a2"), "e2", morning().instant));
  REQUIRE(ledger.add_copy({"a1", "en", morning()}));
  REQUIRE(ledger.add_copy({"a3", "en", morning()}));
}

// What a patient can be found by still finds, and what was sealed opens.
void check_whole(Ledger& ledger) {
  CHECK_FALSE(ledger.verify_audit().value().has_value());
  const auto who = sample_person("p2");
  for (const auto& found :
       {ledger.find(who.identifiers[0]).value(),
        ledger.find(domain::BirthDateAndDigits{*who.birth_date, "8000"}).value()}) {
    REQUIRE_FALSE(found.empty());
    CHECK(found.back().person == who);
    CHECK(found.back().visits.size() == 2);
  }
  CHECK(ledger.find_by_booking("BOOKING-a1").value().front().visits.front().appointment ==
        sample_visit("a1").appointment);
  CHECK(ledger.find_by_token("token-a1").value().size() == 1);
  CHECK(ledger.find_by_token("token-a3").value().size() == 1);
  CHECK(ledger.unacknowledged(morning().instant + 1h).value().front().check_in->person ==
        sample_person("p1"));
  CHECK(ledger.last_job_of("a1").value()->copy == domain::Copy::copy);
  CHECK(ledger.held_jobs().value().size() + ledger.unknown_jobs().value().size() == 4);
}

// Every blob of the file by table, column and row, but what does not depend on the key.
std::map<std::string, Bytes> blobs_in(const std::string& path) {
  std::map<std::string, Bytes> blobs;
  auto database = Database::open({path, ""}).value();
  const auto columns = database.select(
      "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
      "WHERE m.type = 'table' AND c.type = 'BLOB' AND m.name NOT IN ('proof', 'person_lookup') "
      "AND c.name NOT IN ('previous_hash', 'commitment', 'row_hash')",
      [](const Row& r) { return std::pair(r.text(0), r.text(1)); });
  for (const auto& [table, column] : columns.value()) {
    int row = 0;
    const auto values = database.select(
        "SELECT " + column + " FROM " + table + " WHERE " + column + " IS NOT NULL ORDER BY 1",
        [](const Row& r) { return r.blob(0); });
    for (const Bytes& value : values.value()) {
      blobs[table + "." + column + std::to_string(row++)] = value;
    }
  }
  return blobs;
}

bool contains(const std::string& text, const Bytes& bytes) {
  return text.find(as_text(bytes)) != std::string::npos;
}

std::string file_bytes(const std::string& path) {
  return contents(path) + contents(path + "-wal");
}

constexpr int operations_max = 1000;

// What `fill` leaves in a file of its own.
std::string filled() {
  const Folder folder;
  { fill(*opened(with_key(folder.file("ledger.db"), 7))); }
  return contents(folder.file("ledger.db"));
}

OpenArguments faulty(const std::string& path, std::uint8_t key) {
  OpenArguments with = with_key(path, key);
  with.vfs = faulty_vfs();
  return with;
}

// Runs `act` on a filled ledger whose disk fails at the n-th operation, for every n, and cuts the
// power where the fault lasts; `check(path, done, ledger)` then looks; there is no ledger after a
// cut.
template <typename Act, typename Check>
void fail_at_each_operation(Lasting lasting, std::uint64_t dice, Act act, Check check) {
  const std::string earlier = filled();
  bool met = true;
  int nth = 0;
  while (met) {
    REQUIRE(++nth < operations_max);
    CAPTURE(nth);
    const Folder folder;
    const std::string path = folder.file("ledger.db");
    write_file(path, earlier);
    forget_files();
    plan_fault(Fault::none, 0, Lasting::once);
    auto ledger = opened(faulty(path, 7));
    plan_fault(Fault::io_error, nth, lasting);
    const bool done = act(*ledger).has_value();
    met = fault_met();
    if (lasting == Lasting::from_then_on) {
      // The machine is dead: nothing that the closing connection wants reaches the disk.
      plan_fault(Fault::io_error, 1, Lasting::from_then_on);
      ledger.reset();
      cut_power(dice * 7919 + static_cast<std::uint64_t>(nth));
    }
    plan_fault(Fault::none, 0, Lasting::once);
    check(path, done, std::move(ledger));
    forget_files();
  }
  CHECK(nth > 10);
}

}  // namespace

TEST_CASE(
    "rotation: whatever write fails or loses power, one key opens all of it, the other nothing") {
  for (const std::uint64_t dice : {0U, 1U, 2U, 3U}) {
    CAPTURE(dice);
    int rotated = 0;
    int kept = 0;
    fail_at_each_operation(
        dice == 0 ? Lasting::once : Lasting::from_then_on, dice,
        [](Ledger& ledger) { return ledger.rotate_key(test_vault(8), morning()); },
        [&](const std::string& path, bool done, std::unique_ptr<Ledger> alive) {
          alive.reset();
          const bool by_old = open_error(faulty(path, 7)) == "opened";
          const bool by_new = open_error(faulty(path, 8)) == "opened";
          REQUIRE(by_old != by_new);
          if (done) CHECK(by_new);
          ++(by_new ? rotated : kept);
          auto ledger = opened(faulty(path, by_new ? 8 : 7));
          CHECK_FALSE(ledger->set_aside().has_value());
          check_whole(*ledger);
        });
    CHECK(rotated > 0);
    CHECK(kept > 0);
  }
}

TEST_CASE("rotation: the new key opens everything, the old one nothing") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { fill(*opened(with_key(path, 7))); }
  { REQUIRE(opened(with_key(path, 7))->rotate_key(test_vault(8), morning())); }
  CHECK(open_error(with_key(path, 7)) == "wrong_key");
  check_whole(*opened(with_key(path, 8)));
}

TEST_CASE("rotation: the ledger goes on with the new key, and the next rotation is as good") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(with_key(path, 7));
    fill(*ledger);
    for (const std::uint8_t key : std::initializer_list<std::uint8_t>{8, 9, 10}) {
      REQUIRE(ledger->rotate_key(test_vault(key), morning()));
      CHECK_FALSE(ledger->verify_audit().value().has_value());
      CHECK(ledger->visit("a1").value()->arrival->number == "K1-001");
    }
    CHECK(commit(*ledger, sample_check_in("a5")).number == "K1-003");
  }
  auto ledger = opened(with_key(path, 10));
  CHECK(ledger->visit("a1").value()->arrival->number == "K1-001");
  CHECK_FALSE(ledger->verify_audit().value().has_value());
  CHECK(ledger->unacknowledged(morning().instant + 1h).value().size() == 2);
}

TEST_CASE("rotation: no column with a blob keeps what the old key sealed or hashed") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(with_key(path, 7));
    fill(*ledger);
    REQUIRE(ledger->rotate_key(test_vault(8), morning()));  // for a row of every table
  }
  const auto before = blobs_in(path);
  { REQUIRE(opened(with_key(path, 8))->rotate_key(test_vault(9), morning())); }
  const std::string after = file_bytes(path);
  std::map<std::string, int> seen;
  for (const auto& blob : before) {
    CAPTURE(blob.first);
    CHECK_FALSE(contains(after, blob.second));
    ++seen[blob.first.substr(0, blob.first.find('.'))];
  }
  for (const char* table :
       {"ledger", "person", "appointment", "check_in", "print_job", "audit", "audit_key"}) {
    CAPTURE(table);
    CHECK(seen[table] > 0);
  }
}

TEST_CASE("rotation: rows that an earlier key chained cannot be forged with a later one") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(with_key(path, 7));
    fill(*ledger);
    REQUIRE(ledger->rotate_key(test_vault(8), morning()));
  }
  const auto broken_after = [&](const char* change) {
    REQUIRE(Database::open({path, ""}).value().script(change));
    const auto fault = opened(with_key(path, 8))->verify_audit().value();
    return fault ? fault->seq : 0;
  };
  CHECK(broken_after("UPDATE audit SET instant_ms = instant_ms + 1 WHERE seq = 2") == 2);
  CHECK(broken_after("UPDATE audit SET instant_ms = instant_ms - 1 WHERE seq = 2") == 0);
  CHECK(broken_after("DELETE FROM audit_key") == 1);
}

TEST_CASE("rotation: a record that does not open stops it, is named, and nothing has changed") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { fill(*opened(with_key(path, 7))); }
  REQUIRE(Database::open({path, ""})
              .value()
              .script("UPDATE person SET record = zeroblob(60) WHERE id = 'p1'"));
  {
    const auto rotated = opened(with_key(path, 7))->rotate_key(test_vault(8), morning());
    REQUIRE_FALSE(rotated.has_value());
    CHECK(rotated.error().code == "sealed");
    CHECK(rotated.error().what.find("person/p1") != std::string::npos);
  }
  CHECK(open_error(with_key(path, 8)) == "wrong_key");
  CHECK(opened(with_key(path, 7))->visit("a1").value()->arrival->number == "K1-001");
}

TEST_CASE("revocation: what was sealed is gone, what the server must still learn is not") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  std::map<std::string, Bytes> before;
  {
    { fill(*opened(with_key(path, 7))); }
    before = blobs_in(path);
    auto ledger = opened(with_key(path, 7));
    auto due = ledger->due(Instant::max(), 10).value();
    REQUIRE(due.size() == 1);
    CHECK(due[0].appointment_start == sample_visit().appointment.start);
    due[0].appointment_start.reset();
    REQUIRE(ledger->destroy_personal_data(morning()));
    CHECK(ledger->revoked());
    CHECK(ledger->due(Instant::max(), 10).value() == due);
    CHECK_FALSE(ledger->verify_audit().value().has_value());
  }
  const std::string after = file_bytes(path);
  for (const auto& blob : before) {
    CAPTURE(blob.first);
    CHECK_FALSE(contains(after, blob.second));
  }
  CHECK(after.find("nonce-a1") != std::string::npos);
  CHECK(after.find("nonce-a2") == std::string::npos);  // acknowledged
}

TEST_CASE("revocation: the ledger opens with any key, says so, and takes in no person") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  CHECK_FALSE(Ledger::revoked_at(path));
  {
    auto ledger = opened(with_key(path, 7));
    fill(*ledger);
    CHECK_FALSE(ledger->status(morning().instant).value().revoked);
    REQUIRE(ledger->destroy_personal_data(morning()));
  }
  CHECK(Ledger::revoked_at(path));
  for (const std::uint8_t key : std::initializer_list<std::uint8_t>{7, 99}) {
    auto ledger = opened(with_key(path, key));
    CHECK(ledger->revoked());
    CHECK(ledger->status(morning().instant).value().revoked);
    CHECK(ledger->status(morning().instant).value().needs_attention());
    put(*ledger, {sample_visit("a6")});
    CHECK_FALSE(ledger->visit("a6").value().has_value());
    CHECK(ledger->commit_check_in(sample_check_in("a6")).error().code == "revoked");
    const auto waiting = ledger->unacknowledged(morning().instant + 1h).value();
    REQUIRE(waiting.size() == 1);
    CHECK(waiting.front().message.number == "K1-001");
    CHECK_FALSE(waiting.front().check_in.has_value());
    CHECK_FALSE(ledger->verify_audit().value().has_value());
    CHECK(ledger->destroy_personal_data(morning()));
  }
  auto ledger = opened(with_key(path, 7));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  CHECK(ledger->status(morning().instant).value().outbox_pending == 0);
}

TEST_CASE("revocation: whatever write fails or loses power, it took place whole or not at all") {
  for (const std::uint64_t dice : {0U, 1U, 2U, 3U}) {
    CAPTURE(dice);
    int revoked = 0;
    int kept = 0;
    fail_at_each_operation(
        dice == 0 ? Lasting::once : Lasting::from_then_on, dice,
        [](Ledger& ledger) { return ledger.destroy_personal_data(morning()); },
        [&](const std::string& path, bool done, std::unique_ptr<Ledger> alive) {
          if (alive) {  // it is tried again
            REQUIRE(alive->destroy_personal_data(morning()));
            CHECK(alive->revoked());
            CHECK(alive->unacknowledged(morning().instant + 1h).value().size() == 1);
            done = true;
          }
          alive.reset();
          auto ledger = opened(faulty(path, 7));
          CHECK_FALSE(ledger->set_aside().has_value());
          if (done) CHECK(ledger->revoked());
          ++(ledger->revoked() ? revoked : kept);
          if (!ledger->revoked()) return check_whole(*ledger);
          CHECK(ledger->unacknowledged(morning().instant + 1h).value().size() == 1);
          CHECK(ledger->status(morning().instant).value().people == 0);
          CHECK_FALSE(ledger->verify_audit().value().has_value());
        });
    CHECK(revoked > 0);
    if (dice > 0) CHECK(kept > 0);
  }
}

TEST_CASE("revocation: a new key ends it; the numbers begin anew, apart from those of before") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(with_key(path, 7));
    fill(*ledger);
    REQUIRE(ledger->destroy_personal_data(morning()));
    CHECK_FALSE(ledger->given_elsewhere("K1-002", "nonce-a2").value());  // it did, and forgot
    REQUIRE(ledger->set_bookmark({morning().instant}));  // of a download that was under way
    CHECK_FALSE(ledger->bookmark().value().has_value());
    REQUIRE(ledger->rotate_key(test_vault(8), morning()));
    CHECK_FALSE(ledger->revoked());
    CHECK_FALSE(ledger->given_elsewhere("K1-002", "nonce-a2").value());
    CHECK_FALSE(ledger->status(morning().instant).value().own_code_elsewhere);
  }
  CHECK(open_error(with_key(path, 7)) == "wrong_key");
  auto ledger = opened(with_key(path, 8));
  CHECK(commit(*ledger, sample_check_in("a7")).number == "K1B-001");
  CHECK_FALSE(ledger->verify_audit().value().has_value());
}
