#include <doctest/doctest.h>

#include <algorithm>

#include "kiosk/sync/fhir_time.h"
#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;

namespace {

struct Case {
  Case() : hospital(small_hospital()), bench(hospital, emulators::hospital_profile(base_url)) {}
  std::string appointment(const char* story = "one_booked") const {
    return hospital.demo_person(story).appointments.at(0);
  }
  /// The body of the last search for appointments.
  std::string last_search() const {
    std::string body;
    for (const auto& request : bench.sent)
      if (request.url.ends_with("Appointment/_search")) body = request.body;
    return body;
  }

  emulators::Hospital hospital;
  SyncBench bench;
};

}  // namespace

TEST_CASE("download: the first run brings today and tomorrow with people and names") {
  Case c;
  c.bench.run();
  CHECK(c.bench.last.day_is_complete);
  CHECK(c.bench.errors.empty());
  CHECK(c.bench.store.visits.contains(c.appointment("another_day")));
  CHECK(c.bench.store.visits.at(c.appointment()).appointment.doctor_name == "周敏 Zhou Min");
  CHECK(c.bench.store.people.at("p-wang").name == "王小芳");
  REQUIRE(c.bench.store.mark);
  CHECK(c.bench.store.mark->server_time == morning());
  const auto body = c.last_search();
  CHECK(body.find("date=ge2026-11-21T00%3A00%3A00.000%2B08%3A00") != std::string::npos);
  CHECK(body.find("date=lt2026-11-23T00%3A00%3A00.000%2B08%3A00") != std::string::npos);
  CHECK(body.find("_count=400") != std::string::npos);
}

TEST_CASE("download: staff are told once when a server names patients elsewhere") {
  Case c;
  c.bench.run();
  CHECK(c.bench.alerts.empty());
  std::string text = c.hospital.read("Appointment/" + c.appointment());
  const auto at = text.find("\"Patient/");
  REQUIRE(at != std::string::npos);
  text.insert(at + 1, "https://official.example/fhir/");
  for (int i = 0; i < 2; ++i) {
    c.hospital.put(text, c.bench.now.instant);
    c.bench.pass(Minutes(2));
  }
  REQUIRE(c.bench.alerts.size() == 1);
  CHECK(c.bench.alerts[0].text.find("https://official.example/fhir,") != std::string::npos);
  CHECK(c.bench.store.visits.at(c.appointment()).appointment.patient_id.empty());
}

TEST_CASE("download: changes are asked for with an overlap and without date, status or place") {
  Case c;
  c.bench.run();
  c.hospital.set_status(c.appointment(), "cancelled", morning() + Seconds(5));
  c.bench.pass(Seconds(40));
  const auto body = c.last_search();
  CHECK(body.find("_lastUpdated=ge2026-11-21T01%3A38%3A00.000Z") != std::string::npos);
  for (const auto* without : {"&date=", "status=", "location="})
    CHECK(body.find(without) == std::string::npos);
  CHECK(c.bench.store.visits.at(c.appointment()).appointment.status ==
        domain::AppointmentStatus::cancelled);
  CHECK(c.bench.store.mark->server_time > morning());
}

TEST_CASE("download: a visit moved to another day is updated, one that never mattered is dropped") {
  Case c;
  c.bench.run();
  const auto far = morning() + Minutes(5 * 24 * 60);
  c.hospital.move(c.appointment(), far, morning() + Seconds(5));
  c.hospital.put(R"({"resourceType":"Appointment","id":"far","status":"booked",
    "start":"2026-11-26T09:00:00+08:00","participant":[]})",
                 morning() + Seconds(5));
  c.bench.pass(Seconds(40));
  CHECK(c.bench.store.visits.at(c.appointment()).appointment.start == far);
  CHECK(!c.bench.store.visits.contains("far"));
}

TEST_CASE("download: rows that the overlap brings again are not written again") {
  Case c;
  c.bench.run();
  c.hospital.set_status(c.appointment(), "cancelled", morning() + Seconds(5));
  c.bench.pass(Seconds(40));
  c.bench.store.visits.clear();
  c.bench.pass(Seconds(30));
  CHECK(c.bench.store.visits.empty());
}

TEST_CASE("download: pages are followed as the server links them") {
  Case c;
  c.bench.settings.profile.page_size = 5;
  c.bench.restart(c.bench.settings);
  c.bench.run();
  const auto pages = std::count_if(c.bench.sent.begin(), c.bench.sent.end(), [](const auto& r) {
    return r.method == "GET" && r.url.find("_getpages") != std::string::npos;
  });
  CHECK(pages >= 3);
  Case whole;
  whole.bench.run();
  CHECK(c.bench.store.visits == whole.bench.store.visits);
}

