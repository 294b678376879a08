#include "drivers/smart_card/smart_card_worker.h"

#include <doctest/doctest.h>

#include "tests/emulators/smart_card_system.h"
#include "tests/unit/drivers/usb/mailbox.h"

using namespace drivers::smart_card;

namespace {

emulators::SmartCard uid_card(std::uint8_t last = 0x80) {
  return emulators::uid_card({0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, last});
}

Settings settings() {
  return {{CardKind::egk, CardKind::social_security, CardKind::uid}, "", kiosk::Milliseconds(6000)};
}

struct Bench {
  explicit Bench(Settings with = settings()) {
    world.plug("desk");
    worker = std::make_unique<SmartCardWorker>(std::move(with), world.connection(), mailbox.sink());
    REQUIRE(mailbox.wait_for<ReadersReady>());
    REQUIRE(worker->post(CardWanted::yes));
  }

  emulators::SmartCardWorld world;
  Mailbox<SmartCardEvent> mailbox;
  std::unique_ptr<SmartCardWorker> worker;
};

}  // namespace

TEST_CASE("smart cards: readers are told with their names, and again when they are others") {
  Bench bench;
  CHECK(bench.mailbox.last<ReadersReady>().readers == std::vector<std::string>{"desk"});
  bench.world.plug("wall");
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  CHECK(bench.mailbox.last<ReadersReady>().readers == std::vector<std::string>{"desk", "wall"});
  bench.world.unplug("wall");
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  bench.world.unplug("desk");
  REQUIRE(bench.mailbox.wait_for<ReadersUnusable>());
  CHECK(bench.mailbox.last<ReadersUnusable>().why.code == "no_reader");
  bench.world.plug("desk");
  CHECK(bench.mailbox.wait_for<ReadersReady>());
}

TEST_CASE("smart cards: a card is noticed and asked once, until it was taken out") {
  Bench bench;
  bench.world.insert("desk", uid_card());
  REQUIRE(bench.mailbox.wait_for<CardNoticed>());
  REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  const int commands = bench.world.commands();
  REQUIRE(bench.worker->post(CardWanted::no));
  REQUIRE(bench.worker->post(CardWanted::yes));
  bench.world.plug("wall");  // the worker looked again since
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  bench.world.unplug("wall");
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  CHECK(bench.world.commands() == commands);
  bench.world.insert("desk", uid_card(0x81));  // swapped between two looks
  REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  CHECK(bench.mailbox.last<CardIdentified>().identifiers.front().value == "04A1B2C3D4E581");
}

TEST_CASE("smart cards: a card that nobody wanted is not asked until one is wanted") {
  Bench bench;
  REQUIRE(bench.worker->post(CardWanted::no));
  bench.world.plug("wall");
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  bench.world.insert("desk", uid_card());
  bench.world.unplug("wall");
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  bench.world.plug("wall");
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  CHECK(bench.world.commands() == 0);
  REQUIRE(bench.worker->post(CardWanted::yes));
  CHECK(bench.mailbox.wait_for<CardIdentified>());
}

TEST_CASE("smart cards: one pulled at any command is told as pulled, and read when it is back") {
  Bench bench;
  for (int stays_for = 0; stays_for < 5; ++stays_for) {
    CAPTURE(stays_for);
    bench.world.pull_after(stays_for);
    bench.world.insert("desk", emulators::egk_card("A123456780"));
    REQUIRE(bench.mailbox.wait_for<CardPulled>());
    bench.world.insert("desk", emulators::egk_card("A123456780"));
    REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  }
  CHECK(bench.mailbox.count<CardUnreadable>() == 0);
}

TEST_CASE("smart cards: a reader unplugged in mid-command is a card pulled") {
  Bench bench;
  bench.world.fail_commands("pulled", 1);
  bench.world.insert("desk", uid_card());
  CHECK(bench.mailbox.wait_for<CardPulled>());
}

TEST_CASE(
    "smart cards: a card that another program reset is asked from the start, but not for ever") {
  Bench bench;
  bench.world.fail_commands("reset", 2);
  bench.world.insert("desk", uid_card());
  REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  bench.world.fail_commands("reset", 3);
  bench.world.insert("desk", uid_card());
  REQUIRE(bench.mailbox.wait_for<CardUnreadable>());
  CHECK(bench.mailbox.last<CardUnreadable>().why.code == "reset");
}

TEST_CASE("smart cards: a service that ends is told once and found again when it is back") {
  Bench bench;
  bench.world.stop_service();
  REQUIRE(bench.mailbox.wait_for<ReadersUnusable>());
  CHECK(bench.mailbox.last<ReadersUnusable>().why.code == "no_service");
  bench.world.insert("desk", uid_card());
  bench.world.start_service();
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  CHECK(bench.mailbox.wait_for<CardIdentified>());
  bench.world.fail_commands("no_service", 1);
  bench.world.insert("desk", uid_card());
  REQUIRE(bench.mailbox.wait_for<ReadersUnusable>());
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  CHECK(bench.mailbox.wait_for<CardIdentified>());  // it still lies there
  CHECK(bench.mailbox.count<ReadersUnusable>() == 2);
}

TEST_CASE("smart cards: a card that takes too long is given up") {
  Settings impatient = settings();
  impatient.card_limit = kiosk::Milliseconds(0);
  Bench bench(impatient);
  bench.world.insert("desk", uid_card());
  REQUIRE(bench.mailbox.wait_for<CardUnreadable>());
  CHECK(bench.mailbox.last<CardUnreadable>().why.code == "too_long");
}

TEST_CASE("smart cards: only readers of the name configured count") {
  Settings one = settings();
  one.reader_name = "esk";
  Bench bench(one);
  bench.world.plug("wall");
  bench.world.insert("wall", uid_card(0x81));
  bench.world.insert("desk", uid_card());
  REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  CHECK(bench.mailbox.last<CardIdentified>().identifiers.front().value == "04A1B2C3D4E580");
  CHECK(bench.mailbox.count<CardNoticed>() == 1);
  CHECK(bench.mailbox.count<ReadersReady>() == 1);
}
