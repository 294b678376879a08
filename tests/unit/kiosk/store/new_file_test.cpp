#include "kiosk/store/new_file.h"

#include <sys/stat.h>

#include "fixture.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

TEST_CASE("new file: it is its owner's alone, and no other is written over") {
  const Folder folder;
  const std::string path = folder.file("list.csv");
  REQUIRE(write_new_file(path, "first"));
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  CHECK(write_new_file(path, "second").error().code == "exists");
  CHECK(contents(path) == "first");
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_CASE("new file: what a power cut left is no hindrance, and no way to another file") {
  const Folder folder;
  write_file(folder.file("other"), "other");
  std::filesystem::create_symlink(folder.file("other"), folder.file("list.csv.part"));
  REQUIRE(write_new_file(folder.file("list.csv"), "list"));
  CHECK(contents(folder.file("list.csv")) == "list");
  CHECK(contents(folder.file("other")) == "other");
}

TEST_CASE("new file: where none can be, the error names it") {
  const Folder folder;
  const auto written = write_new_file(folder.file("none/list.csv"), "list");
  CHECK(written.error().code == "io");
  CHECK(written.error().what.find("none/list.csv") != std::string::npos);
}
