#include <map>

#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

std::map<std::string, std::string> files_in(const Folder& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    files[entry.path().filename().string()] = contents(entry.path());
  }
  return files;
}

/// "K1-001 not told" ... of every row.
std::vector<std::string> lines(const LeftArrivals& left) {
  std::vector<std::string> found;
  for (const ListedArrival& row : left.rows) {
    found.push_back(row.message.number + " " + row.message.nonce +
                    (row.refused           ? " refused " + row.reason
                     : row.message.unknown ? " unanswered"
                                           : " not told"));
  }
  return found;
}

/// a1 is acknowledged, a2 refused, a3 unanswered, a4 not told.
void record_four(Ledger& ledger) {
  for (const char* id : {"a1", "a2", "a3", "a4"}) commit(ledger, sample_check_in(id));
  const Instant now = morning().instant;
  REQUIRE(ledger.sending(outbox_id(ledger, "a3"), now));
  REQUIRE(ledger.acknowledged(outbox_id(ledger, "a1"), "e1", now));
  REQUIRE(ledger.refused(outbox_id(ledger, "a2"), "422: no", now));
}

const std::vector<std::string> three = {"K1-002 nonce-a2 refused 422: no",
                                        "K1-003 nonce-a3 unanswered", "K1-004 nonce-a4 not told"};

}  // namespace

TEST_CASE("left: all that the server does not have is read without the key, and nothing is moved") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  { record_four(*opened(arguments(path))); }
  const auto before = files_in(folder);
  const auto left = Ledger::left_in(path).value();
  CHECK(lines(left) == three);
  CHECK_FALSE(left.damaged);
  CHECK(left.rows[0].message.appointment_id == "a2");
  CHECK(left.rows[0].message.patient_id == "p1");
  CHECK(left.rows[0].message.confirmed_at == morning().instant);
  CHECK_FALSE(left.rows[0].check_in.has_value());
  CHECK(files_in(folder) == before);
}

TEST_CASE("left: what stood in the log alone when the power went is read too") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  const std::string after = folder.file("after.db");
  const auto ledger = opened(arguments(path));
  record_four(*ledger);
  CHECK(Ledger::left_in(path).error().code == "in_use");
  for (const char* end : {"", "-wal"}) std::filesystem::copy_file(path + end, after + end);
  CHECK(lines(Ledger::left_in(after).value()) == three);
}

TEST_CASE("left: a withdrawn ledger still tells it") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path));
    record_four(*ledger);
    REQUIRE(ledger->destroy_personal_data(morning()));
  }
  CHECK(lines(Ledger::left_in(path).value()) == three);
}

TEST_CASE("left: of a damaged file both ends are read, and it is said that more may be lost") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  constexpr int count = 240;
  {
    auto ledger = opened(arguments(path));
    for (int i = 100; i < 100 + count; ++i) commit(*ledger, sample_check_in(std::to_string(i)));
  }
  std::string bytes = contents(path);
  const auto at = bytes.find("nonce-190");
  REQUIRE(at != std::string::npos);
  bytes.replace(at / 4096 * 4096, 64, 64, '\xff');
  write_file(path, bytes);
  const auto left = Ledger::left_in(path).value();
  CHECK(left.damaged);
  CHECK(left.rows.size() < count);
  REQUIRE(left.rows.size() > 2);
  CHECK(left.rows.front().message.nonce == "nonce-100");
  CHECK(left.rows.back().message.nonce == "nonce-339");
  for (std::size_t i = 1; i < left.rows.size(); ++i) {
    CHECK(left.rows[i - 1].message.id < left.rows[i].message.id);
  }
}

TEST_CASE("left: the first version's ledger is read as it is") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  make_first_version(path);
  const auto before = files_in(folder);
  CHECK(lines(Ledger::left_in(path).value()).size() == 1);
  CHECK(files_in(folder) == before);
}

TEST_CASE("left: what is no ledger is named as what it is") {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  CHECK(Ledger::left_in(path).error().code == "no_ledger");
  write_file(path, std::string(8192, 'x'));
  CHECK(Ledger::left_in(path).error().code == "corrupt");
  write_file(path, "");
  CHECK(Ledger::left_in(path).value().rows.empty());
  const std::string other = folder.file("other.db");
  { REQUIRE(Database::open({other, ""}).value().script("CREATE TABLE t (x)")); }
  CHECK(Ledger::left_in(other).error().code == "not_a_ledger");
}
