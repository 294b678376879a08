// The load that kiosks are, and that the README says what it is.
#include "tests/simulation/fleet.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "kiosk/sync/site_profile.h"

namespace simulation {

TEST_CASE("fleet: kiosks whose power comes back together do not ask together") {
  const Recovery spread = recover(2'000, kiosk::sync::SiteProfile{}.start_spread);
  CHECK(spread.mean > 0);
  CHECK(double(spread.peak) <= 3 * spread.mean);
  const Recovery together = recover(200, kiosk::Milliseconds(0));
  CHECK(double(together.peak) > 3 * together.mean);
}

TEST_CASE("fleet: the README's table is what `simulation --fleet` prints") {
  std::ifstream file(KIOSK_SOURCE_DIR "/README.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string table = fleet_table();
  INFO(table);
  CHECK(text.str().find(table) != std::string::npos);
}

}  // namespace simulation
