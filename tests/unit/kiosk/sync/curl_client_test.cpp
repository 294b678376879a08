#include "kiosk/sync/curl_client.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "kiosk/base/bounded_queue.h"
#include "sync_bench.h"
#include "tests/emulators/fault_proxy.h"
#include "tests/emulators/hospital_server.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::Fault;
using emulators::FaultProxy;
using emulators::HospitalServer;
using emulators::HospitalServerOptions;

namespace {

constexpr Seconds limit{10};

/// A hospital behind a proxy, and a client.
struct Wire {
  explicit Wire(HospitalServerOptions::Tls tls = HospitalServerOptions::Tls::off) {
    char name[] = "/tmp/kiosk-sync-XXXXXX";
    folder = mkdtemp(name);
    HospitalServerOptions options;
    options.tls = tls;
    options.certificate_folder = folder.string();
    server = *HospitalServer::create(options, [] { return morning(); });
    proxy = *FaultProxy::create(server->port());
    server->announce_port(proxy->port());
    start({tls == HospitalServerOptions::Tls::self_made ? server->ca_file() : "", 64});
  }
  ~Wire() { std::filesystem::remove_all(folder); }

  void start(CurlOptions options) {
    client.reset();
    client = *CurlClient::create(
        std::move(options), [this](HttpResult result) { CHECK(results.push(std::move(result))); });
  }

  HttpResult get(HttpRequest request) {
    request.id = RequestId{++next};
    REQUIRE(client->send(request));
    auto result = results.pop(limit, {});
    REQUIRE(result);
    CHECK(result->id == RequestId{next});
    return *result;
  }

  HttpRequest metadata() const {
    HttpRequest request;
    request.url = server->base_url() + "/metadata";
    return request;
  }
  HttpRequest post() const {
    HttpRequest request;
    request.method = "POST";
    request.url = server->base_url() + "/Task";
    request.headers = {{"Content-Type", "application/fhir+json"}};
    request.body = R"({"resourceType":"Task","status":"requested","intent":"order"})";
    return request;
  }
  std::size_t tasks() {
    std::size_t count = 0;
    server->with_hospital([&](emulators::Hospital& h) { count = h.count("Task"); });
    return count;
  }

  std::filesystem::path folder;
  std::unique_ptr<HospitalServer> server;
  std::unique_ptr<FaultProxy> proxy;
  BoundedQueue<HttpResult> results{64};
  std::unique_ptr<CurlClient> client;
  std::uint64_t next = 0;
};

HttpFailureKind kind(const HttpResult& result) {
  const auto* failure = std::get_if<HttpFailure>(&result.outcome);
  REQUIRE(failure != nullptr);
  return failure->kind;
}

int code(const HttpResult& result) {
  const auto* response = std::get_if<HttpResponse>(&result.outcome);
  REQUIRE(response != nullptr);
  return response->status;
}

Fault fault(Fault::Kind kind, std::size_t bytes = 0) {
  Fault made;
  made.kind = kind;
  made.bytes = bytes;
  return made;
}

}  // namespace

TEST_CASE("curl: an answer comes with status, headers and body") {
  Wire wire;
  const auto result = wire.get(wire.metadata());
  const auto& response = std::get<HttpResponse>(result.outcome);
  CHECK(response.status == 200);
  CHECK(header(response.headers, "date") == "Sat, 21 Nov 2026 01:40:00 GMT");
  CHECK(response.body.find("CapabilityStatement") != std::string::npos);
}

TEST_CASE("curl: an id of two dots is asked for as it stands") {
  Wire wire;
  auto request = wire.metadata();
  request.url = wire.server->base_url() + "/Appointment/../metadata";
  CHECK(code(wire.get(request)) == 404);
}

