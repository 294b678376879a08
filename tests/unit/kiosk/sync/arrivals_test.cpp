#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::HospitalOptions;
using nlohmann::json;
using RowState = MemoryStore::RowState;

namespace {

struct Case {
  explicit Case(ArrivalWay way = ArrivalWay::transaction, HospitalOptions options = {})
      : hospital(small_hospital(options)), bench(hospital, profile_of(way)) {
    bench.run();  // the day is read; what follows is about arrivals
    bench.sent.clear();
  }

  std::int64_t arrive(const char* nonce_digit = "7") {
    const auto id = bench.commit(appointment(), nonce_of(*nonce_digit), "K1-017");
    bench.run({OutboxChanged{}});
    return id;
  }

  std::string appointment() const { return hospital.demo_person("one_booked").appointments.at(0); }
  json encounter() const {
    const auto ids = hospital.encounters_of(appointment());
    REQUIRE(ids.size() == 1);
    return json::parse(hospital.read("Encounter/" + ids.front()));
  }

  emulators::Hospital hospital;
  SyncBench bench;
};

std::vector<std::string> values(const json& resource, const std::string& system) {
  std::vector<std::string> found;
  for (const auto& one : resource.value("identifier", json::array()))
    if (one.value("system", "") == system) found.push_back(one.value("value", ""));
  return found;
}

/// Lets the first write reach the hospital or not, and loses its answer.
SyncBench::Intercept lose_first_answer(emulators::Hospital& hospital, SyncBench& bench,
                                       HttpFailureKind kind, bool& done) {
  return [&hospital, &bench, kind, &done](const HttpRequest& r) -> std::optional<HttpResult> {
    if (done || !writes(r)) return std::nullopt;
    done = true;
    (void)hospital.answer(r, bench.now.instant);
    return failure(r, kind);
  };
}

}  // namespace

TEST_CASE("arrival: each way tells the hospital once, with all four identifiers") {
  for (const auto way : {ArrivalWay::transaction, ArrivalWay::one_by_one}) {
    Case c(way);
    const auto id = c.arrive();
    CHECK(c.bench.row(id).state == RowState::acknowledged);
    CHECK(c.hospital.status_of(c.appointment()) == "arrived");
    const auto encounter = c.encounter();
    CHECK(c.bench.row(id).encounter_id == encounter["id"]);
    CHECK(encounter["status"] == "arrived");
    CHECK(encounter["class"]["code"] == "AMB");
    CHECK(encounter["subject"]["reference"] == "Patient/p-wang");
    CHECK(encounter["period"]["start"] == "2026-11-21T09:40:00.000+08:00");
    CHECK(values(encounter, "urn:kiosk:visit-key") == std::vector<std::string>{c.appointment()});
    CHECK(values(encounter, "urn:kiosk:nonce") == std::vector<std::string>{nonce_of('7')});
    CHECK(values(encounter, "urn:kiosk:ticket-number") == std::vector<std::string>{"K1-017"});
    CHECK(values(encounter, "urn:kiosk:ticket-token") == std::vector<std::string>{"token-K1-017"});
    CHECK(c.bench.row(id).message.attempts == 1);
  }
}

TEST_CASE("arrival: where there are no Encounters number and token go as a Task") {
  HospitalOptions options;
  options.encounters = HospitalOptions::Can::no;
  options.transactions = HospitalOptions::Can::no;
  Case c(ArrivalWay::appointment_only, options);
  const auto id = c.arrive();
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(c.bench.row(id).encounter_id.empty());
  CHECK(c.hospital.status_of(c.appointment()) == "arrived");
  const auto tasks = json::parse(c.hospital.export_state())["tasks"];
  REQUIRE(tasks.size() == 1);
  CHECK(values(tasks[0], "urn:kiosk:ticket-number") == std::vector<std::string>{"K1-017"});
  CHECK(tasks[0]["focus"]["reference"] == "Appointment/" + c.appointment());
  const auto fresh = std::get<domain::Visit>(c.bench.read_fresh(c.appointment()).result);
  REQUIRE(fresh.arrival);
  CHECK(fresh.arrival->number == "K1-017");
}

