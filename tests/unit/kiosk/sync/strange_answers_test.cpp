#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using nlohmann::json;
using RowState = MemoryStore::RowState;

namespace {

constexpr const char* web_page = "<html><body>Service is starting</body></html>";
constexpr const char* outcome = R"({"resourceType":"OperationOutcome","issue":[]})";

struct Case {
  Case() : hospital(small_hospital()), bench(hospital, emulators::hospital_profile(base_url)) {
    bench.run();
    bench.sent.clear();
  }

  /// What `strange` gives stands in for the hospital while it gives anything.
  std::int64_t arrive(SyncBench::Intercept strange) {
    bench.intercept = std::move(strange);
    const auto id = bench.commit(appointment(), nonce_of('7'), "K1-017");
    bench.run({OutboxChanged{}});
    return id;
  }
  void heal(Milliseconds length = Seconds(70)) {
    bench.intercept = nullptr;
    bench.pass(length);
  }
  std::string appointment() const { return hospital.demo_person("one_booked").appointments.at(0); }
  const RowState& state(std::int64_t id) const { return bench.row(id).state; }

  emulators::Hospital hospital;
  SyncBench bench;
};

bool reads_appointment(const HttpRequest& request) {
  return request.method == "GET" && request.url.find("/Appointment/") != std::string::npos;
}

}  // namespace

TEST_CASE("arrival: who gave a request up or wants it later refuses nothing") {
  for (const int code : {408, 425}) {
    for (const bool writing : {true, false}) {
      CAPTURE(code);
      Case c;
      const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
        return writing == writes(r) ? std::optional(status(r, code)) : std::nullopt;
      });
      CHECK(c.state(id) == RowState::pending);
      CHECK(c.bench.row(id).message.unknown == (writing && code == 408));
      c.heal();
      CHECK(c.state(id) == RowState::acknowledged);
    }
  }
}

TEST_CASE("arrival: a web page on the way is no answer of the server, whatever its status") {
  for (const int code : {200, 201, 400, 404, 409, 410, 412, 422}) {
    for (const bool writing : {true, false}) {
      CAPTURE(code);
      Case c;
      const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
        return writing == writes(r) ? std::optional(status(r, code, web_page)) : std::nullopt;
      });
      CHECK(c.state(id) == RowState::pending);
      c.heal();
      CHECK(c.state(id) == RowState::acknowledged);
      CHECK(c.hospital.encounters_of(c.appointment()).size() == 1);
    }
  }
}

TEST_CASE("arrival: a conflict in a web page and a refusal in XML are the server's own") {
  Case conflict;
  bool once = true;
  const auto id = conflict.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r) || !std::exchange(once, false)) return std::nullopt;
    return status(r, 412, web_page);
  });
  conflict.bench.pass(Seconds(2));  // the server's limit need not pass
  CHECK(conflict.state(id) == RowState::acknowledged);

  Case refusal;
  const auto other = refusal.arrive([](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!writes(r)) return std::nullopt;
    return status(r, 422, R"(<OperationOutcome xmlns="http://hl7.org/fhir"></OperationOutcome>)");
  });
  CHECK(refusal.state(other) == RowState::refused);
}

TEST_CASE("arrival: an answer that is not the appointment asked for is asked for again") {
  const auto other = R"({"resourceType":"Appointment","id":"other","status":"cancelled",)"
                     R"("start":"2026-11-21T10:00:00+08:00"})";
  for (const std::string& body :
       std::vector<std::string>{"", "null", "{}", "\xEF\xBB\xBF{}", outcome, other}) {
    CAPTURE(body);
    Case c;
    const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
      return reads_appointment(r) ? std::optional(status(r, 200, body)) : std::nullopt;
    });
    CHECK(c.state(id) == RowState::pending);
    CHECK(c.bench.writes().empty());
    c.heal();
    CHECK(c.state(id) == RowState::acknowledged);
  }
}

TEST_CASE(
    "arrival: an appointment that lacks its start goes to the staff's list, with the reason") {
  Case c;
  const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!reads_appointment(r)) return std::nullopt;
    return status(
        r, 200,
        json{{"resourceType", "Appointment"}, {"id", c.appointment()}, {"status", "booked"}}
            .dump());
  });
  CHECK(c.state(id) == RowState::refused);
  CHECK(c.bench.row(id).reason.find("Appointment.start") != std::string::npos);
}

