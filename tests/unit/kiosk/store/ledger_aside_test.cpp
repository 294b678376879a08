// What a ledger that was set aside still holds is taken over by its successor.
#include <algorithm>

#include "faulty_vfs.h"
#include "fixture.h"
#include "kiosk/store/ledger_files.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

const std::string aside_end = ".aside-2-20261121T090000Z";

/// The table's pages no longer open; its file is set aside at the next start.
void damage_table(const std::string& path, const std::string& table) {
  auto root = Database::open({path, ""})
                  .value()
                  .count("SELECT rootpage FROM sqlite_schema WHERE name = ?1", table);
  std::string bytes = contents(path);
  bytes.replace(static_cast<std::size_t>(root.value() - 1) * 4096, 64, 64, '\xff');
  write_file(path, bytes);
}

void change(const std::string& path, const char* sql) {
  REQUIRE(Database::open({path, ""}).value().script(sql));
}

std::vector<std::string> told(Ledger& ledger) {
  std::vector<std::string> found;
  const auto due = ledger.due(Instant::max(), 100).value();
  for (const auto& message : due) found.push_back(message.number + " " + message.nonce);
  return found;
}

/// a1 is acknowledged, a2 refused, a3 and a4 are not told.
void record_four(const std::string& path) {
  auto ledger = opened(arguments(path));
  for (const char* id : {"a1", "a2", "a3", "a4"}) commit(*ledger, sample_check_in(id));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  REQUIRE(ledger->refused(outbox_id(*ledger, "a2"), "422: no", morning().instant));
}

}  // namespace

TEST_CASE("aside: what the server was not told is taken over, and not twice") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  record_four(path);
  damage_table(path, "person");
  const std::vector<std::string> two{"K1-003 nonce-a3", "K1-004 nonce-a4"};
  const std::string aside = path + aside_end;
  {
    auto ledger = opened(arguments(path));
    CHECK(ledger->set_aside() == aside);
    CHECK(ledger->asides() == std::vector<AsideLedger>{{aside, 3, 0, 0, true}});
    CHECK(told(*ledger) == two);
    const auto refused = ledger->refused_arrivals().value();
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().message.number == "K1-002");
    CHECK(refused.front().reason == "422: no");
    CHECK(ledger->find_by_token("token-a3").value().empty());  // the day is not read yet
    put(*ledger, {sample_visit("a3")});
    CHECK(ledger->find_by_token("token-a3").value().size() == 1);
    CHECK(ledger->visit("a3").value()->arrival->number == "K1-003");
    CHECK(commit(*ledger, sample_check_in("a5")).number == "K1B-001");
    CHECK_FALSE(ledger->verify_audit().value().has_value());
    const auto rows = ledger->audit_page(0).value().rows;
    CHECK(std::count_if(rows.begin(), rows.end(), [](const AuditRow& row) {
            return row.note && row.note->act == domain::Act::taken_over;
          }) == 3);
    REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a3"), "e3", morning().instant));
  }
  auto ledger = opened(arguments(path));
  CHECK_FALSE(ledger->set_aside().has_value());
  CHECK(ledger->asides() == std::vector<AsideLedger>{{aside, 0, 0, 0, true}});
  CHECK(told(*ledger) == std::vector<std::string>{"K1-004 nonce-a4", "K1B-001 nonce-a5"});
  CHECK(ledger->status(morning().instant)->last_committed == morning().instant);
}

TEST_CASE("aside: a row that no patient's record proves is told by nobody, at every start") {
  for (const char* spoilt :
       {"visit_key = 'a9'", "appointment_id = 'a9'", "patient_id = 'p9'", "nonce = 'other'",
        "number = 'K1-009'", "token = 'other'", "confirmed_ms = confirmed_ms + 1"}) {
    CAPTURE(spoilt);
    const Folder folder;
    const std::string path = folder.file("ledger.db");
    record_four(path);
    change(path, (std::string("UPDATE outbox SET ") + spoilt + " WHERE number = 'K1-003'").c_str());
    damage_table(path, "person");
    for (const std::int64_t taken : {2, 0, 0}) {
      auto ledger = opened(arguments(path));
      CHECK(ledger->asides() == std::vector<AsideLedger>{{path + aside_end, taken, 1, 0, true}});
      CHECK(told(*ledger) == std::vector<std::string>{"K1-004 nonce-a4"});
    }
    CHECK(Ledger::left_in(path + aside_end)->rows.size() == 3);
  }
}

