#include <doctest/doctest.h>

#include "kiosk/sync/capabilities.h"
#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::HospitalOptions;

namespace {

SiteProfile open_profile() {
  auto profile = emulators::hospital_profile(base_url);
  profile.arrival_way = ArrivalWay::automatic;
  profile.change_by = ChangeBy::automatic;
  return profile;
}

Capabilities declared_by(const HospitalOptions& options) {
  auto hospital = small_hospital(options);
  HttpRequest request;
  request.url = std::string(base_url) + "/metadata";
  const auto result = hospital.answer(request, morning());
  const auto read = read_capabilities(std::get<HttpResponse>(result.outcome).body);
  REQUIRE(read);
  return *read;
}

std::string path_of(const HttpRequest& request) {
  return request.method + " " + request.url.substr(std::string(base_url).size());
}

}  // namespace

TEST_CASE("capabilities: what a statement declares is read") {
  const auto declared = declared_by({});
  CHECK(declared.fhir_version == "4.0.1");
  CHECK(declared.software == "Emulated hospital 1");
  CHECK(declared.interactions == std::set<std::string>{"transaction"});
  const auto& encounter = declared.resources.at("Encounter");
  CHECK(encounter.conditional_create);
  CHECK(encounter.interactions.contains("patch"));
  CHECK(encounter.search.contains("appointment"));
  CHECK(lacking(declared, decided(open_profile(), declared)).empty());
}

