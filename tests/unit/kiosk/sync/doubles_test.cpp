// Of one visit several arrivals come to stand, after each was acknowledged.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using nlohmann::json;
using RowState = MemoryStore::RowState;

namespace {

constexpr std::array ways = {ArrivalWay::transaction, ArrivalWay::one_by_one,
                             ArrivalWay::appointment_only};

std::string appointment(const emulators::Hospital& hospital) {
  return hospital.demo_person("one_booked").appointments.at(0);
}

bool creates(const HttpRequest& request) {
  return request.method == "POST" && !request.url.ends_with("/_search") &&
         request.url.find("AuditEvent") == std::string::npos;
}

}  // namespace

TEST_CASE("doubles: a gateway's second create is settled whenever it comes to stand") {
  for (const auto way : ways) {
    CAPTURE(int(way));
    auto hospital = small_hospital();
    SyncBench bench(hospital, profile_of(way));
    bench.run();
    std::optional<HttpRequest> create;
    bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (creates(r)) create = r;
      return std::nullopt;
    };
    const auto id = bench.commit(appointment(hospital), nonce_of('7'), "K1-017");
    bench.run({OutboxChanged{}});
    bench.intercept = nullptr;
    REQUIRE(bench.row(id).state == RowState::acknowledged);
    REQUIRE(create);
    bench.pass(Minutes(20));
    if (way == ArrivalWay::transaction)
      hospital.set_status(appointment(hospital), "booked", bench.now.instant);
    hospital.lose_conditions(1);
    if (way == ArrivalWay::transaction) {  // that server does not look at versions either
      auto body = json::parse(create->body);
      body["entry"][0]["request"].erase("ifMatch");
      create->body = body.dump();
    }
    (void)hospital.answer(*create, bench.now.instant);
    hospital.lose_conditions(0);
    REQUIRE(standing(hospital, nonce_of('7')).size() == 2);
    bench.pass(Minutes(7));
    CHECK(standing(hospital, nonce_of('7')).size() == 1);
    CHECK(bench.row(id).state == RowState::acknowledged);
  }
}

TEST_CASE("doubles: two kiosks settle on one Encounter, whoever was acknowledged first") {
  for (const bool first_stays : {true, false}) {
    CAPTURE(first_stays);
    auto hospital = small_hospital();
    SyncBench first(hospital, profile_of(ArrivalWay::one_by_one), "K1");
    SyncBench second(hospital, profile_of(ArrivalWay::one_by_one), "K2");
    first.run();
    second.run();
    const std::string nonce = nonce_of(first_stays ? '3' : '7');
    const std::string other = nonce_of(first_stays ? '7' : '3');
    const auto id = first.commit(appointment(hospital), nonce, "K1-017");
    const json booked = json::parse(hospital.read("Appointment/" + appointment(hospital)));
    first.run({OutboxChanged{}});
    REQUIRE(first.row(id).state == RowState::acknowledged);
    // The other's create was on its way all the time, and the server does not heed its condition.
    bool before = true;
    second.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!before) return std::nullopt;
      if (r.method == "GET" && r.url.find("/Appointment/") != std::string::npos)
        return status(r, 200, booked.dump());
      if (r.url.ends_with("/Encounter/_search")) return status(r, 200, nothing_found);
      if (!creates(r)) return std::nullopt;
      before = false;
      hospital.lose_conditions(1);
      return std::nullopt;
    };
    const auto others = second.commit(appointment(hospital), other, "K2-004");
    second.run({OutboxChanged{}});
    for (int minute = 0; minute < 8; ++minute) {
      second.pass(Minutes(1));
      first.pass(Minutes(1));
    }
    CHECK(first.row(id).state == RowState::acknowledged);
    CHECK(second.row(others).state == RowState::acknowledged);
    REQUIRE(hospital.encounters_of(appointment(hospital)).size() == 1);
    CHECK(standing(hospital, nonce) == standing(hospital, other));
    CHECK(standing(hospital, nonce).size() == 1);
  }
}

TEST_CASE("doubles: while reading is behind what was written nothing is written twice") {
  for (const auto way : ways) {
    CAPTURE(int(way));
    auto hospital = small_hospital();
    SyncBench bench(hospital, profile_of(way));
    bench.run();
    const json booked = json::parse(hospital.read("Appointment/" + appointment(hospital)));
    const Instant caught_up = bench.now.instant + Seconds(100);
    bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (writes(r) || bench.now.instant >= caught_up) return std::nullopt;
      const auto reads = [&](const char* what) { return r.url.find(what) != std::string::npos; };
      if (reads("/Encounter/_search") || reads("/Task/_search"))
        return status(r, 200, nothing_found);
      if (reads("/Encounter/") || reads("/Task/"))
        return status(r, 404, R"({"resourceType":"OperationOutcome","issue":[]})");
      if (r.method == "GET" && reads("/Appointment/")) return status(r, 200, booked.dump());
      return std::nullopt;
    };
    hospital.lose_conditions(9);
    const auto id = bench.commit(appointment(hospital), nonce_of('7'), "K1-017");
    bench.run({OutboxChanged{}});
    bench.pass(Minutes(4));
    CHECK(bench.row(id).state == RowState::acknowledged);
    CHECK(standing(hospital, nonce_of('7')).size() == 1);
    const json state = json::parse(hospital.export_state());
    CHECK(state["encounters"].size() + state["tasks"].size() <= 2);  // one was there before
  }
}

TEST_CASE("doubles: what the hospital has called since is not withdrawn") {
  auto hospital = small_hospital();
  SyncBench bench(hospital, profile_of(ArrivalWay::one_by_one));
  bench.run();
  const auto id = bench.commit(appointment(hospital), nonce_of('7'), "K1-017");
  bench.run({OutboxChanged{}});
  const auto ours = hospital.encounters_of(appointment(hospital)).at(0);
  json twin = json::parse(hospital.read("Encounter/" + ours));
  twin["id"] = "a-twin";
  twin["status"] = "in-progress";
  hospital.put(twin.dump(), bench.now.instant);
  bench.pass(Minutes(7));
  CHECK(bench.row(id).state == RowState::acknowledged);
  CHECK(hospital.encounters_of(appointment(hospital)) == std::vector<std::string>{"a-twin"});
}
