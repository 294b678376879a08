// What a ledger on these disks keeps when a sync has failed and the power goes later.
#include "tests/simulation/disk.h"

#include "tests/unit/kiosk/store/fixture.h"

namespace simulation {

using namespace kiosk::store;
using namespace kiosk::store::testing;

TEST_CASE("disk: a check-in after a sync that failed outlives the power, whatever failed before") {
  int troubled = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (int operation = 1; operation <= 6; ++operation) {
      CAPTURE(seed);
      CAPTURE(operation);
      Disk disk("place0", "", Dice(seed));
      auto with = arguments(disk.path());
      with.vfs = Disk::vfs();
      with.aside = disk.aside();
      auto ledger = opened(with);
      put(*ledger, {sample_visit("a1"), sample_visit("a2")});
      disk.err_at(operation);
      const auto first = ledger->set_bookmark({morning().instant});
      disk.err_at(0);
      troubled += first ? 0 : 1;
      commit(*ledger, sample_check_in("a2"));
      disk.die();
      ledger.reset();
      disk.cut_power();
      const auto after = opened(with);
      CHECK_FALSE(after->set_aside().has_value());
      CHECK(after->issued_nonce("nonce-a2").value());
    }
  }
  CHECK(troubled > 0);
}

TEST_CASE("disk: what is synced upon a cut whose sync has failed stays when the power goes") {
  int troubled = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Disk disk("place0", "", Dice(seed));
    Disk::File& file = disk.open("place0/log");
    REQUIRE(disk.write(file, 0, "an old and long content", 1) == 0);
    REQUIRE(disk.sync(file, 1) == 0);
    REQUIRE(disk.truncate(file, 0, 1) == 0);
    disk.err_at(1);
    REQUIRE(disk.sync(file, 1) == 1);
    REQUIRE(disk.write(file, 0, "news", 1) == 0);
    REQUIRE(disk.sync(file, 1) == 0);
    disk.cut_power();
    const std::string& left = disk.files().at("place0/log").content;
    troubled += left.size() > 4 ? 1 : 0;
    CHECK(left.substr(0, 4) == "news");
  }
  CHECK(troubled > 0);
}

}  // namespace simulation
