#include <sys/fsuid.h>

#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

std::string_view open_error(const OpenArguments& with) {
  auto ledger = Ledger::open(with);
  return ledger ? std::string_view("opened") : ledger.error().code;
}

std::vector<std::string> set_aside_files(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    if (name.find(".aside-") != std::string::npos && name.back() == 'Z') names.push_back(name);
  }
  return names;
}

// Garbage over the pages after the first, where the tables are.
void damage(const std::string& path) {
  std::string text = contents(path);
  REQUIRE(text.size() > 8192);
  for (std::size_t i = 4096; i < text.size(); ++i) text[i] = static_cast<char>(i * 31);
  write_file(path, text);
}

}  // namespace

TEST_CASE("open: everything confirmed is there again after closing") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path));
    put(*ledger, {sample_visit()});
    commit(*ledger, sample_check_in("a1"));
  }
  auto ledger = opened(arguments(path));
  CHECK_FALSE(ledger->set_aside().has_value());
  CHECK(ledger->visit("a1").value()->arrival->number == "K1-001");
  CHECK(commit(*ledger, sample_check_in("a2")).number == "K1-002");
}

TEST_CASE("open: a second program is told that the ledger is in use") {
  const Folder folder;
  auto ledger = opened(arguments(folder.file("ledger.db")));
  CHECK(open_error(arguments(folder.file("ledger.db"))) == "in_use");
}

TEST_CASE("open: another key is refused and the file stays where it is") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { commit(*opened(arguments(path)), sample_check_in("a1")); }
  OpenArguments other = arguments(path);
  other.vault = test_vault(9);
  CHECK(open_error(other) == "wrong_key");
  CHECK(set_aside_files(folder).empty());
  CHECK(opened(arguments(path))->status(morning().instant).value().check_ins == 1);
}

TEST_CASE("open: a damaged file is set aside, whole, and the next incarnation begins") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { commit(*opened(arguments(path)), sample_check_in("a1")); }
  damage(path);
  const std::string damaged = contents(path);
  {
    auto ledger = opened(arguments(path));
    REQUIRE(ledger->set_aside().has_value());
    CHECK(*ledger->set_aside() == path + ".aside-2-20261121T090000Z");
    CHECK(contents(*ledger->set_aside()) == damaged);
    CHECK(commit(*ledger, sample_check_in("a2")).number == "K1B-001");
  }
  damage(path);
  {
    auto ledger = opened(arguments(path));
    CHECK(*ledger->set_aside() == path + ".aside-3-20261121T090000Z");
    CHECK(commit(*ledger, sample_check_in("a3")).number == "K1C-001");
  }
  CHECK(set_aside_files(folder).size() == 2);
}

TEST_CASE("open: a file that is no database at all is set aside too") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  write_file(path, std::string(5000, 'x'));
  auto ledger = opened(arguments(path));
  REQUIRE(ledger->set_aside().has_value());
  CHECK(contents(*ledger->set_aside()) == std::string(5000, 'x'));
  CHECK(commit(*ledger, sample_check_in("a1")).number == "K1B-001");
}

TEST_CASE("open: the log of a damaged file is set aside with it") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { commit(*opened(arguments(path)), sample_check_in("a1")); }
  std::string log;
  {
    auto ledger = opened(arguments(path));
    commit(*ledger, sample_check_in("a2"));
    log = contents(path + "-wal");
  }
  REQUIRE_FALSE(log.empty());
  damage(path);
  write_file(path + "-wal", log);
  auto ledger = opened(arguments(path));
  REQUIRE(ledger->set_aside().has_value());
  CHECK(contents(*ledger->set_aside() + "-wal") == log);
}