TEST_CASE("curl: TLS is verified") {
  Wire wire(HospitalServerOptions::Tls::self_made);
  CHECK(code(wire.get(wire.metadata())) == 200);
  CHECK(code(wire.get(wire.post())) == 201);
  wire.start({});  // the system's certificates do not know this server
  CHECK(kind(wire.get(wire.metadata())) == HttpFailureKind::not_connected);
  wire.start({wire.server->ca_file(), 64});
  auto plain = wire.metadata();
  plain.url.replace(0, 5, "http");
  CHECK(std::holds_alternative<HttpFailure>(wire.get(plain).outcome));
}

TEST_CASE("curl: plain http over the network never leaves") {
  Wire wire;
  auto request = wire.metadata();
  request.url = "http://192.0.2.1/fhir/metadata";
  const auto result = wire.get(request);
  CHECK(kind(result) == HttpFailureKind::not_connected);
  CHECK(std::get<HttpFailure>(result.outcome).what.find("loopback") != std::string::npos);
}

TEST_CASE("curl: nothing that listens means that nothing was sent") {
  Wire wire;
  wire.proxy->set(fault(Fault::Kind::down));
  CHECK(kind(wire.get(wire.post())) == HttpFailureKind::not_connected);
  CHECK(wire.tasks() == 0);
  wire.proxy->set({});
  CHECK(code(wire.get(wire.metadata())) == 200);
}

TEST_CASE("curl: cut before the commit and after it look alike and are called lost") {
  Wire wire;
  wire.proxy->set(fault(Fault::Kind::cut_request, 60));
  CHECK(kind(wire.get(wire.post())) == HttpFailureKind::lost);
  CHECK(wire.tasks() == 0);
  for (const std::size_t bytes : {0U, 20U}) {
    wire.proxy->set(fault(Fault::Kind::cut_response, bytes));
    CHECK(kind(wire.get(wire.post())) == HttpFailureKind::lost);
  }
  CHECK(wire.tasks() == 2);
}

TEST_CASE("curl: a write is never repeated by the library") {
  Wire wire;
  CHECK(code(wire.get(wire.metadata())) == 200);  // a connection that could be reused
  Fault after = fault(Fault::Kind::cut_response, 0);
  after.only = "POST";
  wire.proxy->set(after);
  CHECK(kind(wire.get(wire.post())) == HttpFailureKind::lost);
  CHECK(wire.tasks() == 1);
  CHECK(wire.proxy->faults_done() == 1);
}

TEST_CASE("curl: a server that says nothing ends in a time-out after sending") {
  Wire wire;
  wire.proxy->set(fault(Fault::Kind::silent));
  auto request = wire.post();
  request.timeout = Milliseconds(200);
  const auto result = wire.get(request);
  CHECK(kind(result) == HttpFailureKind::timed_out_sent);
  CHECK(result.elapsed >= Milliseconds(190));
}

TEST_CASE("curl: an address that never answers ends in a time-out before sending") {
  Wire wire(HospitalServerOptions::Tls::self_made);
  wire.proxy->set(fault(Fault::Kind::silent));  // the TLS handshake hangs
  auto request = wire.post();
  request.timeout = request.connect_timeout = Milliseconds(200);
  CHECK(kind(wire.get(request)) == HttpFailureKind::timed_out_unsent);
}

TEST_CASE("curl: too long an answer is cut off, a redirect is not followed") {
  Wire wire;
  auto request = wire.metadata();
  request.answer_bytes_max = 20;
  CHECK(kind(wire.get(request)) == HttpFailureKind::too_large);
  Fault redirect = fault(Fault::Kind::answer);
  redirect.status = 302;
  redirect.headers = "Location: https://evil.example/\r\n";
  wire.proxy->set(redirect);
  CHECK(code(wire.get(wire.metadata())) == 302);
}