TEST_CASE(
    "download: a page that expired starts the run again from page 1, and the bookmark waits") {
  Case c;
  c.bench.settings.profile.page_size = 5;
  c.bench.restart(c.bench.settings);
  int expired = 0;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (r.url.find("_getpages") == std::string::npos) return std::nullopt;
    CHECK(!c.bench.store.mark);
    if (expired++ == 1) c.hospital.forget_pages();
    return std::nullopt;
  };
  c.bench.run();
  CHECK(expired > 3);
  CHECK(c.bench.last.day_is_complete);
  REQUIRE(c.bench.store.mark);

  Case never;
  never.bench.settings.profile.page_size = 5;
  never.bench.restart(never.bench.settings);
  never.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (r.url.find("_getpages") == std::string::npos) return std::nullopt;
    return status(r, 410);
  };
  never.bench.run();
  CHECK(!never.bench.store.mark);
  CHECK(!never.bench.last.day_is_complete);
  CHECK(!never.bench.errors.empty());
}

TEST_CASE("download: an expired page is known by 400 too, and a run says what the server said") {
  for (const bool passes : {true, false}) {
    Case c;
    c.bench.settings.profile.page_size = 5;
    c.bench.restart(c.bench.settings);
    int refused = 0;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (r.url.find("_getpages") == std::string::npos) return std::nullopt;
      if (refused++ > 0 && passes) return std::nullopt;
      return status(r, 400, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",
        "code":"invalid","details":{"text":"The continuation token is invalid"}}]})");
    };
    c.bench.run();
    CHECK(c.bench.last.day_is_complete == passes);
    REQUIRE(c.bench.errors.empty() == passes);
    if (!passes) CHECK(c.bench.errors[0].what.ends_with(": invalid"));
  }
}

TEST_CASE("download: one name that is no Unicode leaves the day whole, and she is found") {
  for (const std::string& bad :
       std::vector<std::string>{"\\ud842", "\xFC", "\xF0\xA0\xAE", "\xED\xA1\x82", "\x01"}) {
    Case c;
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      auto result = c.hospital.answer(r, c.bench.now.instant);
      auto& body = std::get<HttpResponse>(result.outcome).body;
      for (std::size_t at = 0; (at = body.find("王小芳", at)) != body.npos; at += bad.size())
        body.replace(at, std::string("王小芳").size(), bad);
      return result;
    };
    c.bench.run();
    CHECK(c.bench.last.day_is_complete);
    CHECK(c.bench.last.runs_failed == 0);
    REQUIRE_FALSE(c.bench.errors.empty());
    for (const auto& error : c.bench.errors) CHECK(error.code == "bad_text");
    const auto& person = c.bench.store.people.at("p-wang");
    CHECK(person.name == (bad == "\x01" ? " " : bad == "\xED\xA1\x82" ? "���" : "�"));
    const auto told = c.bench.look_up(domain::PersonCode{person.identifiers.at(0)});
    const auto* found = std::get_if<std::vector<domain::PersonVisits>>(&told.result);
    REQUIRE(found != nullptr);
    REQUIRE(found->size() == 1);
    CHECK(found->front().person.id == "p-wang");
  }
}

TEST_CASE("download: next links that never end leave the day served, and nothing taken for gone") {
  int links = 1;  // so many different ones
  int pages = 2;
  const char* why = "appointments: a next link leads to a page that was read; what came is kept";
  SUBCASE("a page that is its own next page") {}
  SUBCASE("two pages in turns") {
    links = 2;
    pages = 3;
  }
  SUBCASE("ever new ones") {
    links = 1'000;
    pages = 21;
    why = "appointments: page after page holds nothing new; what came is kept";
  }
  Case c;
  c.bench.run();
  const auto stored = c.bench.store.visits;
  REQUIRE(stored.contains(c.appointment("another_day")));
  int asked = 0;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    const bool first = r.url.ends_with("Appointment/_search") && r.body.starts_with("date=");
    if (!first && r.url.find("Appointment?page=") == std::string::npos) return std::nullopt;
    const auto link = "Appointment?page=" + std::to_string(++asked % links);
    return status(r, 200,
                  R"({"resourceType":"Bundle","type":"searchset","link":[
      {"relation":"next","url":")" +
                      link + R"("}],"entry":[{"resource":)" +
                      c.hospital.read("Appointment/" + c.appointment()) + "}]}");
  };
  c.bench.restart(c.bench.settings);
  c.bench.run();
  CHECK(asked == pages);
  CHECK(c.bench.last.day_is_complete);
  CHECK(c.bench.last.runs_failed == 0);
  CHECK(c.bench.store.visits.size() == stored.size());
  REQUIRE(c.bench.errors.size() == 1);
  CHECK(c.bench.errors[0].what == why);
}

