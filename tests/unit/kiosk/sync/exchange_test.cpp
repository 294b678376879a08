#include "kiosk/sync/exchange.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "kiosk/sync/fhir_time.h"
#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;

namespace {

constexpr Milliseconds quick{50};

/// The server says three times, quickly, that its time is so far off.
void say(ServerClock& clock, Instant at, Milliseconds off) {
  for (int i = 0; i < 3; ++i) clock.sample(at + off, at, Milliseconds(20));
}

}  // namespace

TEST_CASE("health: unknown, online, slow, offline and back") {
  Health health(Milliseconds(2'000));
  CHECK(health.state() == ServerState::unknown);
  health.answered(200, quick);
  CHECK(health.state() == ServerState::online);
  for (int i = 0; i < 2; ++i) health.answered(200, Milliseconds(3'000));
  CHECK(health.state() == ServerState::slow);
  health.failed(HttpFailureKind::not_connected, quick);
  CHECK(health.state() == ServerState::offline);
  health.answered(404, quick);
  health.answered(404, quick);
  CHECK(health.state() == ServerState::online);
  health.answered(500, quick);
  CHECK(health.state() == ServerState::slow);
  health.answered(503, quick);
  CHECK(health.state() == ServerState::offline);
}

TEST_CASE("health: a portal that sends elsewhere and a proxy that denies are no server") {
  for (const int status : {301, 302, 307, 401, 403, 407}) {
    Health health(Milliseconds(2'000));
    for (int i = 0; i < 2; ++i) health.answered(status, quick);
    CAPTURE(status);
    CHECK(health.state() == ServerState::offline);
  }
}

TEST_CASE("health: short limits that run out only say slow, long ones say offline") {
  Health health(Milliseconds(2'000));
  for (int i = 0; i < 5; ++i) health.failed(HttpFailureKind::timed_out_sent, Milliseconds(1'500));
  CHECK(health.state() == ServerState::slow);
  for (int i = 0; i < 2; ++i) health.failed(HttpFailureKind::timed_out_sent, Milliseconds(30'000));
  CHECK(health.state() == ServerState::offline);
}

TEST_CASE("clock: the quickest answer tells the time, small differences are left alone") {
  ServerClock clock;
  const auto server = morning();
  const auto own = server - Minutes(3);
  clock.sample(server, own + Seconds(8), Seconds(16));
  clock.sample(server, own + Milliseconds(20), Milliseconds(40));
  const auto correction = clock.take_correction({own, ClockTrust::rtc});
  REQUIRE(correction);
  CHECK(correction->offset == Minutes(3) + Milliseconds(500));
  CHECK(correction->uncertainty == Milliseconds(520));
  CHECK(clock.server_time({own, ClockTrust::rtc}) == server + Milliseconds(500));
  CHECK(clock.server_time({own, ClockTrust::server}) == own);
  CHECK(!clock.take_correction({own, ClockTrust::rtc}));
  for (int i = 0; i < 8; ++i) clock.sample(server, server + Milliseconds(900), quick);
  CHECK(!clock.take_correction({own, ClockTrust::server}));
  for (int i = 0; i < 8; ++i) clock.sample(server, server + Seconds(9), quick);
  CHECK(clock.take_correction({own, ClockTrust::server}));
}

TEST_CASE(
    "clock: a server that contradicts itself is believed after an hour, and doubted till then") {
  const Instant own = morning();
  ServerClock clock;
  say(clock, own, std::chrono::hours(400 * 24));
  auto told = clock.take_correction({own, ClockTrust::server});
  REQUIRE(told);
  CHECK(told->offset == Milliseconds(0));
  CHECK(told->trust == ClockTrust::not_before);
  say(clock, own + Minutes(59), std::chrono::hours(400 * 24));
  CHECK(!clock.take_correction({own + Minutes(59), ClockTrust::not_before}));
  SUBCASE("it comes back") {
    clock.sample(own + Minutes(60), own + Minutes(60), Milliseconds(20));
    CHECK(!clock.take_correction({own + Minutes(60), ClockTrust::not_before}));
    say(clock, own + Minutes(60), Milliseconds(0));
    told = clock.take_correction({own + Minutes(60), ClockTrust::not_before});
    REQUIRE(told);
    CHECK(std::chrono::abs(told->offset) <= Seconds(1));
    CHECK(told->trust == ClockTrust::server);
  }
  SUBCASE("it stays") {
    say(clock, own + Minutes(61), std::chrono::hours(400 * 24));
    told = clock.take_correction({own + Minutes(61), ClockTrust::not_before});
    REQUIRE(told);
    CHECK(told->offset > std::chrono::hours(399 * 24));
    CHECK(told->trust == ClockTrust::server);
  }
}

TEST_CASE("clock: back to what the machine's clock showed before, a server is believed at once") {
  const auto wrong = std::chrono::hours(26);
  const Instant own = morning();
  ServerClock clock;
  say(clock, own, wrong);
  ClockTrust before = ClockTrust::rtc;
  SUBCASE("the machine's clock was right") {}
  SUBCASE("the machine had none") {
    before = ClockTrust::not_before;
  }
  REQUIRE(clock.take_correction({own, before})->offset > wrong);
  const Instant now = own + wrong + Minutes(1);
  say(clock, now, -wrong);
  const auto told = clock.take_correction({now, ClockTrust::server});
  REQUIRE(told);
  const bool at_once = before == ClockTrust::rtc;
  CHECK(told->trust == (at_once ? ClockTrust::server : ClockTrust::not_before));
  CHECK(std::chrono::abs(told->offset + (at_once ? wrong : Milliseconds(0))) <= Seconds(1));
  if (!at_once) return;
  say(clock, own, std::chrono::hours(4));
  CHECK(clock.take_correction({own, ClockTrust::server})->trust == ClockTrust::not_before);
}

TEST_CASE("back-off: doubles from 1 s to 30 s with jitter") {
  CHECK(backoff(1, [] { return 0.0; }) == Milliseconds(500));
  CHECK(backoff(3, [] { return 0.5; }) == Milliseconds(3'000));
  CHECK(backoff(50, [] { return 0.999999; }) == Milliseconds(30'000));
}

TEST_CASE("bearer: the token comes out of its file and is read anew after a 401") {
  const std::string path = "/tmp/kiosk-sync-token-" + std::to_string(getpid());
  std::ofstream(path) << "first\n";
  auto hospital = small_hospital();
  hospital.set_bearer("second");
  SyncBench bench(hospital, emulators::hospital_profile(base_url));
  bench.authorizer = bearer_from_file(path);
  bench.engine =
      *Engine::create(bench.settings, bench.store, *bench.authorizer, [] { return 0.5; });
  bench.run();
  CHECK(!bench.last.day_is_complete);
  REQUIRE(bench.alerts.size() == 1);
  CHECK(bench.alerts[0].kind == AlertKind::denied);
  std::ofstream(path) << "second\n";
  bench.pass(Seconds(40));
  CHECK(bench.last.day_is_complete);
  CHECK(bench.alerts.size() == 1);
  std::remove(path.c_str());
  CHECK(bearer_from_file(path)->authorization({}).error().code == "token_file");
}

TEST_CASE("exchange: what the adapter never reports is given up as unknown") {
  auto hospital = small_hospital();
  SyncBench bench(hospital, emulators::hospital_profile(base_url));
  const auto id =
      bench.commit(hospital.demo_person("one_booked").appointments[0], nonce_of('1'), "K1-001");
  std::vector<Input> inputs;
  std::vector<HttpRequest> kept;
  for (int i = 0; i < 10; ++i) {
    bench.last = bench.engine->step(bench.now, std::move(inputs));
    inputs.clear();
    for (const auto& request : bench.last.requests) {
      if (writes(request)) continue;  // swallowed
      inputs.emplace_back(hospital.answer(request, bench.now.instant));
    }
  }
  REQUIRE(bench.last.wake);
  bench.pass(Seconds(40));
  CHECK(bench.row(id).message.unknown);
  bench.pass(Seconds(70));
  CHECK(bench.row(id).state == MemoryStore::RowState::acknowledged);
}

namespace {

/// An exchange whose sign-in the server has just refused twice, while another request of it,
/// `late`, is under way.
struct Locked {
  Locked() {
    send(Urgency::background);
    late = take();
    send(Urgency::interactive);
    for (int i = 0; i < 2; ++i) answer(take(), 401);
    REQUIRE(exchange.state() == ServerState::offline);
  }
  void send(Urgency urgency) {
    exchange.send(now, {}, urgency, [this](Now, const Reply& reply) { status = reply.status(); });
  }
  /// The one that may be sent; none: 0.
  RequestId take() {
    const auto ready = exchange.take(now);
    return ready.empty() ? RequestId{} : ready.front().id;
  }
  void answer(RequestId id, int with) {
    exchange.on_result(now, {id, HttpResponse{with, {}, ""}, quick});
  }

  SiteProfile profile = emulators::hospital_profile(base_url);
  std::unique_ptr<Authorizer> authorizer = no_sign_in(base_url).value();
  Exchange exchange{profile, *authorizer};
  Now now{morning(), ClockTrust::server};
  RequestId late;
  int status = -1;
};

}  // namespace

TEST_CASE("exchange: while the sign-in is refused no answer says that the server can be used") {
  Locked c;
  c.answer(c.late, 400);
  CHECK(c.exchange.state() == ServerState::offline);
  c.send(Urgency::interactive);
  CHECK(c.take() == RequestId{});
  CHECK(c.status == 0);  // at once, not after a limit of time
}

TEST_CASE("exchange: an answer that only who is signed in gets ends the refusal") {
  Locked c;
  c.answer(c.late, 200);
  CHECK(c.exchange.state() == ServerState::online);
  for (const auto urgency : {Urgency::interactive, Urgency::background}) {
    c.send(urgency);
    CHECK(c.take() != RequestId{});
  }
}
