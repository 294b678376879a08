// The driver against a real pcscd with vsmartcard's virtual reader. Needs namespaces of its own:
// tests/e2e/smart_card.py makes them and says in KIOSK_READER_CONF where readers are configured.
#include <doctest/doctest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "drivers/smart_card/pcsc_card_system.h"
#include "drivers/smart_card/smart_card_worker.h"
#include "tests/emulators/smart_card_slot.h"
#include "tests/unit/drivers/usb/mailbox.h"

using namespace drivers::smart_card;
using emulators::SmartCardSlot;
using kiosk::Bytes;

extern char** environ;

namespace {

constexpr std::uint16_t port = 35963;  // vpcd's first slot
constexpr std::uint16_t second_port = 35964;
const std::vector<CardKind> all = {CardKind::egk, CardKind::social_security, CardKind::uid};

std::string folder() {
  const char* path = std::getenv("KIOSK_READER_CONF");
  REQUIRE(path != nullptr);
  return path;
}

class Daemon {
 public:
  Daemon() {
    const std::string configuration = folder();
    const char* arguments[] = {"pcscd", "-f", "-c", configuration.c_str(), nullptr};
    REQUIRE(posix_spawnp(&pid_, "pcscd", nullptr, nullptr, const_cast<char**>(arguments),
                         environ) == 0);
  }
  ~Daemon() { end(SIGTERM); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void send(int signal) { ::kill(pid_, signal); }

  void end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

struct Bench {
  Mailbox<SmartCardEvent> mailbox;
  SmartCardWorker worker{Settings{all, "", kiosk::Milliseconds(6000)},
                         pcsc_card_system(kiosk::Milliseconds(1500)), mailbox.sink()};
};

auto insert(emulators::SmartCard card, SmartCardSlot::Watch watch = {}, std::uint16_t at = port) {
  auto slot = SmartCardSlot::insert(std::move(card), at, std::move(watch));
  REQUIRE(slot.has_value());
  return std::move(*slot);
}

emulators::SmartCard uid_card() {
  return emulators::uid_card({0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80});
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

TEST_CASE("pcscd: cards of every kind are put in, read and taken out, one after the other") {
  const Daemon daemon;
  Bench bench;
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  REQUIRE(bench.worker.post(CardWanted::yes));
  {
    const auto slot = insert(uid_card());
    REQUIRE(bench.mailbox.wait_for<CardIdentified>());
    CHECK(bench.mailbox.last<CardIdentified>() ==
          CardIdentified{CardKind::uid, {{IdentifierKind::uid, "04A1B2C3D4E580"}}});
  }
  {
    const auto slot = insert(emulators::egk_card("A123456780"));
    REQUIRE(bench.mailbox.wait_for<CardIdentified>());
    CHECK(bench.mailbox.last<CardIdentified>() ==
          CardIdentified{CardKind::egk, {{IdentifierKind::egk_kvnr, "A123456780"}}});
  }
  {
    auto card = emulators::social_security_card("A12345678", "990101199003070015");
    card.set_handover(emulators::Handover::in_parts);
    const auto slot = insert(std::move(card), {}, second_port);
    REQUIRE(bench.mailbox.wait_for<CardIdentified>());
    CHECK(bench.mailbox.last<CardIdentified>().identifiers.front().value == "990101199003070015");
  }
  {
    const auto slot = insert(emulators::resident_id_card());
    CHECK(bench.mailbox.wait_for<UseTheIdCardReader>());
  }
  CHECK(bench.mailbox.count<CardUnreadable>() == 0);
}

TEST_CASE("pcscd: a card withdrawn in mid-exchange is told as pulled, the next one is read") {
  const Daemon daemon;
  Bench bench;
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  REQUIRE(bench.worker.post(CardWanted::yes));
  for (int stays_for = 0; stays_for < 4; stays_for += 3) {
    CAPTURE(stays_for);
    {
      const auto slot = insert(emulators::egk_card("A123456780"),
                               [=](int commands) { return commands < stays_for; });
      REQUIRE(bench.mailbox.wait_for<CardPulled>());
    }
    const auto slot = insert(uid_card());
    REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  }
  CHECK(bench.mailbox.count<CardUnreadable>() == 0);
}

TEST_CASE("pcscd: no card is asked before one is wanted, then at once, and only once") {
  const Daemon daemon;
  Bench bench;
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  const auto slot = insert(uid_card());
  REQUIRE(bench.worker.post(CardWanted::no));
  const auto second = insert(uid_card(), {}, second_port);
  CHECK(bench.mailbox.count<CardNoticed>() == 0);
  REQUIRE(bench.worker.post(CardWanted::yes));
  REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  CHECK(bench.mailbox.count<CardNoticed>() == 2);
}

TEST_CASE("pcscd: killed and started anew, it is found again without a restart") {
  auto daemon = std::make_unique<Daemon>();
  Bench bench;
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  REQUIRE(bench.worker.post(CardWanted::yes));
  for (const int signal : {SIGKILL, SIGTERM}) {
    CAPTURE(signal);
    daemon->end(signal);
    REQUIRE(bench.mailbox.wait_for<ReadersUnusable>());
    CHECK(bench.mailbox.last<ReadersUnusable>().why.code == "no_service");
    daemon = std::make_unique<Daemon>();
    REQUIRE(bench.mailbox.wait_for<ReadersReady>());
    const auto slot = insert(uid_card());
    REQUIRE(bench.mailbox.wait_for<CardIdentified>());
  }
  SUBCASE("killed in mid-command") {
    auto slot = insert(uid_card(), [&](int) {
      daemon->end(SIGKILL);
      return true;
    });
    REQUIRE(bench.mailbox.wait_for<ReadersUnusable>());
    slot.reset();  // its thread ended the daemon
    daemon = std::make_unique<Daemon>();
    REQUIRE(bench.mailbox.wait_for<ReadersReady>());
    const auto next = insert(uid_card());
    CHECK(bench.mailbox.wait_for<CardIdentified>());
  }
}

TEST_CASE("pcscd: one that hangs is told as silent, and holds nobody up") {
  Daemon daemon;
  auto bench = std::make_unique<Bench>();
  REQUIRE(bench->mailbox.wait_for<ReadersReady>());
  daemon.send(SIGSTOP);
  REQUIRE(bench->mailbox.wait_for<ReadersUnusable>());
  CHECK(bench->mailbox.last<ReadersUnusable>().why.code == "silent");
  daemon.send(SIGCONT);
  REQUIRE(bench->mailbox.wait_for<ReadersReady>());
  REQUIRE(bench->worker.post(CardWanted::yes));
  {
    const auto slot = insert(uid_card());
    REQUIRE(bench->mailbox.wait_for<CardIdentified>());
  }
  {
    const auto slot = insert(uid_card(), [&](int) {
      daemon.send(SIGSTOP);
      return true;
    });
    REQUIRE(bench->mailbox.wait_for<ReadersUnusable>());
    CHECK(bench->mailbox.last<ReadersUnusable>().why.code == "silent");
    const auto began = std::chrono::steady_clock::now();
    bench.reset();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(2));
    daemon.send(SIGCONT);
  }
}

TEST_CASE("pcscd: a reader that is gone is told, and ready when it is there again") {
  const std::string configuration = folder() + "/vpcd";
  std::ifstream file(configuration);
  const std::string reader{std::istreambuf_iterator<char>(file), {}};
  auto daemon = std::make_unique<Daemon>();
  Bench bench;
  REQUIRE(bench.mailbox.wait_for<ReadersReady>());
  // pcscd lets go of a configured reader only when it is started anew.
  daemon->end(SIGTERM);
  std::ofstream(configuration) << "# none\n";
  daemon = std::make_unique<Daemon>();
  do {
    REQUIRE(bench.mailbox.wait_for<ReadersUnusable>());
  } while (bench.mailbox.last<ReadersUnusable>().why.code != "no_reader");
  daemon->end(SIGTERM);
  std::ofstream(configuration) << reader;
  daemon = std::make_unique<Daemon>();
  CHECK(bench.mailbox.wait_for<ReadersReady>());
}

TEST_CASE("pcscd: waiting for cards costs less than 1 % of a core; the worker ends at once") {
  const Daemon daemon;
  const auto bench = std::make_unique<Bench>();
  REQUIRE(bench->mailbox.wait_for<ReadersReady>());
  REQUIRE(bench->worker.post(CardWanted::yes));
  const double before = cpu_seconds();
  CHECK_FALSE(bench->mailbox.wait_for<ReadersUnusable>(std::chrono::seconds(2)));
  const double share = (cpu_seconds() - before) / 2;
  MESSAGE("share of a core: " << share);
  CHECK(share < 0.01);
}