TEST_CASE("arrival: of two Tasks that a gateway made of one create, one stays") {
  for (const bool answered : {true, false}) {
    CAPTURE(answered);
    Case c(ArrivalWay::appointment_only);
    bool done = false;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (done || !writes(r) || r.url.find("/Task") == std::string::npos) return std::nullopt;
      done = true;
      c.hospital.lose_conditions(2);
      auto first = c.hospital.answer(r, c.bench.now.instant);
      (void)c.hospital.answer(r, c.bench.now.instant);
      c.hospital.lose_conditions(0);
      if (answered) return first;
      return failure(r, HttpFailureKind::lost);
    };
    const auto id = c.arrive();
    c.bench.pass(Minutes(5));
    CHECK(c.bench.row(id).state == RowState::acknowledged);
    const auto tasks = json::parse(c.hospital.export_state())["tasks"];
    REQUIRE(tasks.size() == 2);
    CHECK(std::count_if(tasks.begin(), tasks.end(), [](const json& task) {
            return task["status"] == "entered-in-error";
          }) == 1);
  }
}

TEST_CASE("arrival: the transaction carries the version as it was received") {
  Case c;
  c.arrive();
  const auto found = std::find_if(c.bench.sent.begin(), c.bench.sent.end(),
                                  [](const auto& r) { return writes(r); });
  REQUIRE(found != c.bench.sent.end());
  const auto bundle = json::parse(found->body);
  CHECK(bundle["entry"][0]["request"]["ifMatch"] == "W/\"1\"");
  CHECK(bundle["entry"][1]["request"]["ifNoneExist"] ==
        "identifier=urn:kiosk:visit-key|" + c.appointment());
  CHECK(c.bench.writes() == std::vector<std::string>{"POST /fhir"});
}

TEST_CASE("arrival: a site that wants checked-in and PUT gets both") {
  auto hospital = small_hospital();
  auto profile = emulators::hospital_profile(base_url);
  profile.arrived_status = domain::AppointmentStatus::checked_in;
  profile.change_by = ChangeBy::put;
  for (const auto way : {ArrivalWay::transaction, ArrivalWay::one_by_one}) {
    profile.arrival_way = way;
    SyncBench bench(hospital, profile);
    const auto story = way == ArrivalWay::transaction ? "one_booked" : "by_booking";
    const auto appointment = hospital.demo_person(story).appointments.at(0);
    const auto id = bench.commit(appointment, nonce_of('1'), "K1-001");
    bench.run();
    CHECK(bench.row(id).state == RowState::acknowledged);
    CHECK(hospital.status_of(appointment) == "checked-in");
  }
}

TEST_CASE("arrival: an answer lost after the commit leads to one Encounter and no second write") {
  for (const auto way : {ArrivalWay::transaction, ArrivalWay::one_by_one}) {
    for (const auto kind : {HttpFailureKind::lost, HttpFailureKind::timed_out_sent}) {
      Case c(way);
      bool lost = false;
      c.bench.intercept = lose_first_answer(c.hospital, c.bench, kind, lost);
      const auto id = c.arrive();
      CHECK(lost);
      CHECK(c.bench.row(id).state == RowState::pending);
      CHECK(c.bench.row(id).message.unknown);
      c.bench.pass(Seconds(10));
      CHECK(c.bench.row(id).state == RowState::acknowledged);
      CHECK(c.encounter()["status"] == "arrived");
      CHECK(c.hospital.status_of(c.appointment()) == "arrived");
      const auto posts = way == ArrivalWay::transaction ? 1 : 2;  // POST Encounter, then PATCH
      CHECK(c.bench.writes().size() == posts);
    }
  }
}

TEST_CASE(
    "arrival: a request lost before the server acted is sent again after the server's limit") {
  Case c;
  bool lost = false;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (lost || !writes(r)) return std::nullopt;
    lost = true;
    return failure(r, HttpFailureKind::lost);
  };
  const auto id = c.arrive();
  c.bench.pass(Seconds(60));
  CHECK(c.bench.writes().size() == 1);
  CHECK(c.bench.row(id).state == RowState::pending);
  c.bench.pass(Seconds(10));
  CHECK(c.bench.writes().size() == 2);
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(c.encounter()["status"] == "arrived");
}

