#include "kiosk/store/audit.h"

#include "fixture.h"
#include "kiosk/store/records.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

namespace {

// Four rows: the new ledger's and three check-ins. Then `change` is done to the file.
std::optional<std::int64_t> broken_after(const char* change) {
  const Folder folder;
  const std::string path = folder.file("ledger.db");
  {
    auto ledger = opened(arguments(path));
    for (const char* id : {"a1", "a2", "a3"}) commit(*ledger, sample_check_in(id));
  }
  {
    auto database = Database::open({path, ""}).value();
    REQUIRE(database.script(change));
  }
  return opened(arguments(path))->verify_audit().value();
}

}  // namespace

TEST_CASE("audit: an untouched chain holds") {
  CHECK_FALSE(broken_after("SELECT 1").has_value());
}

TEST_CASE("audit: the first changed row is named, whatever was changed") {
  CHECK(broken_after("UPDATE audit SET instant_ms = instant_ms + 1 WHERE seq = 3") == 3);
  CHECK(broken_after("UPDATE audit SET trust = 2 WHERE seq = 2") == 2);
  CHECK(broken_after("UPDATE audit SET commitment = zeroblob(32) WHERE seq = 2") == 2);
  CHECK(broken_after("UPDATE audit SET row_hash = zeroblob(32) WHERE seq = 1") == 1);
  CHECK(broken_after("UPDATE audit SET previous_hash = zeroblob(32) WHERE seq = 1") == 1);
  CHECK(broken_after("UPDATE audit SET payload = (SELECT payload FROM audit WHERE seq = 2), "
                     "salt = (SELECT salt FROM audit WHERE seq = 2) WHERE seq = 3") == 3);
  CHECK(broken_after("UPDATE audit SET salt = NULL WHERE seq = 4") == 4);
}

TEST_CASE("audit: removed rows are missed, in the middle and at the end") {
  CHECK(broken_after("DELETE FROM audit WHERE seq = 2") == 2);
  CHECK(broken_after("DELETE FROM audit WHERE seq = 4") == 4);
  CHECK(broken_after("DELETE FROM audit") == 1);
}

TEST_CASE("audit: a row put in is found") {
  CHECK(
      broken_after("INSERT INTO audit SELECT 5, instant_ms, trust, row_hash, commitment, payload, "
                   "salt, row_hash FROM audit WHERE seq = 4") == 5);
}

TEST_CASE("audit: payloads can be erased and the chain still holds") {
  CHECK_FALSE(broken_after("UPDATE audit SET payload = NULL, salt = NULL").has_value());
}