TEST_CASE("arrival: a search that is not answered by a Bundle does not say that nothing is there") {
  Case c;
  const auto id = c.arrive([](const HttpRequest& r) -> std::optional<HttpResult> {
    const bool search = r.url.find("Encounter/_search") != std::string::npos;
    return search ? std::optional(status(r, 200, outcome)) : std::nullopt;
  });
  CHECK(c.state(id) == RowState::pending);
  CHECK(c.bench.writes().empty());
  c.heal();
  CHECK(c.state(id) == RowState::acknowledged);
}

TEST_CASE("arrival: an ETag that a proxy changed gives way to the version in the resource") {
  Case c;
  const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!reads_appointment(r)) return std::nullopt;
    auto result = c.hospital.answer(r, c.bench.now.instant);
    for (auto& [name, value] : std::get<HttpResponse>(result.outcome).headers)
      if (name == "ETag") value = "W/\"1-gzip\"";
    return result;
  });
  c.bench.pass(Seconds(5));
  CHECK(c.state(id) == RowState::acknowledged);
}

TEST_CASE("arrival: a 2xx that names an Encounter which is not there does not count as told") {
  Case c;
  bool lies = true;
  const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!lies || !writes(r)) return std::nullopt;
    lies = false;
    return status(r, 200,
                  R"({"resourceType":"Bundle","type":"transaction-response","entry":[)"
                  R"({"response":{"status":"200"}},)"
                  R"({"response":{"status":"201","location":"Encounter/lost/_history/1"}}]})");
  });
  c.bench.pass(Seconds(5));
  c.bench.pass(Minutes(1));
  CHECK(c.state(id) == RowState::pending);  // reading may be behind, too
  c.bench.pass(Minutes(4));
  CHECK(c.state(id) == RowState::acknowledged);
  CHECK(c.hospital.encounters_of(c.appointment()).size() == 1);
}

TEST_CASE("arrival: an appointment whose comment is no Unicode keeps it as it is") {
  for (const auto by : {ChangeBy::json_patch, ChangeBy::put}) {
    for (const std::string& bad : std::vector<std::string>{"\\udfb7", "\xFC", "\x01"}) {
      Case c;
      auto resource = json::parse(c.hospital.read("Appointment/" + c.appointment()));
      resource["comment"] = "POISON";
      c.hospital.put(resource.dump(), c.bench.now.instant);
      c.bench.settings.profile.change_by = by;
      c.bench.restart(c.bench.settings);
      const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
        auto result = c.hospital.answer(r, c.bench.now.instant);
        auto& body = std::get<HttpResponse>(result.outcome).body;
        for (auto at = body.find("POISON"); at != body.npos; at = body.find("POISON"))
          body.replace(at, 6, bad);
        return result;
      });
      // A whole resource would be written back with our marks in it: staff tell by hand.
      const bool put = by == ChangeBy::put;
      CHECK(c.state(id) == (put ? RowState::refused : RowState::acknowledged));
      CHECK(c.hospital.status_of(c.appointment()) == (put ? "booked" : "arrived"));
      CHECK(c.hospital.read("Appointment/" + c.appointment()).find("POISON") != std::string::npos);
    }
  }
}

TEST_CASE("arrival: a gateway that has lost its server refuses nothing") {
  const std::string not_ours = R"({"message":"no Route matched with those values"})";
  for (const int code : {404, 405, 410, 421}) {
    for (const auto& body : {std::string(), std::string("404 page not found"), not_ours}) {
      CAPTURE(code);
      CAPTURE(body);
      Case c;
      const auto id = c.arrive([&](const HttpRequest& r) { return status(r, code, body); });
      c.bench.pass(Minutes(5));
      CHECK(c.state(id) == RowState::pending);
      CHECK(c.bench.last.server == ServerState::offline);
      c.heal(Minutes(10));
      CHECK(c.state(id) == RowState::acknowledged);
    }
  }
}