TEST_CASE("arrival: a row that a dead process left unknown is searched for before it is sent") {
  Case c;
  const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
  c.bench.store.rows[id].message.unknown = true;
  c.bench.store.rows[id].message.attempts = 1;
  c.bench.run({OutboxChanged{}});
  CHECK(c.bench.writes().empty());
  c.bench.pass(Seconds(66));
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(c.bench.writes().size() == 1);
}

TEST_CASE(
    "arrival: what never left is known not to be there and goes as soon as the server is back") {
  Case c;
  bool down = true;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!down) return std::nullopt;
    return failure(r, HttpFailureKind::not_connected);
  };
  const auto id = c.arrive();
  CHECK(c.bench.last.server == ServerState::offline);
  CHECK(!c.bench.row(id).message.unknown);
  CHECK(c.bench.row(id).message.attempts == 0);
  c.bench.pass(Seconds(300));
  CHECK(c.bench.row(id).state == RowState::pending);
  down = false;
  c.bench.pass(Seconds(31));
  CHECK(c.bench.last.server == ServerState::online);
  CHECK(c.bench.row(id).state == RowState::acknowledged);
}

TEST_CASE("arrival: sending is committed before the first byte of a write leaves") {
  Case c;
  bool checked = false;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r)) return std::nullopt;
    checked = true;
    CHECK(c.bench.store.rows.at(1).message.unknown);
    CHECK(c.bench.store.rows.at(1).message.attempts == 1);
    return std::nullopt;
  };
  c.arrive();
  CHECK(checked);
}

TEST_CASE("arrival: when the store fails at any call the arrival is still told, once") {
  for (int n = 1; n < 12; ++n) {
    Case c;
    const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
    c.bench.store.fail_call = n;
    c.bench.run({OutboxChanged{}});
    c.bench.pass(Seconds(200));
    CHECK(c.bench.row(id).state == RowState::acknowledged);
    CHECK(c.encounter()["status"] == "arrived");
  }
}

TEST_CASE("arrival: a failed precondition is read again and decided by meaning") {
  for (const int code : {409, 412, 423, 428}) {
    Case c;
    int refused = 0;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!writes(r) || refused++ > 0) return std::nullopt;
      return status(r, code);
    };
    const auto id = c.arrive();
    CHECK(c.bench.row(id).state == RowState::pending);
    c.bench.pass(Seconds(2));
    CHECK(c.bench.row(id).state == RowState::acknowledged);
    CHECK(c.bench.row(id).message.attempts == 1);
  }
}

TEST_CASE("arrival: a conflict that stays is tried three times more, then later") {
  Case c;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r)) return std::nullopt;
    return status(r, 423);
  };
  const auto id = c.arrive();
  c.bench.pass(Seconds(4));
  CHECK(c.bench.writes().size() == 4);
  CHECK(c.bench.row(id).state == RowState::pending);
  CHECK(c.bench.row(id).message.not_before > c.bench.now.instant);
}

TEST_CASE("arrival: a failed test of a patch is a conflict, any other 400 is for the staff") {
  Case c;
  int count = 0;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r) || count++ > 0) return std::nullopt;
    return status(r, 400, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",
      "code":"processing","diagnostics":"HAPI-1272: JSON Patch: test operation failed"}]})");
  };
  const auto id = c.arrive();
  c.bench.pass(Seconds(2));
  CHECK(c.bench.row(id).state == RowState::acknowledged);

  for (const int code : {400, 422}) {
    Case other;
    other.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!writes(r)) return std::nullopt;
      return status(r, code, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",
        "code":"invariant",
        "diagnostics":"Patient \"王小芳\" 990000198604121234 has no insurance"
        }]})");
    };
    const auto refused = other.arrive();
    CHECK(other.bench.row(refused).state == RowState::refused);
    const auto& reason = other.bench.row(refused).reason;
    CHECK(reason.find("has no insurance") != std::string::npos);
    CHECK(reason.find("王小芳") == std::string::npos);
    CHECK(reason.find("990000") == std::string::npos);
    REQUIRE(other.bench.alerts.size() == 1);
    CHECK(other.bench.alerts[0].kind == AlertKind::refused);
  }
}