TEST_CASE(
    "aside: with another key, and without the patients' records, all rows stay for the desk") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  record_four(path);
  OpenArguments with = arguments(path);
  SUBCASE("records") {
    damage_table(path, "check_in");
  }
  SUBCASE("key") {
    damage_table(path, "person");
    with.vault = test_vault(9);
    write_file(path + aside_end, contents(path));
    std::filesystem::remove(path);
  }
  CHECK(opened(with)->asides() == std::vector<AsideLedger>{{path + aside_end, 0, 3, 0, true}});
  CHECK(told(*opened(with)).empty());
}

TEST_CASE(
    "aside: both ends of a broken outbox are taken over, and it is said that there was more") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path));
    for (int i = 100; i < 340; ++i) commit(*ledger, sample_check_in(std::to_string(i)));
  }
  std::string bytes = contents(path);
  const auto at = bytes.find("nonce-190");
  bytes.replace(at / 4096 * 4096, 64, 64, '\xff');
  write_file(path, bytes);
  auto ledger = opened(arguments(path));
  REQUIRE(ledger->asides().size() == 1);
  const AsideLedger& aside = ledger->asides().front();
  CHECK_FALSE(aside.whole);
  CHECK(aside.taken > 100);
  CHECK(aside.taken < 240);
  CHECK(aside.taken == ledger->status(morning().instant)->outbox_pending);
}

TEST_CASE("aside: what cannot be read stops no start and is named at each") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  record_four(path);
  SUBCASE("no database") {
    write_file(path, std::string(9000, 'x'));
  }
  SUBCASE("another program's") {
    change(path, "PRAGMA application_id = 7");
    damage_table(path, "person");
  }
  SUBCASE("its log alone") {
    std::string log;
    {
      auto ledger = opened(arguments(path));
      commit(*ledger, sample_check_in("a5"));
      log = contents(path + "-wal");
    }
    std::filesystem::remove(path);
    write_file(path + "-wal", log);
  }
  for (int start = 0; start < 2; ++start) {
    auto ledger = opened(arguments(path));
    CHECK(ledger->asides() == std::vector<AsideLedger>{{path + aside_end, 0, 0, 0, false}});
    CHECK(ledger->status(morning().instant)->incarnation == 2);
  }
}

TEST_CASE("aside: a visit that was confirmed anew has a second ticket, told after the first") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { commit(*opened(arguments(path)), sample_check_in("a1")); }
  std::filesystem::rename(path, path + ".later");
  {
    auto ledger = opened(arguments(path));
    auto again = sample_check_in(sample_visit("a1"), morning(), "again");
    again.token = "token-again";
    commit(*ledger, again);
  }
  std::filesystem::rename(path + ".later", path + aside_end);
  auto ledger = opened(arguments(path));
  CHECK(ledger->asides() == std::vector<AsideLedger>{{path + aside_end, 1, 0, 0, true}});
  CHECK(told(*ledger) == std::vector<std::string>{"K1-001 again"});
  REQUIRE(ledger->postpone(outbox_id(*ledger, "a1"), morning().instant + 1h, false, ""));
  CHECK(ledger->due(morning().instant, 10)->empty());
  CHECK(ledger->next_due().value() == morning().instant + 1h);
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  CHECK(told(*ledger) == std::vector<std::string>{"K1-001 nonce-a1"});
  CHECK(ledger->next_due().value() == Instant());
  ledger.reset();
  CHECK(opened(arguments(path))->asides() ==
        std::vector<AsideLedger>{{path + aside_end, 0, 0, 0, true}});
}

