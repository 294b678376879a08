#include "kiosk/shell/heads_check.h"

#include <doctest/doctest.h>

using namespace kiosk;
using namespace kiosk::shell;

namespace {

const Instant noon = from_ms(1795406400000);

sync::ToldHead told(std::int64_t seq, int incarnation = 1, std::string hash = "") {
  return {incarnation, seq, hash.empty() ? "h" + std::to_string(seq) : hash, noon + Seconds(seq)};
}

/// Rows `from` to `until`.
TrailHashes rows(std::int64_t from, std::int64_t until) {
  TrailHashes hashes;
  for (auto seq = from; seq <= until; ++seq) hashes[seq] = "h" + std::to_string(seq);
  return hashes;
}

HeadsCheck check(const std::vector<sync::ToldHead>& heads, const TrailHashes& hashes,
                 int incarnation = 1, Instant whole_since = noon) {
  return check_heads(heads, {hashes, incarnation, whole_since}, {});
}

}  // namespace

TEST_CASE("server's word: a trail that has all that was told holds") {
  const auto result = check({told(9), told(4)}, rows(1, 12));
  CHECK(result.faults.empty());
  CHECK(result.found == 2);
  CHECK_FALSE(result.earlier_ledger.has_value());
}

TEST_CASE("server's word: a trail that was cut off and written on is found, oldest row first") {
  TrailHashes hashes = rows(1, 5);
  hashes[6] = "other";
  const auto result = check({told(9), told(6), told(4)}, hashes);
  REQUIRE(result.faults.size() == 2);
  CHECK(result.faults[0].seq == 6);
  CHECK(result.faults[0].what ==
        "of 2026-11-23T04:00:06.000+00:00 is not in the trail, another row has its place; the "
        "server was told of it (6:h6)");
  CHECK(result.faults[1].seq == 9);
  CHECK(result.found == 1);
}

TEST_CASE("server's word: a trail written wholly anew is found, an empty one and an old copy too") {
  TrailHashes other = {{1, "x"}, {9, "y"}};
  CHECK(check({told(9)}, other).faults.size() == 1);
  CHECK(check({told(9)}, {}).faults.size() == 1);
  CHECK(check({told(9, 2)}, rows(1, 9), 1).found == 1);
  CHECK(check({told(30, 2), told(9)}, rows(1, 9), 1).faults.size() == 1);
}

TEST_CASE("server's word: what went because of its age is none's fault, what is younger is") {
  const auto old_rows = check({told(12), told(9), told(4)}, rows(10, 12), 1, noon + Seconds(10));
  CHECK(old_rows.faults.empty());
  CHECK(old_rows.removed == 2);
  CHECK(check({told(12), told(9)}, rows(10, 12), 1, noon).faults.size() == 1);
}

TEST_CASE("server's word: a ledger before this one is told apart, one that went on is not") {
  const auto replaced = check({told(3, 2), told(50), told(40)}, rows(1, 3), 2);
  CHECK(replaced.faults.empty());
  CHECK(replaced.earlier_ledger == told(50));
  const auto long_ago = check({told(3, 2), told(50)}, rows(1, 3), 2, noon + Minutes(1));
  CHECK_FALSE(long_ago.earlier_ledger.has_value());
  // The number series began anew in the same ledger.
  CHECK(check({told(3, 2), told(2), told(1, 1, "x")}, rows(1, 3), 2).faults.size() == 1);
}