TEST_CASE("arrival: what was refused is for the staff only if it is still to be written") {
  for (const auto way :
       {ArrivalWay::transaction, ArrivalWay::one_by_one, ArrivalWay::appointment_only}) {
    Case c(way);
    int count = 0;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!writes(r) || count++ > 0) return std::nullopt;
      (void)c.hospital.answer(r, c.bench.now.instant);  // and a gateway tells it once more
      return status(r, 422, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",
        "code":"invalid","details":{"text":"not so"}}]})");
    };
    const auto id = c.arrive();
    CHECK(c.bench.row(id).state == RowState::acknowledged);
    CHECK(c.hospital.status_of(c.appointment()) == "arrived");
    CHECK(c.bench.alerts.empty());
  }
}

TEST_CASE("arrival: a failed test in another library's words is a conflict") {
  Case c;
  int count = 0;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r) || count++ > 0) return std::nullopt;
    return status(r, 400, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",
      "code":"invalid","details":{"text":"Test failed: arrived != booked"}}]})");
  };
  const auto id = c.arrive();
  CHECK(c.bench.row(id).state == RowState::pending);
  c.bench.pass(Seconds(2));
  CHECK(c.bench.row(id).state == RowState::acknowledged);
}

TEST_CASE("arrival: a transaction that was done as a batch is completed, or refused whole") {
  const auto entry = [](const char* status) {
    return json{{"response",
                 {{"status", status},
                  {"outcome",
                   {{"resourceType", "OperationOutcome"},
                    {"issue", json::array({{{"severity", "error"},
                                            {"code", "invalid"},
                                            {"diagnostics", "no patches in here"}}})}}}}}};
  };
  for (const char* second : {"201", "400 Bad Request"}) {
    Case c;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!writes(r) || r.method != "POST" || r.url.ends_with("Encounter")) return std::nullopt;
      auto sent = json::parse(r.body)["entry"][1]["resource"];
      sent["id"] = "made";
      if (std::string(second) == "201") c.hospital.put(sent.dump(), c.bench.now.instant);
      return status(r, 200,
                    json{{"resourceType", "Bundle"},
                         {"type", "transaction-response"},
                         {"entry", json::array({entry("400"), entry(second)})}}
                        .dump());
    };
    const auto id = c.arrive();
    c.bench.pass(Seconds(2));
    const bool half = std::string(second) == "201";
    CHECK(c.bench.row(id).state == (half ? RowState::acknowledged : RowState::refused));
    CHECK(c.hospital.status_of(c.appointment()) == (half ? "arrived" : "booked"));
    if (!half) CHECK(c.bench.row(id).reason.find("no patches in here") != std::string::npos);
  }
}

TEST_CASE("arrival: an entry of a transaction that fails for now is told again") {
  for (const std::string word : {"409", "429 Too Many Requests", "500"}) {
    for (const std::string& second : {word, std::string("201")}) {
      CAPTURE(word);
      CAPTURE(second);
      Case c;
      int count = 0;
      c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
        if (!writes(r) || count++ > 0) return std::nullopt;
        auto sent = json::parse(r.body)["entry"][1]["resource"];
        sent["id"] = "made";
        if (second == "201") c.hospital.put(sent.dump(), c.bench.now.instant);
        const auto entry = [](const std::string& how) {
          return json{{"response", {{"status", how}}}};
        };
        return status(r, 200,
                      json{{"resourceType", "Bundle"},
                           {"type", "transaction-response"},
                           {"entry", json::array({entry(word), entry(second)})}}
                          .dump());
      };
      const auto id = c.arrive();
      CHECK(c.bench.row(id).state == RowState::pending);
      c.bench.pass(Seconds(90));
      CHECK(c.bench.row(id).state == RowState::acknowledged);
      CHECK(c.hospital.status_of(c.appointment()) == "arrived");
      CHECK(c.hospital.encounters_of(c.appointment()).size() == 1);
    }
  }
}

