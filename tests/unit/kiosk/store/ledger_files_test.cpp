#include "kiosk/store/ledger_files.h"

#include <doctest/doctest.h>

#include <fstream>

#include "fixture.h"

using namespace kiosk::store;
using namespace kiosk::store::testing;

TEST_CASE("ledger files: each ledger set aside is named once, however its folder is written") {
  const Folder folder;
  const std::string path = folder.path().string() + "//ledger.db";
  for (const char* name :
       {"", "-wal", ".aside-2-20261121T090000Z", ".aside-2-20261121T090000Z-wal", "2.aside-3-x"}) {
    std::ofstream(path + name) << "x";
  }
  const auto found = ledgers_aside(path);
  REQUIRE(found.size() == 1);
  CHECK(found.front() == path + ".aside-2-20261121T090000Z");
  CHECK(ledgers_aside(folder.file("nothing/ledger.db")).empty());
}
