// Answers that tell of another patient, or of less than was done.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using nlohmann::json;
using RowState = MemoryStore::RowState;

namespace {

struct Case {
  explicit Case(ArrivalWay way = ArrivalWay::transaction)
      : hospital(small_hospital()), bench(hospital, profile_of(way)) {
    bench.run();
  }

  std::string appointment(const char* story = "one_booked") const {
    return hospital.demo_person(story).appointments.at(0);
  }
  std::int64_t arrive(SyncBench::Intercept strange = nullptr) {
    bench.intercept = std::move(strange);
    const auto id = bench.commit(appointment(), nonce_of('7'), "K1-017");
    bench.run({OutboxChanged{}});
    return id;
  }
  const MemoryStore::Row& row(std::int64_t id) const { return bench.row(id); }
  /// How many Encounters and Tasks bear our nonce.
  int told() const {
    const json state = json::parse(hospital.export_state());
    int found = 0;
    for (const char* kind : {"encounters", "tasks"})
      for (const json& one : state[kind])
        found += one.dump().find(nonce_of('7')) != std::string::npos ? 1 : 0;
    return found;
  }

  emulators::Hospital hospital;
  SyncBench bench;
};

/// Another patient's arrival, as the server would answer that it was made.
std::string of_another(Case& c, ArrivalWay way) {
  c.bench.commit(c.appointment("foreign_permit"), nonce_of('2'), "K1-002");
  c.bench.run({OutboxChanged{}});
  const json state = json::parse(c.hospital.export_state());
  const bool task = way == ArrivalWay::appointment_only;
  for (const json& one : state[task ? "tasks" : "encounters"])
    if (one.dump().find(nonce_of('2')) != std::string::npos) return one.dump();
  FAIL("nobody else has arrived");
  return {};
}

bool creates(const HttpRequest& request) {
  return request.method == "POST" && !request.url.ends_with("/_search");
}

}  // namespace

TEST_CASE("arrival: whose Encounter or Task a mixed-up answer names is not ours") {
  for (const auto way :
       {ArrivalWay::transaction, ArrivalWay::one_by_one, ArrivalWay::appointment_only}) {
    CAPTURE(int(way));
    Case c(way);
    const std::string another = of_another(c, way);
    const json resource = json::parse(another);
    const std::string place = resource["resourceType"].get<std::string>() + "/" +
                              resource["id"].get<std::string>() + "/_history/1";
    const std::string done = R"({"resourceType":"Bundle","type":"transaction-response","entry":[)"
                             R"({"response":{"status":"200"}},{"response":{"status":"201",)"
                             R"("location":")" +
                             place + R"("}}]})";
    bool lies = true;
    const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!lies || !creates(r)) return std::nullopt;
      lies = false;
      if (way == ArrivalWay::transaction) return status(r, 200, done);
      return status(r, 201, another, {{"Location", std::string(base_url) + "/" + place}});
    });
    CHECK_FALSE(lies);
    c.bench.pass(Seconds(20));
    CHECK(c.row(id).state == RowState::pending);
    CHECK(c.told() == 0);
    c.bench.pass(Minutes(5));
    CHECK(c.row(id).state == RowState::acknowledged);
    CHECK(c.told() == 1);
    CHECK(c.hospital.status_of(c.appointment()) == "arrived");
  }
}

TEST_CASE("arrival: the other kiosk's Encounter that a create was answered with takes our ticket") {
  for (const auto way : {ArrivalWay::transaction, ArrivalWay::one_by_one}) {
    CAPTURE(int(way));
    Case c(way);
    const Instant behind_until = c.bench.now.instant + Seconds(10);
    c.hospital.check_in_elsewhere(c.appointment(), nonce_of('3'), "K2-001", c.bench.now.instant);
    c.hospital.set_status(c.appointment(), "booked", c.bench.now.instant);  // not told yet
    const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
      const bool arrivals = r.url.ends_with("/Encounter/_search");
      if (!arrivals || c.bench.now.instant > behind_until) return std::nullopt;
      return status(r, 200, nothing_found);
    });
    c.bench.pass(Minutes(5));
    CHECK(c.row(id).state == RowState::acknowledged);
    CHECK(c.hospital.encounters_of(c.appointment()).size() == 1);
    CHECK(c.told() == 1);
  }
}