TEST_CASE("capabilities: bad and huge statements are errors, not crashes") {
  CHECK_FALSE(read_capabilities(""));
  CHECK_FALSE(read_capabilities("[]"));
  CHECK_FALSE(read_capabilities(R"({"resourceType":"OperationOutcome"})"));
  const auto huge = read_capabilities(std::string(statement_bytes_max + 1, ' '));
  REQUIRE_FALSE(huge);
  CHECK(huge.error().code == "too_large");
  std::string many =
      R"({"resourceType":"CapabilityStatement","rest":[{"mode":"server","resource":[)";
  for (int i = 0; i < 20'000; ++i) many += R"({"type":"T)" + std::to_string(i) + R"("},)";
  many += R"({"type":"Last"}]}]})";
  const auto read = read_capabilities(many);
  REQUIRE(read);
  CHECK(read->resources.size() == 1'000);
}

TEST_CASE("capabilities: what is open is decided by them, what is fixed is not") {
  HospitalOptions options;
  CHECK(decided(open_profile(), declared_by(options)).arrival_way == ArrivalWay::transaction);
  CHECK(decided(open_profile(), declared_by(options)).change_by == ChangeBy::json_patch);
  CHECK(decided(open_profile(), std::nullopt).arrival_way == ArrivalWay::transaction);
  CHECK(decided(open_profile(), Capabilities{}).change_by == ChangeBy::json_patch);
  options.transactions = HospitalOptions::Can::no;
  options.json_patch = HospitalOptions::Can::no;
  const auto plain = declared_by(options);
  CHECK(decided(open_profile(), plain).arrival_way == ArrivalWay::one_by_one);
  CHECK(decided(open_profile(), plain).change_by == ChangeBy::put);
  options.encounters = HospitalOptions::Can::no;
  const auto bare = declared_by(options);
  CHECK(decided(open_profile(), bare).arrival_way == ArrivalWay::appointment_only);
  auto fixed = open_profile();
  fixed.arrival_way = ArrivalWay::transaction;
  CHECK(decided(fixed, bare).arrival_way == ArrivalWay::transaction);
  CHECK(lacking(bare, decided(fixed, bare)) ==
        std::vector<std::string>{"Encounter", "Encounter", "transactions"});
}

TEST_CASE("discovery: an arrival is told in the way that the server declares") {
  struct Way {
    HospitalOptions::Can transactions;
    HospitalOptions::Can encounters;
    std::vector<std::string> writes;
  };
  using Can = HospitalOptions::Can;
  const std::vector<Way> ways = {
      {Can::yes, Can::yes, {"POST /fhir"}},
      {Can::no, Can::yes, {"POST /fhir/Encounter", "PUT /fhir/Appointment/"}},
      {Can::no, Can::no, {"PUT /fhir/Appointment/", "POST /fhir/Task"}}};
  for (const auto& way : ways) {
    HospitalOptions options;
    options.transactions = way.transactions;
    options.encounters = way.encounters;
    options.json_patch = Can::no;
    auto hospital = small_hospital(options);
    SyncBench bench(hospital, open_profile());
    const auto id = hospital.demo_person("one_booked").appointments.at(0);
    const auto row = bench.commit(id, nonce_of('7'), "K1-017");
    bench.run({OutboxChanged{}});
    CHECK(bench.row(row).state == MemoryStore::RowState::acknowledged);
    const auto written = bench.writes();
    REQUIRE(written.size() == way.writes.size());
    for (std::size_t i = 0; i < written.size(); ++i) CHECK(written[i].starts_with(way.writes[i]));
  }
}

TEST_CASE("discovery: nothing is told before what is open is decided") {
  auto hospital = small_hospital({});
  SyncBench bench(hospital, open_profile());
  bool there = false;
  bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
    if (there || !request.url.ends_with("/metadata")) return std::nullopt;
    return failure(request, HttpFailureKind::lost);
  };
  const auto row =
      bench.commit(hospital.demo_person("one_booked").appointments.at(0), nonce_of('7'), "K1-017");
  bench.run({OutboxChanged{}});
  bench.pass(Milliseconds(60'000));
  CHECK(bench.writes().empty());
  there = true;
  bench.pass(Milliseconds(60'000));
  CHECK(bench.row(row).state == MemoryStore::RowState::acknowledged);
}

TEST_CASE("discovery: why the statement could not be had is said") {
  auto hospital = small_hospital({});
  SyncBench bench(hospital, open_profile());
  bench.intercept = [](const HttpRequest& request) {
    return status(request, 503, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",
      "code":"transient","diagnostics":"the database restarts"}]})");
  };
  bench.run();
  REQUIRE_FALSE(bench.errors.empty());
  CHECK(bench.errors[0].what == "metadata: HTTP 503: transient");
}

TEST_CASE("discovery: a server without a statement is taken for one that can do all") {
  auto hospital = small_hospital({});
  SyncBench bench(hospital, open_profile());
  bench.intercept = [](const HttpRequest& request) -> std::optional<HttpResult> {
    if (!request.url.ends_with("/metadata")) return std::nullopt;
    return status(request, 404);
  };
  const auto row =
      bench.commit(hospital.demo_person("one_booked").appointments.at(0), nonce_of('7'), "K1-017");
  bench.run({OutboxChanged{}});
  CHECK(bench.row(row).state == MemoryStore::RowState::acknowledged);
  CHECK(bench.writes() == std::vector<std::string>{"POST /fhir"});
  CHECK_FALSE(bench.errors.empty());
}

TEST_CASE("discovery: while the statement cannot be had the last one counts") {
  HospitalOptions options;
  options.transactions = HospitalOptions::Can::no;
  auto hospital = small_hospital(options);
  SyncBench bench(hospital, open_profile());
  bench.run();
  bench.intercept = [](const HttpRequest& request) -> std::optional<HttpResult> {
    if (!request.url.ends_with("/metadata")) return std::nullopt;
    return status(request, 500);
  };
  bench.pass(Milliseconds(25LL * 3'600'000));
  CHECK(std::count_if(bench.sent.begin(), bench.sent.end(),
                      [](const HttpRequest& one) { return path_of(one) == "GET /metadata"; }) >= 2);
  const auto row =
      bench.commit(hospital.demo_person("one_booked").appointments.at(0), nonce_of('7'), "K1-017");
  bench.sent.clear();
  bench.run({OutboxChanged{}});
  CHECK(bench.row(row).state == MemoryStore::RowState::acknowledged);
  REQUIRE_FALSE(bench.writes().empty());
  CHECK(bench.writes().front() == "POST /fhir/Encounter");
}

TEST_CASE("discovery: what the profile needs and the server does not declare is one alert") {
  HospitalOptions options;
  options.transactions = HospitalOptions::Can::no;
  auto hospital = small_hospital(options);
  auto profile = emulators::hospital_profile(base_url);
  SyncBench bench(hospital, profile);
  bench.run();
  bench.pass(Milliseconds(49LL * 3'600'000));
  REQUIRE(bench.alerts.size() == 1);
  CHECK(bench.alerts[0].kind == AlertKind::lacking);
  CHECK(bench.alerts[0].text == "the server does not declare what the kiosk needs: transactions");
}
