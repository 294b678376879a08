#include "kiosk/journeys/availability.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "bench_model.h"

using namespace journeys_test;

namespace {

constexpr std::array connections{Connection::online, Connection::slow, Connection::offline,
                                 Connection::stale, Connection::revoked};

void stand(Surroundings& around, Connection connection) {
  around.server = connection == Connection::online ? ServerHealth::online
                  : connection == Connection::slow ? ServerHealth::slow
                                                   : ServerHealth::offline;
  around.has_data = connection != Connection::stale;
  around.revoked = connection == Connection::revoked;
}

/// The table as README has it.
std::string markdown() {
  std::string text = "| |";
  for (const Connection one : connections) text += std::string(" ") + name(one) + " |";
  text += "\n|---|";
  for (std::size_t i = 0; i < connections.size(); ++i) text += "---|";
  text += "\n";
  for (int i = 0; i < actions_count; ++i) {
    text += std::string("| ") + name(Action(i)) + " |";
    for (const Connection one : connections)
      text += std::string(" ") + name(way(Action(i), one)) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("availability: every row stands in the place of its action") {
  const std::vector<std::string> names{"find_visit",  "read_fresh", "check_in",
                                       "tell_number", "print_copy", "tell_waiting"};
  REQUIRE(names.size() == actions_count);
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(name(Action(i)) == names[i]);
  CHECK(name(Action::tell_waiting) == names.back());
}

TEST_CASE("availability: the surroundings decide how the kiosk stands") {
  for (const Connection one : connections) {
    Surroundings around;
    stand(around, one);
    CHECK(connection(around) == one);
  }
  Surroundings start;  // nothing was asked yet
  CHECK(connection(start) == Connection::stale);
  start.has_data = true;  // of an earlier life
  CHECK(connection(start) == Connection::slow);
}

TEST_CASE("availability: where nobody can be found the kiosk is closed, else it welcomes") {
  for (const Connection one : connections) {
    CAPTURE(name(one));
    Bench kiosk;
    kiosk.around([&](Surroundings& around) { stand(around, one); });
    const bool closed = way(Action::find_visit, one) == Way::refused;
    CHECK(std::holds_alternative<Closed>(kiosk.model.screen) == closed);
    CHECK(std::holds_alternative<Welcome>(kiosk.model.screen) == !closed);
  }
  Bench filling;  // while the day is being read who asks is told so
  filling.around([](Surroundings& around) { around.has_data = false; });
  CHECK(std::holds_alternative<Welcome>(filling.model.screen));
}

TEST_CASE("availability: README shows the table as it is (UPDATE_GOLDEN=1 writes it)") {
  const std::string path = std::string(KIOSK_SOURCE_DIR) + "/README.md";
  std::ifstream file(path);
  std::string readme{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto begin = readme.find("| | online |");
  REQUIRE(begin != std::string::npos);
  const auto end = readme.find("\n\n", begin) + 1;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << readme.replace(begin, end - begin, markdown());
    return;
  }
  CHECK(readme.substr(begin, end - begin) == markdown());
}