TEST_CASE("arrival: a 2xx that shows nothing of what was written is looked after") {
  for (const auto way :
       {ArrivalWay::transaction, ArrivalWay::one_by_one, ArrivalWay::appointment_only}) {
    for (const int which : {0, 1}) {
      for (const bool done : {true, false}) {
        Case c(way);
        int count = 0;
        c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
          if (!writes(r) || count++ != which) return std::nullopt;
          if (done) (void)c.hospital.answer(r, c.bench.now.instant);
          return status(r, 200);
        };
        const auto id = c.arrive();
        c.bench.pass(Seconds(90));
        CHECK(c.bench.row(id).state == RowState::acknowledged);
        CHECK(c.hospital.status_of(c.appointment()) == "arrived");
        const bool task = way == ArrivalWay::appointment_only;
        const auto state = json::parse(c.hospital.export_state());
        const auto told =
            task ? state["tasks"].size() : c.hospital.encounters_of(c.appointment()).size();
        CHECK(told == 1);
      }
    }
  }
}

TEST_CASE("arrival: what was told is read by its id where the search does not show it yet") {
  for (const auto way :
       {ArrivalWay::transaction, ArrivalWay::one_by_one, ArrivalWay::appointment_only}) {
    Case c(way);
    bool told = false;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      const bool search = r.url.ends_with("/_search");
      told = told || (writes(r) && !search);
      if (!told || !search) return std::nullopt;
      return status(r, 200, R"({"resourceType":"Bundle","type":"searchset","total":0})");
    };
    const auto id = c.arrive();
    const bool task = way == ArrivalWay::appointment_only;
    CHECK(c.bench.row(id).state == RowState::pending);  // the search may show a second one yet
    c.bench.pass(Seconds(30));
    CHECK(c.bench.row(id).state == RowState::acknowledged);
    CHECK(c.bench.row(id).encounter_id.empty() == task);
    CHECK(c.bench.row(id).message.attempts == 1);
  }
}

TEST_CASE("arrival: a conflict while the search is behind makes no second Encounter") {
  Case c(ArrivalWay::one_by_one);
  int patches = 0;
  Instant told;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (writes(r) && told == Instant{}) told = c.bench.now.instant;
    if (writes(r) && r.method != "POST" && patches++ == 0) return status(r, 409);
    const bool behind = told != Instant{} && c.bench.now.instant < told + Seconds(5);
    if (!behind) return std::nullopt;
    c.hospital.lose_conditions(r.method == "POST" ? 1 : 0);  // its index is as far behind
    if (!r.url.ends_with("/_search")) return std::nullopt;
    return status(r, 200, R"({"resourceType":"Bundle","type":"searchset","total":0})");
  };
  const auto id = c.arrive();
  c.bench.pass(Minutes(5));
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(c.hospital.status_of(c.appointment()) == "arrived");
  CHECK(c.hospital.encounters_of(c.appointment()).size() == 1);
}

TEST_CASE("arrival: an appointment that is gone goes to the staff's list") {
  Case c;
  c.hospital.remove("Appointment/" + c.appointment(), morning());
  const auto id = c.arrive();
  CHECK(c.bench.row(id).state == RowState::refused);
  CHECK(c.bench.writes().empty());
}

TEST_CASE("arrival: 429 and 503 are waited for as the server says") {
  for (const int code : {429, 503}) {
    Case c;
    int count = 0;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!writes(r) || count++ > 0) return std::nullopt;
      return status(r, code, "", {{"Retry-After", "20"}});
    };
    const auto id = c.arrive();
    c.bench.pass(Seconds(19));
    CHECK(c.bench.row(id).state == RowState::pending);
    CHECK(!c.bench.row(id).message.unknown);
    CHECK(c.bench.writes().size() == 1);
    c.bench.pass(Seconds(2));
    CHECK(c.bench.row(id).state == RowState::acknowledged);
  }
}

TEST_CASE("arrival: any other 5xx may have acted") {
  Case c;
  int count = 0;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r) || count++ > 0) return std::nullopt;
    (void)c.hospital.answer(r, c.bench.now.instant);
    return status(r, 502);
  };
  const auto id = c.arrive();
  CHECK(c.bench.row(id).message.unknown);
  c.bench.pass(Seconds(5));
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(c.bench.writes().size() == 1);
}