TEST_CASE("open: a log that is damaged before its last commits is set aside, not passed over") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  std::string database, log;
  {
    auto ledger = opened(arguments(path));
    for (const auto* visit : {"a1", "a2", "a3"}) commit(*ledger, sample_check_in(visit));
    database = contents(path);
    log = contents(path + "-wal");
  }
  const auto begin_with = [&](const std::string& name, std::string changed) {
    const Folder other;
    const std::string to = other.file(name);
    write_file(to, database);
    write_file(to + "-wal", changed);
    auto ledger = opened(arguments(to));
    const auto aside = ledger->set_aside();
    if (aside) CHECK(contents(*aside + "-wal") == changed);
    if (aside && changed.size() == log.size() && changed.front() != 'x') {
      const auto left = Ledger::left_in(*aside).value();
      CHECK(left.damaged);
      CHECK(left.rows.size() == 3);
    }
    return aside ? commit(*ledger, sample_check_in("a9")).number : "kept";
  };
  CHECK(begin_with("whole", log) == "kept");
  for (const std::size_t at :
       {std::size_t{40}, std::size_t{50}, log.size() / 4120 / 2 * 4120 + 50}) {
    CAPTURE(at);
    std::string flipped = log;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    CHECK(begin_with("flipped", flipped) == "K1B-001");
  }
  std::vector<std::size_t> commits;  // frames that end one bear the database's size
  for (std::size_t at = 32; at + 4120 <= log.size(); at += 4120)
    if (log.substr(at + 4, 4) != std::string(4, '\0')) commits.push_back(at);
  REQUIRE(commits.size() > 2);
  std::string last_but_one = log;
  last_but_one[commits[commits.size() - 2] + 500] ^= 4;
  CHECK(begin_with("last but one", last_but_one) == "K1B-001");
  CHECK(begin_with("garbage", std::string(log.size(), 'x')) == "K1B-001");
  // What a power cut leaves: the log is cut short, or its last commit is torn.
  CHECK(begin_with("short", log.substr(0, log.size() / 2)) == "kept");
  CHECK(begin_with("empty", "") == "kept");
  CHECK(begin_with("zeros", std::string(4096, '\0')) == "kept");
  std::string torn = log;
  torn[torn.size() - 5] = static_cast<char>(torn[torn.size() - 5] ^ 1);
  CHECK(begin_with("torn", torn) == "kept");
}

TEST_CASE("open: a ledger that cannot be written is named so, not an I/O error") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { commit(*opened(arguments(path)), sample_check_in("a1")); }
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(path, std::filesystem::perms(0444));
  const int before = setfsuid(65534);  // root may write everything
  auto ledger = Ledger::open(arguments(path));
  setfsuid(static_cast<uid_t>(before));
  REQUIRE_FALSE(ledger);
  CHECK(ledger.error().code == "read_only");
  CHECK(ledger.error().what.find("read-only") != std::string::npos);
}

TEST_CASE("open: a log whose database is gone is set aside, not deleted") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  std::string log;
  {
    auto ledger = opened(arguments(path));
    commit(*ledger, sample_check_in("a1"));
    log = contents(path + "-wal");
  }
  for (const auto* left : {"empty", "gone"}) {
    CAPTURE(left);
    write_file(path + "-wal", log);
    write_file(path, "");
    if (std::string(left) == "gone") std::filesystem::remove(path);
    auto ledger = opened(arguments(path));
    REQUIRE(ledger->set_aside().has_value());
    CHECK(contents(*ledger->set_aside() + "-wal") == log);
    CHECK(commit(*ledger, sample_check_in("a2")).number != "K1-001");
  }
}

TEST_CASE("open: a lost file after one set aside still takes the next incarnation") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  write_file(path, "no database, only text that is long enough to be looked at");
  { opened(arguments(path)); }
  std::filesystem::remove(path);
  CHECK(commit(*opened(arguments(path)), sample_check_in("a1")).number == "K1B-001");
}

TEST_CASE("open: a fresh install on a used code takes the incarnation that it is told") {
  const Folder folder;
  OpenArguments with = arguments(folder.file("ledger.db"));
  with.minimum_incarnation = 3;
  CHECK(commit(*opened(with), sample_check_in("a1")).number == "K1C-001");
  CHECK(commit(*opened(with), sample_check_in("a2")).number == "K1C-002");
  with.minimum_incarnation = 4;
  CHECK(commit(*opened(with), sample_check_in("a3")).number == "K1D-001");
  with.minimum_incarnation = 1;
  CHECK(commit(*opened(with), sample_check_in("a4")).number == "K1D-002");
}

TEST_CASE("open: a ledger beyond reading is followed by a later incarnation than it was told") {
  const Folder folder;
  OpenArguments with = arguments(folder.file("ledger.db"));
  with.minimum_incarnation = 3;
  { CHECK(commit(*opened(with), sample_check_in("a1")).number == "K1C-001"); }
  write_file(with.path, std::string(5000, 'x'));
  CHECK(commit(*opened(with), sample_check_in("a2")).number == "K1D-001");
}