TEST_CASE("curl: the proxy answers for the server, delays and throttles") {
  Wire wire;
  Fault busy = fault(Fault::Kind::answer);
  busy.status = 429;
  busy.headers = "Retry-After: 7\r\n";
  busy.times = 1;
  wire.proxy->set(busy);
  const auto result = wire.get(wire.post());
  CHECK(code(result) == 429);
  CHECK(header(std::get<HttpResponse>(result.outcome).headers, "Retry-After") == "7");
  CHECK(code(wire.get(wire.post())) == 201);
  Fault slow;
  slow.delay = Milliseconds(150);
  slow.bytes_per_second = 4'000;
  wire.proxy->set(slow);
  CHECK(wire.get(wire.post()).elapsed >= Milliseconds(150));
}

namespace {

/// One engine on a real wire; time is virtual and only moves when nothing is under way.
struct WiredEngine {
  explicit WiredEngine(Wire& wire_) : wire(wire_) {
    profile = emulators::hospital_profile(wire.server->base_url());
    wire.server->with_hospital([&](emulators::Hospital& h) {
      appointment = h.demo_person("one_booked").appointments.at(0);
    });
    domain::ArrivalMessage message;
    message.visit_key = message.appointment_id = appointment;
    message.nonce = nonce_of('5');
    message.number = "K1-001";
    message.token = "t";
    message.confirmed_at = morning();
    row = store.add(message);
    authorizer = *no_sign_in(profile.base_url);
    engine = *Engine::create({profile, {{Instant{}, Minutes(480)}}, "K1"}, store, *authorizer,
                             [] { return 0.5; });
  }

  void run_until_told(const std::function<void(const HttpRequest&)>& before_send) {
    std::vector<Input> inputs;
    int under_way = 0;
    for (int i = 0; i < 500 && store.rows[row].state == MemoryStore::RowState::pending; ++i) {
      auto out = engine->step(now, std::move(inputs));
      inputs.clear();
      for (auto& request : out.requests) {
        before_send(request);
        REQUIRE(wire.client->send(std::move(request)));
        ++under_way;
      }
      if (under_way > 0) {
        auto result = wire.results.pop(limit, {});
        REQUIRE(result);
        --under_way;
        inputs.emplace_back(std::move(*result));
      } else if (out.wake) {
        now.instant = std::max(now.instant, *out.wake);
      }
    }
  }

  void check_told_once() {
    CHECK(store.rows[row].state == MemoryStore::RowState::acknowledged);
    wire.server->with_hospital([&](emulators::Hospital& h) {
      CHECK(h.encounters_of(appointment).size() == 1);
      CHECK(h.status_of(appointment) == "arrived");
    });
  }

  Wire& wire;
  SiteProfile profile;
  MemoryStore store;
  std::string appointment;
  std::int64_t row = 0;
  std::unique_ptr<Authorizer> authorizer;
  std::unique_ptr<Engine> engine;
  Now now{morning(), ClockTrust::server};
};

}  // namespace

TEST_CASE("wire: an arrival whose answer is lost after the commit is one Encounter") {
  Wire wire;
  WiredEngine kiosk(wire);
  Fault after = fault(Fault::Kind::cut_response, 0);
  after.only = "POST /fhir HTTP";
  after.times = 1;
  wire.proxy->set(after);
  int written = 0;
  kiosk.run_until_told([&](const HttpRequest& r) { written += writes(r) ? 1 : 0; });
  CHECK(wire.proxy->faults_done() == 1);
  CHECK(written == 1);
  kiosk.check_told_once();
}

TEST_CASE("wire: over TLS, cut at any place of the exchange, it is one Encounter all the same") {
  for (std::size_t bytes = 200; bytes < 2'400; bytes += 400) {
    Wire wire(HospitalServerOptions::Tls::self_made);
    WiredEngine kiosk(wire);
    bool cut = false;
    kiosk.run_until_told([&](const HttpRequest& r) {
      if (writes(r) && !cut) {
        cut = true;
        wire.proxy->set(fault(Fault::Kind::cut_response, bytes));
      } else if (cut) {
        wire.proxy->set({});
      }
    });
    CHECK(cut);
    kiosk.check_told_once();
  }
}