TEST_CASE("arrival: 401 gets one new sign-in, then alarms and waits; 403 alarms") {
  for (const int code : {401, 403}) {
    Case c;
    int refusals = 0;
    bool denied = true;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!denied || !writes(r)) return std::nullopt;
      ++refusals;
      return status(r, code);
    };
    const auto id = c.arrive();
    CHECK(refusals == (code == 401 ? 2 : 1));
    REQUIRE(c.bench.alerts.size() == 1);
    CHECK(c.bench.alerts[0].kind == AlertKind::denied);
    CHECK(c.bench.row(id).state == RowState::pending);
    denied = false;
    c.bench.pass(Seconds(62));
    CHECK(c.bench.row(id).state == RowState::acknowledged);
  }
}

TEST_CASE("arrival: checked in by another kiosk meanwhile, our number stands second") {
  for (const auto way : {ArrivalWay::transaction, ArrivalWay::one_by_one}) {
    Case c(way);
    c.hospital.check_in_elsewhere(c.appointment(), nonce_of('9'), "K2-001",
                                  morning() - Seconds(60));
    const auto id = c.arrive();
    CHECK(c.bench.row(id).state == RowState::acknowledged);
    const auto encounter = c.encounter();
    CHECK(values(encounter, "urn:kiosk:ticket-number") ==
          std::vector<std::string>{"K2-001", "K1-017"});
    const auto found = std::find_if(c.bench.sent.begin(), c.bench.sent.end(),
                                    [](const auto& r) { return writes(r); });
    CHECK(header(found->headers, "If-Match") == "W/\"1\"");
  }
}

TEST_CASE("arrival: of two confirmations the earlier one's number is called") {
  Case c;
  c.hospital.check_in_elsewhere(c.appointment(), nonce_of('9'), "K2-001", morning() + Seconds(60));
  c.bench.now.instant = morning() + Seconds(120);
  const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
  c.bench.store.rows[id].message.confirmed_at = morning();
  c.bench.run({OutboxChanged{}});
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  const auto encounter = c.encounter();
  CHECK(values(encounter, "urn:kiosk:ticket-number") ==
        std::vector<std::string>{"K1-017", "K2-001"});
  CHECK(encounter["period"]["start"] == "2026-11-21T09:40:00.000+08:00");
}

TEST_CASE("arrival: checked in at the desk without a number, the Encounter takes or gets ours") {
  Case c;
  c.hospital.set_status(c.appointment(), "arrived", morning());
  const auto id = c.arrive();
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(values(c.encounter(), "urn:kiosk:ticket-number") == std::vector<std::string>{"K1-017"});

  Case d;
  d.hospital.set_status(d.appointment(), "arrived", morning());
  d.hospital.put(R"({"resourceType":"Encounter","id":"desk","status":"arrived",
    "class":{"code":"AMB"},"subject":{"reference":"Patient/p-wang"},
    "appointment":[{"reference":"Appointment/)" +
                     d.appointment() + R"("}],
    "identifier":[{"system":"urn:his","value":"V-1"}]})",
                 morning());
  const auto other = d.arrive();
  CHECK(d.bench.row(other).state == RowState::acknowledged);
  CHECK(d.bench.row(other).encounter_id == "desk");
  CHECK(values(d.encounter(), "urn:his") == std::vector<std::string>{"V-1"});
  CHECK(values(d.encounter(), "urn:kiosk:ticket-number") == std::vector<std::string>{"K1-017"});
}

TEST_CASE("arrival: a status that no longer allows it goes to the staff's list") {
  for (const auto* status : {"cancelled", "noshow", "waitlist", "entered-in-error", "pending"}) {
    Case c;
    c.hospital.set_status(c.appointment(), status, morning());
    const auto id = c.arrive();
    CHECK(c.bench.row(id).state == RowState::refused);
    CHECK(c.bench.row(id).reason.find(status) != std::string::npos);
    CHECK(c.bench.writes().empty());
  }
}

TEST_CASE(
    "arrival: what the desk cancels between the Encounter and the Appointment is for the staff") {
  Case c(ArrivalWay::one_by_one);
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (r.method == "PATCH") c.hospital.set_status(c.appointment(), "cancelled", morning());
    return std::nullopt;
  };
  const auto id = c.arrive();
  c.bench.pass(Seconds(2));
  CHECK(c.bench.row(id).state == RowState::refused);
  const std::string encounter = c.encounter()["id"];
  CHECK(c.bench.row(id).reason ==
        "the appointment is cancelled, and the arrival stands as Encounter/" + encounter);
}