TEST_CASE("download: of an appointment that comes twice in an answer the newer version counts") {
  const auto version = [](const Case& c, const char* status, const std::string& meta) {
    return R"({"resource":{"resourceType":"Appointment","id":")" + c.appointment() +
           R"(","status":")" + status + R"(","start":"2026-11-21T10:00:00+08:00",)" + meta +
           R"("participant":[{"actor":{"reference":"Patient/p-wang"}}]}})";
  };
  const std::string older = R"("meta":{"lastUpdated":"2026-11-21T08:00:00+08:00"},)";
  const std::string newer = R"("meta":{"lastUpdated":"2026-11-21T01:00:00Z"},)";
  for (const auto& [first, second] :
       std::vector<std::pair<std::string, std::string>>{{newer, older}, {older, newer}, {"", ""}}) {
    Case c;
    const bool last_counts = first != newer;
    const auto entries = version(c, last_counts ? "booked" : "cancelled", first) + "," +
                         version(c, last_counts ? "cancelled" : "booked", second);
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      if (!r.url.ends_with("Appointment/_search") || !r.body.starts_with("date="))
        return std::nullopt;
      return status(r, 200,
                    R"({"resourceType":"Bundle","type":"searchset","entry":[)" + entries + "]}");
    };
    c.bench.run();
    REQUIRE(c.bench.store.visits.contains(c.appointment()));
    CHECK(c.bench.store.visits.at(c.appointment()).appointment.status ==
          domain::AppointmentStatus::cancelled);
  }
}

TEST_CASE("download: the bookmark is never later than the server's clock") {
  Case c;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (!r.url.ends_with("Appointment/_search")) return std::nullopt;
    return status(r, 200, R"({"resourceType":"Bundle","type":"searchset",
      "meta":{"lastUpdated":"2026-11-21T09:40:00Z"}})");  // local time, marked as UTC
  };
  c.bench.run();
  REQUIRE(c.bench.store.mark);
  CHECK(c.bench.store.mark->server_time == morning());
}

TEST_CASE("download: a page link to another server is not followed") {
  Case c;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    CHECK(r.url.starts_with(base_url));
    if (!r.url.ends_with("Appointment/_search")) return std::nullopt;
    return status(r, 200, R"({"resourceType":"Bundle","type":"searchset","link":[
      {"relation":"next","url":"https://evil.example/fhir?page=2"}]})");
  };
  c.bench.run();
  CHECK(!c.bench.store.mark);
  REQUIRE(!c.bench.errors.empty());
  CHECK(c.bench.errors[0].code == "foreign_link");
  // Whoever looks sees why the day is not there, though the server answers.
  CHECK(c.bench.last.trouble.find("another server") != std::string::npos);
  c.bench.pass(Minutes(5));
  const auto told =
      std::count_if(c.bench.alerts.begin(), c.bench.alerts.end(), [](const auto& one) {
        return one.kind == AlertKind::lacking &&
               one.text.find("cannot be read") != std::string::npos;
      });
  CHECK(told == 1);
  c.bench.intercept = nullptr;
  c.bench.pass(Minutes(2));
  CHECK(c.bench.store.mark);
  CHECK(c.bench.last.trouble.empty());
}

TEST_CASE("download: where a page is too long, with photos in it, fewer matches are asked for") {
  Case c;
  std::vector<int> asked;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    const auto count = r.body.find("_count=");
    if (!r.url.ends_with("Appointment/_search") || count == r.body.npos) return std::nullopt;
    asked.push_back(std::stoi(r.body.substr(count + 7)));
    if (asked.back() > 10) return failure(r, HttpFailureKind::too_large);
    return std::nullopt;
  };
  c.bench.run();
  CHECK(c.bench.store.mark);
  CHECK(c.bench.store.visits.size() > 10);
  REQUIRE(!asked.empty());
  CHECK(asked.back() <= 10);
  CHECK(asked.size() < 10);
  SUBCASE("but not without end") {
    c.bench.intercept = [](const HttpRequest& r) -> std::optional<HttpResult> {
      return failure(r, HttpFailureKind::too_large);
    };
    c.bench.restart(c.bench.settings);
    c.bench.sent.clear();
    c.bench.run();
    CHECK(c.bench.sent.size() < 20);
  }
}