TEST_CASE("arrival: who confirmed is the one that arrives, and nobody of another server") {
  const auto with = [](Case& c, const std::string& actors) {
    auto appointment = json::parse(c.hospital.read("Appointment/" + c.appointment()));
    appointment["participant"] = json::parse(actors);
    c.hospital.put(appointment.dump(), c.bench.now.instant);
  };
  Case two;
  with(two, R"([{"actor":{"reference":"https://other.example/fhir/Patient/p-li"}},
                {"actor":{"reference":"Patient/p-wang"}},{"actor":{"reference":"Patient/p-li"}},
                {"actor":{"reference":"https://other.example/fhir/Location/l1"}}])");
  two.arrive(nullptr);
  const auto made = two.hospital.encounters_of(two.appointment());
  REQUIRE(made.size() == 1);
  const auto encounter = json::parse(two.hospital.read("Encounter/" + made.front()));
  CHECK(encounter["subject"]["reference"] == "Patient/p-wang");
  CHECK_FALSE(encounter.contains("location"));
  Case foreign;
  with(foreign, R"([{"actor":{"reference":"https://other.example/fhir/Patient/p-li"}}])");
  const auto id = foreign.arrive(nullptr);
  CHECK(foreign.state(id) == RowState::refused);
  CHECK(foreign.bench.row(id).reason.find("another server") != std::string::npos);
  CHECK(foreign.hospital.status_of(foreign.appointment()) == "booked");
}

TEST_CASE("look-up: what is no answer of the server never becomes \"no appointment\"") {
  const domain::Identifier booking{"urn:kiosk:booking", "BK20010001"};
  for (const std::string& body : {std::string(outcome), std::string(web_page)}) {
    for (const int code : {200, 404}) {
      if (code == 404 && body == outcome) continue;
      Case c;
      c.bench.intercept = [&](const HttpRequest& r) {
        return std::optional(status(r, code, body));
      };
      const auto told = c.bench.look_up(domain::BookingCode{booking});
      CHECK(std::holds_alternative<Error>(told.result));
      const auto fresh = c.bench.read_fresh(c.appointment());
      CHECK(std::holds_alternative<Error>(fresh.result));
      CHECK(c.bench.store.visits.contains(c.appointment()));
    }
  }
}

TEST_CASE("download: an answer that is no Bundle does not make stored appointments disappear") {
  Case c;
  const auto stored = c.bench.store.visits.size();
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    const bool by_id = r.body.starts_with("_id=");
    if (by_id) return status(r, 200, outcome);
    if (r.body.starts_with("date="))
      return status(r, 200, R"({"resourceType":"Bundle","type":"searchset","entry":[]})");
    return std::nullopt;
  };
  c.bench.restart(c.bench.settings);
  c.bench.pass(Seconds(30));
  CHECK(c.bench.store.visits.size() == stored);
}

TEST_CASE("download: an OperationOutcome in a Bundle's place is told by its code") {
  Case c;
  c.bench.intercept = [](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!r.url.ends_with("/_search")) return std::nullopt;
    return status(r, 200, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",
      "code":"exception","diagnostics":"no database"}]})");
  };
  c.bench.pass(Minutes(1));
  REQUIRE_FALSE(c.bench.errors.empty());
  CHECK(c.bench.errors[0].what == "the answer to a search is no Bundle: HTTP 200: exception");
}

TEST_CASE("arrival: the list says why one still waits") {
  struct Wait {
    int code;
    const char* body;
    const char* why;
  };
  constexpr const char* failed =
      R"({"resourceType":"OperationOutcome","issue":[{"code":"exception","diagnostics":"王小芳"}]})";
  for (const Wait& wait : {Wait{500, "", "HTTP 500"}, Wait{503, failed, "HTTP 503: exception"},
                           Wait{412, failed, "HTTP 412: exception"}, Wait{403, "", "HTTP 403"}}) {
    CAPTURE(wait.code);
    Case c;
    const auto id = c.arrive([&](const HttpRequest& r) -> std::optional<HttpResult> {
      return writes(r) ? std::optional(status(r, wait.code, wait.body)) : std::nullopt;
    });
    c.bench.pass(Seconds(30));
    CHECK(c.state(id) == RowState::pending);
    const auto& reason = c.bench.row(id).reason;
    const bool looked_for = reason.find("no answer came") != std::string::npos;
    CHECK((reason.starts_with(wait.why) || (wait.code == 500 && looked_for)));
    CHECK(reason.find("王小芳") == std::string::npos);
  }
}