TEST_CASE(
    "arrival: a visit that is over already counts as told, with our ticket on its Encounter") {
  Case c;
  c.hospital.check_in_elsewhere(c.appointment(), nonce_of('9'), "K2-001", morning());
  c.hospital.set_status(c.appointment(), "fulfilled", morning());
  const auto id = c.arrive();
  CHECK(c.bench.row(id).state == RowState::acknowledged);
}

TEST_CASE("arrival: ours that the desk has undone is not told again") {
  Case c;
  const auto first = c.arrive();
  CHECK(c.bench.row(first).state == RowState::acknowledged);
  c.hospital.undo_arrival(c.appointment(), morning());
  auto& row = c.bench.store.rows[first];
  row.state = RowState::pending;  // as if the acknowledgement had been lost
  c.bench.sent.clear();
  c.bench.run({OutboxChanged{}});
  CHECK(c.bench.row(first).state == RowState::acknowledged);
  CHECK(c.bench.writes().empty());
  const auto visit = std::get<domain::Visit>(c.bench.read_fresh(c.appointment()).result);
  CHECK(!visit.arrival);
  CHECK(visit.round == 2);
}

TEST_CASE("arrival: after the desk undid one, the second round has a key of its own") {
  Case c;
  c.arrive();
  c.hospital.undo_arrival(c.appointment(), morning());
  const auto id = c.bench.commit(c.appointment(), nonce_of('3'), "K1-018");
  c.bench.store.rows[id].message.visit_key = c.appointment() + "/2";
  c.bench.run({OutboxChanged{}});
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(values(c.encounter(), "urn:kiosk:visit-key") ==
        std::vector<std::string>{c.appointment() + "/2"});
  const auto visit = std::get<domain::Visit>(c.bench.read_fresh(c.appointment()).result);
  REQUIRE(visit.arrival);
  CHECK(visit.arrival->number == "K1-018");
}

TEST_CASE("arrival: a ticket of an undone round does not stand on the next round's Encounter") {
  Case c;
  c.hospital.check_in_elsewhere(c.appointment(), nonce_of('3'), "K2-001", morning());
  c.hospital.undo_arrival(c.appointment(), morning());
  const auto second = c.bench.commit(c.appointment(), nonce_of('4'), "K2-002");
  c.bench.store.rows[second].message.visit_key = c.appointment() + "/2";
  c.bench.run({OutboxChanged{}});
  const auto late = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
  c.bench.run({OutboxChanged{}});
  CHECK(c.bench.row(late).state == RowState::refused);
  CHECK(values(c.encounter(), "urn:kiosk:ticket-number") == std::vector<std::string>{"K2-002"});
}

TEST_CASE("arrival: a pause that a wrong clock stored is not waited out") {
  Case c;
  const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
  c.bench.store.rows[id].message.not_before = c.bench.now.instant + Minutes(90);
  c.bench.run({OutboxChanged{}});
  c.bench.pass(Seconds(5));
  CHECK(c.bench.row(id).state == RowState::acknowledged);
}

TEST_CASE("arrival: a pause that a wrong clock stored is ended also by a store that failed at it") {
  for (int n = 1; n < 8; ++n) {
    CAPTURE(n);
    Case c;
    const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
    c.bench.store.rows[id].message.not_before = c.bench.now.instant + Minutes(90);
    c.bench.store.fail_call = n;
    c.bench.run({OutboxChanged{}});
    c.bench.pass(Seconds(200));
    CHECK(c.bench.row(id).state == RowState::acknowledged);
  }
}