TEST_CASE("download: what is gone on the server is found once a day and forgotten") {
  Case c;
  c.bench.run();
  c.hospital.remove("Appointment/" + c.appointment("another_day"), morning());
  c.bench.pass(Seconds(40));
  CHECK(c.bench.store.visits.contains(c.appointment("another_day")));
  c.bench.pass(Minutes(15 * 60));
  CHECK(!c.bench.store.visits.contains(c.appointment("another_day")));
}

TEST_CASE("download: what a server that was put back has forgotten is seen within an hour or so") {
  Case c;
  c.bench.run();
  const std::string id = c.appointment();
  const std::string before = c.hospital.read("Appointment/" + id);
  const auto row = c.bench.commit(id, nonce_of('1'), "K1-001");
  c.bench.run({OutboxChanged{}});
  REQUIRE(c.bench.row(row).state == MemoryStore::RowState::acknowledged);
  c.bench.pass(Minutes(50));
  REQUIRE(c.bench.store.visits.at(id).arrival);
  for (const auto& encounter : c.hospital.encounters_of(id))
    c.hospital.remove("Encounter/" + encounter, morning());
  c.hospital.put(before, morning());
  const auto asked = [&] {
    return std::count_if(c.bench.sent.begin(), c.bench.sent.end(),
                         [&](const auto& r) { return r.body.starts_with("_id=" + id); });
  };
  c.bench.pass(Minutes(5));
  CHECK(asked() == 0);
  CHECK(c.bench.store.visits.at(id).arrival);
  c.bench.pass(Minutes(10));
  CHECK(asked() == 1);
  CHECK_FALSE(c.bench.store.visits.at(id).arrival);
  c.bench.pass(Minutes(50));
  CHECK(asked() == 1);
}

TEST_CASE("download: a row missing from the pages that still exists is not forgotten") {
  Case c;
  c.bench.run();
  const auto kept = c.appointment();
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (r.body.find("date=ge") == std::string::npos) return std::nullopt;
    return status(r, 200, R"({"resourceType":"Bundle","type":"searchset"})");
  };
  c.bench.restart(c.bench.settings);
  c.bench.run();
  CHECK(c.bench.last.day_is_complete);
  CHECK(c.bench.store.visits.contains(kept));
}

TEST_CASE("download: a failing run is tried again with pauses that grow") {
  Case c;
  c.bench.intercept = [](const HttpRequest& r) -> std::optional<HttpResult> {
    return failure(r, HttpFailureKind::not_connected);
  };
  c.bench.run();
  c.bench.pass(Seconds(120));
  const auto tries = c.bench.sent.size();
  CHECK(tries >= 5);
  CHECK(tries <= 12);
  CHECK(c.bench.last.server == ServerState::offline);
}

TEST_CASE("download: a malformed answer stores nothing and is said") {
  Case c;
  for (const auto* body : {"<html>", "[]", "{\"resourceType\":\"Bundle\",\"entry\":{}}",
                           "{\"resourceType\":\"Patient\",\"id\":\"x\"}"}) {
    c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
      return status(r, 200, body);
    };
    c.bench.errors.clear();
    c.bench.pass(Seconds(35));
    CHECK(!c.bench.errors.empty());
    CHECK(!c.bench.store.mark);
  }
}

TEST_CASE("download: an untrusted clock first learns the server's time, then asks for its day") {
  Case c;
  c.bench.now = {Instant{} + Minutes(5), ClockTrust::not_before};
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    return c.hospital.answer(r, morning());  // the hospital knows what time it is
  };
  std::optional<ClockCorrection> correction;
  std::vector<Input> inputs;
  for (int i = 0; i < 20; ++i) {
    const auto out = c.bench.engine->step(c.bench.now, std::move(inputs));
    inputs.clear();
    if (out.clock && !correction) {
      correction = out.clock;
      c.bench.now = {c.bench.now.instant + correction->offset, ClockTrust::server};
    }
    for (const auto& request : out.requests) {
      c.bench.sent.push_back(request);
      inputs.emplace_back(*c.bench.intercept(request));
    }
  }
  REQUIRE(correction);
  const auto corrected = c.bench.now.instant;
  CHECK(std::chrono::abs(corrected - morning()) <= correction->uncertainty + Milliseconds(1));
  CHECK(c.bench.sent.front().url == std::string(base_url) + "/metadata");
  const auto& sent = c.bench.sent;
  CHECK(std::any_of(sent.begin(), sent.end(), [](const HttpRequest& request) {
    return request.body.find("date=ge2026-11-21") != std::string::npos;
  }));
  CHECK(c.bench.store.visits.contains(c.appointment()));
}

