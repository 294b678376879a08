#include "kiosk/sync/paged_answer.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::HospitalOptions;
using nlohmann::json;
using RowState = MemoryStore::RowState;

namespace {

constexpr const char* citizen = "urn:oid:2.16.840.1.113883.2.3.4.1";

/// A page of Patients, with the link to what follows.
std::string page_of(const std::vector<std::string>& ids, const std::string& next) {
  json page = {{"resourceType", "Bundle"}, {"type", "searchset"}, {"total", 9}};
  page["link"] = {{{"relation", "self"}, {"url", "https://hospital.example/fhir/Patient"}}};
  if (!next.empty()) page["link"].push_back({{"relation", "next"}, {"url", next}});
  for (const auto& id : ids)
    page["entry"].push_back({{"resource", {{"resourceType", "Patient"}, {"id", id}}}});
  return page.dump();
}

std::vector<std::string> ids_in(const std::string& bundle) {
  std::vector<std::string> ids;
  const json whole = json::parse(bundle);
  for (const auto& entry : whole["entry"]) ids.push_back(entry["resource"]["id"]);
  return ids;
}

HospitalOptions one_a_page() {
  HospitalOptions options;
  options.page_size_max = 1;
  return options;
}

}  // namespace

TEST_CASE("pages: all of them are one Bundle, without a link that leads on") {
  PagedAnswer answer(Pages::all);
  std::string body = page_of({"a", "b"}, "?page=2");
  CHECK(answer.add(body).value() == "?page=2");
  body = page_of({}, "?page=3");
  CHECK(answer.add(body).value() == "?page=3");
  body = page_of({"b", "c"}, "");
  CHECK(answer.add(body).value() == std::nullopt);
  CHECK(ids_in(body) == std::vector<std::string>{"a", "b", "b", "c"});
  const json whole = json::parse(body);
  CHECK(whole["total"] == 9);
  REQUIRE(whole["link"].size() == 1);
  CHECK(whole["link"][0]["relation"] == "self");
}

TEST_CASE("pages: a single one, or what is no Bundle, stays byte for byte") {
  for (const std::string& text :
       {page_of({"a"}, ""), std::string("{\"next\""), std::string(),
        std::string(R"({"resourceType":"OperationOutcome","x":"next"})"),
        std::string(R"({"resourceType":"Bundle" , "link":[{"relation":"next"}]})")}) {
    CAPTURE(text);
    PagedAnswer answer(Pages::all);
    std::string body = text;
    CHECK(answer.add(body).value() == std::nullopt);
    CHECK(body == text);
  }
}

TEST_CASE("pages: the first that holds anything is enough where one is wanted") {
  PagedAnswer answer(Pages::first);
  std::string body = page_of({}, "?page=2");
  CHECK(answer.add(body).value() == "?page=2");
  const std::string text = page_of({"a"}, "?page=3");
  body = text;
  CHECK(answer.add(body).value() == std::nullopt);
  CHECK(body == text);
}

TEST_CASE("pages: links without an end are not followed for ever") {
  PagedAnswer same(Pages::all);
  std::string body;
  int asked = 0;
  do {
    body = page_of({"a"}, fmt::format("?page={}", ++asked));
    REQUIRE(asked < 100);
  } while (same.add(body).value());
  CHECK(ids_in(body).front() == "a");
  PagedAnswer ever_new(Pages::all);
  for (asked = 0;;) {
    REQUIRE(asked < 100);
    body = page_of({fmt::format("p{}", ++asked)}, fmt::format("?page={}", asked));
    const auto next = ever_new.add(body);
    if (next) continue;
    CHECK(next.error().code == "unavailable");
    break;
  }
}

TEST_CASE("pages: two people of one number are two, though a page holds one") {
  auto hospital = small_hospital(one_a_page());
  SyncBench bench(hospital, profile_of(ArrivalWay::transaction));
  bench.run();
  const auto number = hospital.demo_person("one_booked").number;
  const auto people = [&] {
    const auto found = bench.look_up(domain::PersonCode{{citizen, number}});
    return std::get<std::vector<domain::PersonVisits>>(found.result).size();
  };
  CHECK(people() == 1);
  json twin = json::parse(hospital.read("Patient/p-wang"));
  twin["id"] = "z-twin";
  hospital.put(twin.dump(), bench.now.instant);
  CHECK(people() == 2);
  SUBCASE("and an answer that ends half-way says nothing") {
    for (const int code : {410, 404, 500, 204}) {
      CAPTURE(code);
      bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
        return r.method == "GET" ? std::optional(status(r, code)) : std::nullopt;
      };
      const auto found = bench.look_up(domain::PersonCode{{citizen, number}});
      CHECK(std::holds_alternative<Error>(found.result));
    }
  }
}

TEST_CASE("pages: of two Encounters one stays, though a page holds one") {
  for (const auto way : {ArrivalWay::transaction, ArrivalWay::appointment_only}) {
    CAPTURE(int(way));
    auto hospital = small_hospital(one_a_page());
    SyncBench bench(hospital, profile_of(way));
    bench.run();
    bool done = false;
    bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      const bool task = way == ArrivalWay::appointment_only;
      if (done || !writes(r) || (task && r.url.find("/Task") == std::string::npos))
        return std::nullopt;
      done = true;
      hospital.lose_conditions(2);
      (void)hospital.answer(r, bench.now.instant);
      if (!task)
        hospital.set_status(hospital.demo_person("one_booked").appointments[0], "booked",
                            bench.now.instant);
      (void)hospital.answer(r, bench.now.instant);
      hospital.lose_conditions(0);
      return failure(r, HttpFailureKind::lost);
    };
    const auto id =
        bench.commit(hospital.demo_person("one_booked").appointments[0], nonce_of('7'), "K1-017");
    bench.run({OutboxChanged{}});
    bench.pass(Minutes(5));
    CHECK(bench.row(id).state == RowState::acknowledged);
    CHECK(standing(hospital, nonce_of('7')).size() == 1);
  }
}

TEST_CASE("pages: links to another server are not followed") {
  auto hospital = small_hospital();
  SyncBench bench(hospital, profile_of(ArrivalWay::transaction));
  bench.run();
  bench.sent.clear();
  bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!r.url.ends_with("/Patient/_search")) return std::nullopt;
    return status(r, 200, page_of({"a"}, "https://evil.example/fhir?page=2"));
  };
  const auto found = bench.look_up(domain::PersonCode{{citizen, "1"}});
  CHECK(std::holds_alternative<Error>(found.result));
  CHECK(bench.sent.size() == 1);
}