TEST_CASE("arrival: a transaction whose answer names nothing is not sent again while search lags") {
  Case c;
  const Instant behind_until = c.bench.now.instant + Seconds(10);
  const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
    const bool behind = c.bench.now.instant < behind_until;
    if (behind && r.url.ends_with("/Encounter/_search")) return status(r, 200, nothing_found);
    if (!creates(r)) return std::nullopt;
    c.hospital.lose_conditions(behind ? 1 : 0);  // its index is as far behind
    (void)c.hospital.answer(r, c.bench.now.instant);
    return status(r, 200,
                  R"({"resourceType":"Bundle","type":"transaction-response","entry":[)"
                  R"({"response":{"status":"200"}},{"response":{"status":"201"}}]})");
  });
  c.bench.pass(Minutes(5));
  CHECK(c.row(id).state == RowState::acknowledged);
  CHECK(c.told() == 1);
}

TEST_CASE(
    "arrival: of two that a gateway made of one create, unseen by search for a while, one stays") {
  for (const auto way : {ArrivalWay::one_by_one, ArrivalWay::appointment_only}) {
    CAPTURE(int(way));
    Case c(way);
    const Instant behind_until = c.bench.now.instant + Seconds(5);
    const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
      const bool behind = c.bench.now.instant < behind_until;
      const bool arrivals = r.url.find("/Appointment/") == std::string::npos;
      if (behind && arrivals && r.url.ends_with("/_search")) return status(r, 200, nothing_found);
      if (!creates(r)) return std::nullopt;
      c.hospital.lose_conditions(2);
      (void)c.hospital.answer(r, c.bench.now.instant);
      return c.hospital.answer(r, c.bench.now.instant);
    });
    CHECK(c.told() == 2);
    c.bench.pass(Minutes(5));
    CHECK(c.row(id).state == RowState::acknowledged);
    CHECK(standing(c.hospital, nonce_of('7')).size() == 1);
  }
}

TEST_CASE("arrival: an Appointment that is another's says nothing of ours") {
  Case c(ArrivalWay::one_by_one);
  const std::string other = c.appointment("foreign_permit");
  c.hospital.set_status(other, "arrived", c.bench.now.instant);
  bool lies = true;
  const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!lies || !writes(r) || r.method == "POST") return std::nullopt;
    lies = false;
    return status(r, 200, c.hospital.read("Appointment/" + other));
  });
  c.bench.pass(Minutes(5));
  CHECK_FALSE(lies);
  CHECK(c.row(id).state == RowState::acknowledged);
  CHECK(c.hospital.status_of(c.appointment()) == "arrived");
}

TEST_CASE("arrival: nobody arrives for another patient to whom the desk gave the appointment") {
  for (const auto way :
       {ArrivalWay::transaction, ArrivalWay::one_by_one, ArrivalWay::appointment_only}) {
    CAPTURE(int(way));
    Case c(way);
    json appointment = json::parse(c.hospital.read("Appointment/" + c.appointment()));
    const auto given_to = [&](const char* patient) {
      appointment["participant"][0]["actor"]["reference"] = patient;
      c.hospital.put(appointment.dump(), c.bench.now.instant);
    };
    SUBCASE("without more") {
      given_to("Patient/p-li");
      const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
      c.bench.store.rows.at(id).message.patient_id = "p-wang";
      c.bench.run({OutboxChanged{}});
      CHECK(c.row(id).state == RowState::refused);
      CHECK(c.row(id).reason.find("another patient") != std::string::npos);
      CHECK(c.hospital.status_of(c.appointment()) == "booked");
      CHECK(c.told() == 0);
    }
    SUBCASE("after a merge, of a record that was merged again and again") {
      const auto once = c.hospital.merge_patient(c.appointment(), c.bench.now.instant);
      for (int more = 0; more < 7; ++more)
        c.hospital.merge_patient(c.appointment(), c.bench.now.instant);
      const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
      c.bench.store.rows.at(id).message.patient_id = once.replaced;
      c.bench.run({OutboxChanged{}});
      CHECK(c.row(id).state == RowState::acknowledged);
      CHECK(c.told() == 1);
    }
    SUBCASE("the appointment still names the record that was merged") {
      const auto merged = c.hospital.merge_patient(c.appointment(), c.bench.now.instant);
      const std::string old = "Patient/" + merged.replaced;
      given_to(old.c_str());
      const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
      c.bench.store.rows.at(id).message.patient_id = merged.kept;
      c.bench.run({OutboxChanged{}});
      CHECK(c.row(id).state == RowState::acknowledged);
      CHECK(c.told() == 1);
    }
  }
}