TEST_CASE("download: changes with nothing new are one request and write nothing") {
  Case c;
  c.bench.run();
  c.bench.pass(Minutes(5));  // whatever the first run left to look at
  c.bench.sent.clear();
  c.bench.store.calls.clear();
  c.bench.pass(Seconds(34));
  REQUIRE(c.bench.sent.size() == 1);
  CHECK(c.bench.sent[0].body.find("_lastUpdated=ge") != std::string::npos);
  const auto& calls = c.bench.store.calls;
  for (const auto* write : {"store_page", "set_bookmark", "forget"})
    CHECK(std::find(calls.begin(), calls.end(), write) == calls.end());
  c.bench.pass(Minutes(61));
  CHECK(std::count(calls.begin(), calls.end(), "set_bookmark") == 1);
  CHECK(c.bench.store.mark->server_time >= morning() + Minutes(60));
}

TEST_CASE("download: a person's new name is stored, and whoever comes back after being forgotten") {
  Case c;
  c.bench.run();
  c.bench.pass(Minutes(5));
  const auto id = c.appointment();
  auto text = c.hospital.read("Patient/p-wang");
  text.replace(text.find("王小芳"), std::string("王小芳").size(), "王大芳");
  c.hospital.put(text, c.bench.now.instant);
  c.hospital.set_status(id, "waitlist", c.bench.now.instant);
  c.bench.pass(Minutes(1));
  CHECK(c.bench.store.people.at("p-wang").name == "王大芳");
  c.bench.store.people.erase("p-wang");
  c.hospital.set_status(id, "booked", c.bench.now.instant);
  c.bench.pass(Minutes(1));
  CHECK(c.bench.store.people.contains("p-wang"));
}

TEST_CASE(
    "download: a ticket that comes to stand on an arrival is seen though its row is the same") {
  Case c;
  c.hospital.check_in_elsewhere(c.appointment(), nonce_of('3'), "K2-001", c.bench.now.instant);
  c.bench.run();
  c.bench.pass(Minutes(5));
  REQUIRE(c.bench.store.visits.at(c.appointment()).arrival->number == "K2-001");
  const auto id = c.hospital.encounters_of(c.appointment()).front();
  std::string text = c.hospital.read("Encounter/" + id);
  text.replace(text.find("K2-001"), 6, "K3-009");
  text.replace(text.find(nonce_of('3')), 32, nonce_of('2'));
  c.hospital.put(text, c.bench.now.instant);
  c.bench.pass(Minutes(6));
  CHECK(c.bench.store.visits.at(c.appointment()).arrival->number == "K3-009");
}

TEST_CASE("engine: what is under way when the clock is put right keeps its time") {
  Case c;
  c.bench.restart(c.bench.settings);
  Now now{Instant{} + Minutes(5), ClockTrust::not_before};
  const auto first = c.bench.engine->step(now, {LookUp{RequestId{1}, domain::TicketCode{"t"}}});
  REQUIRE(first.requests.size() == 2);
  const auto& metadata = first.requests.at(first.requests[0].url.ends_with("metadata") ? 0 : 1);
  const auto told = c.bench.engine->step(now, {c.hospital.answer(metadata, morning())});
  REQUIRE(told.clock);
  now = {now.instant + told.clock->offset, ClockTrust::server};
  CHECK(c.bench.engine->step(now, {}).answers.empty());
}

TEST_CASE("engine: after a start with data only patients are served before its own random time") {
  Case c;
  c.bench.run();
  c.bench.sent.clear();
  Settings spread = c.bench.settings;
  spread.profile.start_spread = Minutes(1);
  c.bench.restart(spread);
  c.bench.run();
  CHECK(c.bench.sent.empty());
  c.bench.read_fresh(c.appointment());
  CHECK(!c.bench.sent.empty());
  CHECK(c.last_search().empty());
  c.bench.pass(Minutes(1));
  CHECK(!c.last_search().empty());

  c.bench.store.visits.clear();
  c.bench.sent.clear();
  c.bench.restart(spread);
  c.bench.run();
  CHECK(!c.bench.sent.empty());
}