TEST_CASE("aside: a withdrawn kiosk empties what is settled and keeps what is not told") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  record_four(path);
  bool settled = true;
  SUBCASE("settled") {}
  SUBCASE("not") {
    settled = false;
    change(path, "UPDATE outbox SET nonce = 'other' WHERE number = 'K1-003'");
  }
  damage_table(path, "person");
  const std::string aside = path + aside_end;
  {
    auto ledger = opened(arguments(path));
    REQUIRE(ledger->destroy_personal_data(morning()));
    CHECK(ledger->asides().empty() == settled);
  }
  CHECK(contents(aside).empty() == settled);
  CHECK(files_set_aside(path).empty() == settled);
  auto ledger = opened(arguments(path));
  CHECK(ledger->asides().empty() == settled);
  CHECK(ledger->status(morning().instant)->outbox_pending == (settled ? 2 : 1));
  CHECK(ledger->find_by_token("token-a4").value().empty());
}

TEST_CASE("aside: a settled file is emptied with the day, and its letter is not given again") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  record_four(path);
  damage_table(path, "person");
  const KeptDays today{day(21).start, day(22).end}, tomorrow{day(22).start, day(23).end};
  const std::string aside = path + aside_end;
  {
    auto ledger = opened(arguments(path));
    REQUIRE(ledger->erase_old(morning(), today));
    REQUIRE(ledger->erase_old(at(day(22).start, ClockTrust::rtc), tomorrow));
    CHECK(ledger->asides().size() == 1);
    CHECK_FALSE(contents(aside).empty());
    REQUIRE(ledger->erase_old(at(day(22).start), tomorrow));
    CHECK(ledger->asides().empty());
    CHECK(contents(aside).empty());
    CHECK(told(*ledger).size() == 2);
  }
  write_file(path, std::string(9000, 'x'));
  auto ledger = opened(arguments(path));
  CHECK(ledger->asides().size() == 1);
  CHECK(commit(*ledger, sample_check_in("a7")).number == "K1C-001");
}

TEST_CASE("aside: a second name of the ledger, as a power cut leaves it, is nothing set aside") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  record_four(path);
  std::filesystem::create_hard_link(path, path + aside_end);
  CHECK(opened(arguments(path))->asides().empty());
}

TEST_CASE("aside: its name tells when it was set aside") {
  CHECK(set_aside_at("/a-b/ledger.db" + aside_end) == day(21).start + 9h);
  CHECK(set_aside_at("/a-b/ledger.db" + aside_end + ".2") == day(21).start + 9h);
  CHECK_FALSE(set_aside_at("/a-b/ledger.db.aside-2-mine").has_value());
  CHECK_FALSE(set_aside_at("ledger").has_value());
}

TEST_CASE("aside: whatever write fails, and where the power goes, arrivals come over once") {
  for (const Fault fault : {Fault::disk_full, Fault::io_error}) {
    bool met = true;
    for (int nth = 1; met; ++nth) {
      CAPTURE(nth);
      const Folder folder;
      const std::string path = folder.file("ledger.db");
      record_four(path);
      std::filesystem::rename(path, path + aside_end);
      OpenArguments with = arguments(path);
      with.vfs = faulty_vfs();
      forget_files();
      plan_fault(fault, nth, Lasting::from_then_on);
      auto ledger = Ledger::open(with);
      met = fault_met();
      plan_fault(Fault::none, 0, Lasting::once);
      if (ledger && !(*ledger)->asides().front().settled()) {
        CHECK((*ledger)->asides().front().waiting == 3);
        (*ledger)->take_over_waiting();
      }
      ledger = fail("test", "closed", "");
      const auto again = opened(with);
      CHECK(again->asides().front().settled());
      CHECK(told(*again) == std::vector<std::string>{"K1-003 nonce-a3", "K1-004 nonce-a4"});
      CHECK(again->refused_arrivals()->size() == 1);
    }
  }
}