TEST_CASE("open: a ledger of the first version is taken over with all that it holds") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  make_first_version(path);
  for (int life = 1; life <= 2; ++life) {
    CAPTURE(life);
    auto ledger = opened(arguments(path));
    CHECK_FALSE(ledger->set_aside().has_value());
    const auto by_card = ledger->find(domain::Identifier{"urn:card", "CARD-55-p1"}).value();
    REQUIRE(by_card.size() == 1);
    CHECK(by_card[0].person == sample_person());
    CHECK(by_card[0].visits.size() == 2);
    CHECK(ledger->find(domain::BirthDateAndDigits{{1990, 5, 17}, "8000"}).value().size() == 2);
    CHECK(ledger->find_by_booking("BOOKING-a3").value().size() == 1);
    CHECK(ledger->find_by_token("t2").value().at(0).visits.at(0).appointment.id == "a2");
    CHECK(ledger->find_by_token("token-a1").value().at(0).visits.at(0).appointment.id == "a1");
    CHECK(ledger->visit("a1").value()->arrival->number == "K1-001");
    CHECK(ledger->due(Instant::max(), 9).value().size() == 1);
    CHECK(ledger->bookmark().value() == Bookmark{day(21).start});
    CHECK_FALSE(ledger->verify_audit().value().has_value());
  }
  auto ledger = opened(arguments(path));
  const std::vector<std::string> gone = {"a1", "a2", "a3"};
  REQUIRE(ledger->forget(gone));
  CHECK(ledger->status(morning().instant).value().people == 0);
  CHECK(commit(*ledger, sample_check_in("a4")).number == "K1-002");
}

TEST_CASE(
    "open: people whom a program of before listed in another way are listed at the next start") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { put(*opened(arguments(path)), {sample_visit("a1", "p1"), sample_visit("a2", "p2")}); }
  // As the power leaves it when it goes right after the migration.
  { REQUIRE(Database::open({path, ""}).value().script("DELETE FROM person_lookup")); }
  auto ledger = opened(arguments(path));
  CHECK(ledger->find(domain::Identifier{"urn:card", "CARD-55-p1"}).value().size() == 1);
  CHECK(ledger->find(domain::BirthDateAndDigits{{1990, 5, 17}, "8000"}).value().size() == 1);
}

TEST_CASE("open: a ledger of a newer program is refused and left alone") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { opened(arguments(path)); }
  { REQUIRE(Database::open({path, ""}).value().script("PRAGMA user_version = 99")); }
  CHECK(open_error(arguments(path)) == "newer_version");
  CHECK(set_aside_files(folder).empty());
}

TEST_CASE("open: another program's database is refused and left alone") {
  const Folder folder;
  const std::string path = folder.file("other.db");
  { REQUIRE(Database::open({path, ""}).value().script("CREATE TABLE notes (text TEXT)")); }
  CHECK(open_error(arguments(path)) == "not_a_ledger");
  CHECK(set_aside_files(folder).empty());
}

TEST_CASE("open: a folder that is not there and a code without a digit are errors") {
  CHECK(open_error(arguments("/nonexistent/ledger.db")) == "cannot_open");
  OpenArguments with = arguments(":memory:");
  with.kiosk_code = "LOBBY";
  CHECK(open_error(with) == "bad_code");
}

TEST_CASE("privacy: nothing of a patient stands readable in the files, erased or not") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  const auto check_files = [&](bool with_log) {
    std::string bytes = contents(path) + contents(path + "-wal");
    REQUIRE(bytes.size() > 4096);
    CHECK(std::filesystem::exists(path + "-wal") == with_log);
    for (const char* text : {"王小芳", "13800138000", "8000", "11010519900517002", "CARD-55",
                             "BOOKING-", "1990", "心内科", "空腹"}) {
      CAPTURE(text);
      CHECK(bytes.find(text) == std::string::npos);
    }
  };
  {
    auto ledger = opened(arguments(path));
    put(*ledger, {sample_visit()});
    commit(*ledger, sample_check_in("a1"));
    REQUIRE(ledger->add_copy({"a1", "en", morning()}));
    check_files(true);
  }
  check_files(false);
}

TEST_CASE("privacy: after erasing, not even the sealed bytes of a person are left") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  auto ledger = opened(arguments(path));
  put(*ledger, {sample_visit()});
  commit(*ledger, sample_check_in("a1"));
  REQUIRE(ledger->acknowledged(outbox_id(*ledger, "a1"), "e1", morning().instant));
  const std::string before = contents(path) + contents(path + "-wal");
  REQUIRE(before.find("a1") != std::string::npos);
  REQUIRE(before.find("token-a1") != std::string::npos);
  REQUIRE(ledger->erase_old(at(day(23).start), {day(23).start, day(24).end}));
  const std::string after = contents(path) + contents(path + "-wal");
  CHECK(after.find("nonce-a1") == std::string::npos);
  CHECK(after.find("token-a1") == std::string::npos);
  CHECK_FALSE(ledger->verify_audit().value().has_value());
  CHECK(ledger->status(day(23).start).value().check_ins == 0);
}