TEST_CASE("engine: a clock that is set back delays nothing") {
  Case c;
  c.bench.pass(Minutes(2));
  c.bench.now.instant -= Minutes(40);
  c.bench.sent.clear();
  c.bench.pass(Minutes(2));
  CHECK(!c.bench.sent.empty());
}

TEST_CASE("download: arrivals that come as Tasks show at once that our code is used elsewhere") {
  emulators::Hospital hospital = small_hospital({});
  auto profile = emulators::hospital_profile(base_url);
  profile.arrival_way = ArrivalWay::appointment_only;
  hospital.put(R"({"resourceType":"Task","id":"t1","status":"completed","intent":"order",
      "focus":{"reference":"Appointment/a1"},"authoredOn":"2026-11-21T08:50:00+08:00",
      "identifier":[{"system":"urn:kiosk:visit-key","value":"a1"},
                    {"system":"urn:kiosk:nonce","value":"elsewhere"},
                    {"system":"urn:kiosk:ticket-number","value":"K1-007"}]})",
               morning());
  SyncBench bench(hospital, profile);
  bench.run();
  REQUIRE(bench.alerts.size() == 1);
  CHECK(bench.alerts[0].kind == AlertKind::own_code_seen);
}

TEST_CASE("download: of two tickets that are Tasks the one that was confirmed first is called") {
  emulators::Hospital hospital = small_hospital();
  auto profile = emulators::hospital_profile(base_url);
  profile.arrival_way = ArrivalWay::appointment_only;
  const auto task = [](const char* id, const std::string& nonce, const char* number,
                       const char* at) {
    return R"({"resourceType":"Task","status":"completed","intent":"order","id":")" +
           std::string(id) + R"(","focus":{"reference":"Appointment/a1"},"authoredOn":")" + at +
           R"(","identifier":[{"system":"urn:kiosk:visit-key","value":"a1"},)"
           R"({"system":"urn:kiosk:nonce","value":")" +
           nonce + R"("},{"system":"urn:kiosk:ticket-number","value":")" + number + R"("}]})";
  };
  hospital.put(task("t1", nonce_of('a'), "K2-001", "2026-11-21T09:31:00+08:00"), morning());
  hospital.put(task("t2", nonce_of('b'), "K3-001", "2026-11-21T09:30:00+08:00"), morning());
  hospital.set_status("a1", "arrived", morning());
  SyncBench bench(hospital, profile);
  bench.run();
  const auto answer = bench.read_fresh("a1");
  CHECK(std::get<domain::Visit>(answer.result).arrival->number == "K3-001");
}

TEST_CASE("alert: a Task tells the staff once, also when the first try is lost") {
  Case c;
  c.bench.run();
  c.bench.sent.clear();
  bool lost = false;
  c.bench.intercept = [&](const HttpRequest& r) -> std::optional<HttpResult> {
    if (lost || !writes(r)) return std::nullopt;
    lost = true;
    (void)c.hospital.answer(r, c.bench.now.instant);
    return failure(r, HttpFailureKind::lost);
  };
  c.bench.run({RaiseAlert{"printer", "K1: paper is out"}});
  c.bench.pass(Seconds(5));
  CHECK(c.bench.writes().size() == 2);
  CHECK(c.hospital.count("Task") == 1);
}

TEST_CASE("engine: it is not made for plain http over the network or without systems") {
  MemoryStore store;
  const auto authorizer = *no_sign_in(base_url);
  const auto make = [&](const std::function<void(SiteProfile&)>& change) {
    Settings settings{emulators::hospital_profile(base_url), {}, "K1"};
    change(settings.profile);
    return Engine::create(settings, store, *authorizer, [] { return 0.0; });
  };
  CHECK(make([](SiteProfile&) {}));
  CHECK(make([](SiteProfile& p) { p.base_url = "http://10.0.0.5/fhir"; }).error().code ==
        "plain_http");
  CHECK(make([](SiteProfile& p) { p.base_url = "https://10.0.0.5/fhir"; }));
  CHECK(!make([](SiteProfile& p) { p.systems.nonce.clear(); }));
  CHECK(!make([](SiteProfile& p) { p.page_size = 401; }));
  CHECK(!no_sign_in("https://hospital.example/fhir"));
}

TEST_CASE("download: a kiosk that was withdrawn asks for nobody and rests") {
  Case c;
  c.bench.run();
  c.bench.store.withdrawn = true;
  c.bench.sent.clear();
  c.bench.pass(Minutes(60));
  CHECK(c.last_search().empty());
}