TEST_CASE("fresh read: a gateway's \"not found\" does not make an appointment disappear") {
  for (const int code : {404, 410}) {
    for (const auto* body : {"", "404 page not found", R"({"message":"no Route matched"})"}) {
      CAPTURE(body);
      Case c;
      c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
        const bool reads = r.method == "GET" && r.url.find("/Appointment/") != std::string::npos;
        return reads ? std::optional(status(r, code, body)) : std::nullopt;
      };
      CHECK(std::holds_alternative<Error>(c.bench.read_fresh(c.appointment()).result));
      CHECK(c.bench.store.visits.contains(c.appointment()));
    }
  }
}

TEST_CASE("arrival: a visit that the desk moved to another day has not begun") {
  for (const auto way :
       {ArrivalWay::transaction, ArrivalWay::one_by_one, ArrivalWay::appointment_only}) {
    CAPTURE(int(way));
    Case c(way);
    const Instant confirmed = c.bench.now.instant + Minutes(20);
    const auto arrive_after_move = [&](Milliseconds later) {
      c.hospital.move(c.appointment(), confirmed + later, c.bench.now.instant);
      const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
      c.bench.store.rows.at(id).message.appointment_start = confirmed;
      c.bench.run({OutboxChanged{}});
      return id;
    };
    SUBCASE("nobody is told that its patient has come") {
      const auto id = arrive_after_move(Minutes(7 * 24 * 60));
      CHECK(c.row(id).state == RowState::refused);
      CHECK(c.row(id).reason == "the appointment was moved to 2026-11-28");
      CHECK(c.hospital.status_of(c.appointment()) == "booked");
      CHECK(c.told() == 0);
    }
    SUBCASE("on the same day it is told") {
      const auto id = arrive_after_move(Minutes(90));
      CHECK(c.row(id).state == RowState::acknowledged);
      CHECK(c.told() == 1);
    }
    SUBCASE("and a half-told pair is not completed") {
      if (way != ArrivalWay::one_by_one) continue;
      const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
      c.bench.store.rows.at(id).message.appointment_start = confirmed;
      c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
        if (r.method != "PATCH" || r.url.find("/Appointment/") == std::string::npos)
          return std::nullopt;
        c.hospital.move(c.appointment(), confirmed + Minutes(24 * 60), c.bench.now.instant);
        return std::nullopt;
      };
      c.bench.run({OutboxChanged{}});
      c.bench.pass(Minutes(5));
      CHECK(c.row(id).state == RowState::refused);
      CHECK(c.row(id).reason.find("moved to 2026-11-22, and the arrival stands as Encounter/") !=
            std::string::npos);
      CHECK(c.hospital.status_of(c.appointment()) == "booked");
    }
  }
}

TEST_CASE("search: an empty page that leads on is not the end of what was found") {
  Case c;
  const auto& who = c.hospital.demo_person("one_booked");
  c.hospital.check_in_elsewhere(c.appointment("foreign_permit"), nonce_of('3'), "K2-001",
                                c.bench.now.instant);
  std::map<std::string, HttpRequest> searches;  // by the link to their matches
  const auto empty_first = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (const auto turned = searches.find(r.url); turned != searches.end()) {
      HttpRequest asked = turned->second;
      asked.id = r.id;
      return c.hospital.answer(asked, c.bench.now.instant);
    }
    if (!r.url.ends_with("/_search")) return std::nullopt;
    const std::string link = std::string(base_url) + "?page=" + std::to_string(searches.size());
    searches[link] = r;
    return status(r, 200,
                  R"({"resourceType":"Bundle","type":"searchset","link":[{"relation":"next",)"
                  R"("url":")" +
                      link + R"("}]})");
  };
  c.bench.intercept = empty_first;
  const auto found = c.bench.look_up(domain::BookingCode{{"urn:kiosk:booking", who.booking}});
  const auto* people = std::get_if<std::vector<domain::PersonVisits>>(&found.result);
  REQUIRE(people != nullptr);
  REQUIRE(people->size() == 1);
  CHECK(people->front().visits.front().appointment.id == c.appointment());
  c.hospital.lose_conditions(9);
  const auto id = c.arrive(empty_first);
  c.bench.pass(Minutes(5));
  CHECK(c.row(id).state == RowState::acknowledged);
  CHECK(c.told() == 1);
  SUBCASE("but not for ever") {
    int asked = 0;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (r.url.find("/metadata") != std::string::npos) return std::nullopt;
      ++asked;
      return status(r, 200,
                    R"({"resourceType":"Bundle","type":"searchset","link":[{"relation":"next",)"
                    R"("url":")" +
                        std::string(base_url) + "?page=x" + std::to_string(asked) + R"("}]})");
    };
    (void)c.bench.look_up(domain::BookingCode{{"urn:kiosk:booking", "BK77777777"}});
    CHECK(asked <= 30);
  }
}
