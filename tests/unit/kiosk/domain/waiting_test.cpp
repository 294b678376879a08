#include "kiosk/domain/waiting.h"

#include <doctest/doctest.h>

using namespace kiosk;
using namespace kiosk::domain;

namespace {

/// 1, 2, ... `count` times `each`.
std::vector<Milliseconds> waits(int count, Milliseconds each) {
  std::vector<Milliseconds> all;
  for (int i = count; i > 0; --i) all.push_back(i * each);
  return all;
}

}  // namespace

TEST_CASE("wait range: from the median to nine of ten, in steps of 5 minutes") {
  const auto range = wait_range(waits(20, Minutes(3)));  // P50 is 30 minutes, P90 is 54
  REQUIRE(range.has_value());
  CHECK(range->from == Minutes(30));
  CHECK(range->until == Minutes(55));
}

TEST_CASE("wait range: fewer than ten patients say nothing") {
  CHECK_FALSE(wait_range(waits(9, Minutes(10))).has_value());
  CHECK_FALSE(wait_range({}).has_value());
  CHECK(wait_range(waits(10, Minutes(10))).has_value());
}

TEST_CASE("wait range: it never says that there is no wait") {
  const auto range = wait_range(std::vector<Milliseconds>(12, Milliseconds(0)));
  REQUIRE(range.has_value());
  CHECK(range->from == Minutes(0));
  CHECK(range->until == Minutes(5));
}

TEST_CASE("wait range: it does not end before the appointment begins") {
  const WaitRange range{Minutes(10), Minutes(20)};
  CHECK(not_before(range, Minutes(42)).until == Minutes(45));
  CHECK(not_before(range, Minutes(42)).from == Minutes(10));
  CHECK(not_before(range, Minutes(19)) == range);
  CHECK(not_before(range, Minutes(-30)) == range);
}
