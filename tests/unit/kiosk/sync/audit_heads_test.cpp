#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using nlohmann::json;

namespace {

struct Case {
  explicit Case(emulators::HospitalOptions options = {})
      : hospital(small_hospital(options)), bench(hospital, emulators::hospital_profile(base_url)) {}
  void write_row(std::int64_t seq) {
    bench.store.head = store::AuditHead{2, seq, std::string(64, 'e'), bench.now.instant};
  }
  std::size_t told() const {
    return static_cast<std::size_t>(std::count_if(
        bench.sent.begin(), bench.sent.end(),
        [](const HttpRequest& request) { return request.url.ends_with("/AuditEvent"); }));
  }

  emulators::Hospital hospital;
  SyncBench bench;
};

}  // namespace

TEST_CASE("audit heads: after a run the server is told the newest row, and only when it is newer") {
  Case c;
  c.write_row(17);
  c.bench.run();
  CHECK(c.hospital.count("AuditEvent") == 1);
  CHECK_FALSE(c.bench.store.head.has_value());
  c.bench.pass(Minutes(5));
  CHECK(c.told() == 1);
  c.write_row(18);
  c.bench.pass(Minutes(1));
  CHECK(c.hospital.count("AuditEvent") == 2);
}

TEST_CASE("audit heads: what is told is row and hash, as an AuditEvent of R4") {
  Case c;
  c.write_row(17);
  c.bench.run();
  const auto request =
      std::find_if(c.bench.sent.begin(), c.bench.sent.end(),
                   [](const HttpRequest& one) { return one.url.ends_with("/AuditEvent"); });
  REQUIRE(request != c.bench.sent.end());
  const json event = json::parse(request->body);
  CHECK(event["resourceType"] == "AuditEvent");
  CHECK(event["agent"][0]["requestor"] == false);
  CHECK(event["source"]["observer"]["display"] == "K1");
  CHECK(event["entity"][0]["what"]["identifier"]["value"] == "K1/2/17");
  CHECK(event["entity"][0]["detail"][1]["valueString"] == std::string(64, 'e'));
}

TEST_CASE("audit heads: what waited while the server was away goes with the next run") {
  Case c;
  c.bench.run();
  c.write_row(17);
  c.bench.intercept = [](const HttpRequest& request) {
    return std::optional(failure(request, HttpFailureKind::not_connected));
  };
  c.bench.pass(Minutes(3));
  CHECK(c.told() == 0);
  c.write_row(30);
  c.bench.intercept = nullptr;
  c.bench.pass(Minutes(2));
  CHECK(c.hospital.count("AuditEvent") == 1);
}

TEST_CASE("audit heads: a server that takes none is asked again after hours, and nothing suffers") {
  for (const int code : {400, 401, 403, 404, 405, 422, 501}) {
    CAPTURE(code);
    Case c;
    c.bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
      if (!request.url.ends_with("/AuditEvent")) return std::nullopt;
      return status(request, code);
    };
    c.write_row(17);
    c.bench.run();
    CHECK(c.told() == 1);
    CHECK(c.bench.alerts.empty());
    CHECK(c.bench.last.server == ServerState::online);
    const auto id = c.bench.commit(c.hospital.demo_person("one_booked").appointments.at(0),
                                   nonce_of('1'), "K1-001");
    c.bench.run({OutboxChanged{}});
    CHECK(c.bench.row(id).state == MemoryStore::RowState::acknowledged);
    c.bench.pass(Minutes(30));
    CHECK(c.told() == 1);
    c.bench.run({SyncNow{}});
    CHECK(c.told() == 2);
  }
}

TEST_CASE("audit heads: a server that hangs over it or is busy holds nothing else up") {
  for (const int code : {0, 429, 503}) {
    CAPTURE(code);
    Case c;
    c.bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
      if (!request.url.ends_with("/AuditEvent")) return std::nullopt;
      return code == 0 ? failure(request, HttpFailureKind::timed_out_sent)
                       : status(request, code, "", {{"Retry-After", "600"}});
    };
    c.write_row(17);
    c.bench.run();
    CHECK(c.told() == 1);
    CHECK(c.bench.last.server == ServerState::online);
    const auto id = c.bench.commit(c.hospital.demo_person("one_booked").appointments.at(0),
                                   nonce_of('1'), "K1-001");
    c.bench.run({OutboxChanged{}});
    CHECK(c.bench.row(id).state == MemoryStore::RowState::acknowledged);
    CHECK(c.bench.store.head.has_value());
  }
}