TEST_CASE("arrival: a half-done pair is resumed") {
  Case c(ArrivalWay::one_by_one);
  bool stopped = false;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (stopped || r.method != "PATCH") return std::nullopt;
    stopped = true;
    return failure(r, HttpFailureKind::not_connected);
  };
  const auto id = c.arrive();
  CHECK(c.hospital.status_of(c.appointment()) == "booked");
  CHECK(c.hospital.encounters_of(c.appointment()).size() == 1);
  c.bench.pass(Seconds(3));
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  CHECK(c.hospital.status_of(c.appointment()) == "arrived");
  CHECK(c.bench.writes() == std::vector<std::string>{"POST /fhir/Encounter",
                                                     "PATCH /fhir/Appointment/" + c.appointment(),
                                                     "PATCH /fhir/Appointment/" + c.appointment()});
}

TEST_CASE("arrival: two kiosks race for one patient, one Encounter stays with both numbers") {
  for (const auto way : {ArrivalWay::transaction, ArrivalWay::one_by_one}) {
    Case c(way);
    SyncBench other(c.hospital, c.bench.settings.profile, "K2");
    other.run();
    const auto second = other.commit(c.appointment(), nonce_of('3'), "K2-001");
    // The other kiosk comes between our reading and our writing, and the server's condition races.
    bool raced = false;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (raced || !writes(r)) return std::nullopt;
      raced = true;
      other.run({OutboxChanged{}});
      c.hospital.lose_conditions(1);
      return std::nullopt;
    };
    const auto first = c.arrive();
    c.bench.pass(Seconds(5));
    other.pass(Seconds(5));
    CHECK(c.bench.row(first).state == RowState::acknowledged);
    CHECK(other.row(second).state == RowState::acknowledged);
    const auto encounter = c.encounter();
    auto nonces = values(encounter, "urn:kiosk:nonce");
    REQUIRE(nonces.size() == 2);
    CHECK(nonces.front() == nonce_of('3'));  // confirmed at the same instant: the smaller is called
    CHECK(values(encounter, "urn:kiosk:ticket-number") ==
          std::vector<std::string>{"K2-001", "K1-017"});
  }
}

TEST_CASE("arrival: ours is withdrawn when a smaller nonce's Encounter stands beside it") {
  Case c;
  const auto id = c.bench.commit(c.appointment(), nonce_of('7'), "K1-017");
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r) || r.method != "POST") return std::nullopt;
    auto result = c.hospital.answer(r, c.bench.now.instant);
    if (c.hospital.encounters_of(c.appointment()).size() == 1)
      c.hospital.check_in_elsewhere(c.appointment(), nonce_of('3'), "K2-001", morning());
    return result;
  };
  c.bench.run({OutboxChanged{}});
  CHECK(c.bench.row(id).state == RowState::acknowledged);
  const auto encounter = c.encounter();
  CHECK(values(encounter, "urn:kiosk:nonce") ==
        std::vector<std::string>{nonce_of('3'), nonce_of('7')});
  CHECK(c.bench.row(id).encounter_id == encounter["id"]);
}

TEST_CASE("arrival: streams run side by side and do not hold each other up") {
  Case c;
  const auto stuck = c.bench.commit(c.appointment(), nonce_of('1'), "K1-001");
  const auto free = c.bench.commit(c.hospital.demo_person("by_booking").appointments.at(0),
                                   nonce_of('2'), "K1-002");
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (r.url.ends_with("Appointment/" + c.appointment()))
      return failure(r, HttpFailureKind::timed_out_sent);
    return std::nullopt;
  };
  c.bench.run({OutboxChanged{}});
  CHECK(c.bench.row(stuck).state == RowState::pending);
  CHECK(c.bench.row(free).state == RowState::acknowledged);
}

TEST_CASE("arrival: uploads go before the day is downloaded") {
  auto hospital = small_hospital();
  SyncBench bench(hospital, emulators::hospital_profile(base_url));
  const auto appointment = hospital.demo_person("one_booked").appointments.at(0);
  bench.commit(appointment, nonce_of('1'), "K1-001");
  bench.run();
  const auto first_search =
      std::find_if(bench.sent.begin(), bench.sent.end(),
                   [](const HttpRequest& r) { return r.url.ends_with("Appointment/_search"); });
  const auto write = std::find_if(bench.sent.begin(), bench.sent.end(),
                                  [](const HttpRequest& r) { return writes(r); });
  REQUIRE(first_search != bench.sent.end());
  CHECK(write < first_search);
  CHECK(bench.store.visits.at(appointment).arrival->number == "K1-001");
}
