#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kiosk/sync/probe.h"
#include "kiosk/sync/probe_resources.h"
#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::HospitalOptions;

namespace {

/// A probe of the emulated hospital, which may differ as real servers do.
struct Bench {
  explicit Bench(HospitalOptions options = {}) : hospital(small_hospital(options)) {
    settings.profile = emulators::hospital_profile(base_url);
    settings.zone = {{Instant{}, Minutes(8 * 60)}};
    settings.test_data = TestData::write;
  }

  const ProbeReport& run() {
    ProbePorts ports;
    ports.ask = [this](const std::vector<Question>& questions) {
      std::vector<Reply> replies;
      for (const auto& one : questions) replies.push_back(answer(one));
      now += Milliseconds(5);
      return replies;
    };
    ports.now = [this] { return now; };
    ports.unique_id = [this] { return fmt::format("{:032x}", ++ids); };
    ports.progress = [this](const std::string& what) { progress.push_back(what); };
    report = probe(settings, ports);
    INFO(readable(report));
    CHECK(std::none_of(report.findings.begin(), report.findings.end(),
                       [](const Finding& one) { return one.seen.empty(); }));
    return report;
  }

  Reply answer(const Question& question) {
    HttpRequest request = question.request;
    if (question.signing == Signing::ours && !bearer.empty())
      request.headers.emplace_back("Authorization", "Bearer " + bearer);
    asked.push_back(request);
    std::optional<HttpResult> result;
    if (intercept) result = intercept(request);
    if (!result) result = hospital.answer(request, now);
    return {result->outcome, now, std::nullopt};
  }

  const Finding& finding(const std::string& topic) const {
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const Finding& one) { return one.topic == topic; });
    CAPTURE(topic);
    CAPTURE(readable(report));
    REQUIRE(found != report.findings.end());
    return *found;
  }
  Grade grade(const std::string& topic) const { return finding(topic).grade; }
  /// Ids of what bears the probe's identifier or nonce and still stands.
  std::vector<std::string> standing() const {
    std::vector<std::string> left;
    for (const char* type : {"Patient", "Appointment", "Encounter", "Task"})
      for (const auto& one : hospital.held(type))
        for (const auto& [system, value] : one.identifiers) {
          const bool ours = system == probe_system || value.starts_with("kiosk-probe-");
          const bool stands = one.status != "entered-in-error" && one.status != "cancelled";
          if (ours && stands && (left.empty() || left.back() != one.id)) left.push_back(one.id);
        }
    return left;
  }

  emulators::Hospital hospital;
  ProbeSettings settings;
  ProbeReport report;
  Instant now = morning();
  unsigned ids = 0;
  std::string bearer;
  std::vector<HttpRequest> asked;
  std::vector<std::string> progress;
  SyncBench::Intercept intercept;
};

HospitalOptions with_deletes() {
  HospitalOptions options;
  options.deletes = HospitalOptions::Can::yes;
  return options;
}

}  // namespace

TEST_CASE("probe: a server that does all is found to, and nothing of the probe stays on it") {
  Bench bench(with_deletes());
  bench.run();
  CAPTURE(readable(bench.report));
  CHECK(bench.report.reached);
  CHECK(works(bench.report));
  for (const char* topic : {"FHIR version",
                            "CapabilityStatement",
                            "server clock",
                            "our sign-in",
                            "the day's appointments",
                            "Patient?identifier",
                            "Appointment?_lastUpdated",
                            "page links",
                            "versions",
                            "JSON Patch",
                            "JSON Patch test",
                            "stale If-Match",
                            "unquoted stale If-Match",
                            "caches",
                            "create Encounter",
                            "conditional create",
                            "racing creates",
                            "transactions",
                            "stale transaction",
                            "entries of a transaction",
                            "test data",
                            "unknown parameters"}) {
    CAPTURE(topic);
    CHECK(bench.grade(topic) == Grade::pass);
  }
  CHECK(bench.report.arrival_known);
  CHECK(bench.report.profile.arrival_way == ArrivalWay::transaction);
  CHECK(bench.report.profile.change_by == ChangeBy::json_patch);
  CHECK(bench.report.profile.arrived_status == domain::AppointmentStatus::arrived);
  CHECK(bench.report.left.empty());
  CHECK(bench.standing().empty());
  CHECK_FALSE(bench.progress.empty());
}

TEST_CASE("probe: without leave to write nothing on the server changes, and that is said") {
  Bench bench;
  bench.settings.test_data = TestData::none;
  bench.run();
  CHECK(works(bench.report));
  CHECK_FALSE(bench.report.arrival_known);
  CHECK(bench.grade("writing") == Grade::not_seen);
  for (const auto& request : bench.asked) {
    CAPTURE(request.url);
    CHECK_FALSE(writes(request));
  }
}

TEST_CASE("probe: nobody real is touched") {
  Bench bench(with_deletes());
  const auto before = bench.hospital.export_state();
  std::vector<std::string> texts;
  for (const auto& person : bench.hospital.demo_people())
    for (const auto& id : person.appointments)
      texts.push_back(bench.hospital.read("Appointment/" + id));
  bench.run();
  CHECK(bench.hospital.export_state() == before);
  std::vector<std::string> after;
  for (const auto& person : bench.hospital.demo_people())
    for (const auto& id : person.appointments)
      after.push_back(bench.hospital.read("Appointment/" + id));
  CHECK(after == texts);
}

TEST_CASE("probe: what it makes is marked as test data and lies far ahead") {
  Bench bench;
  bench.run();
  int made = 0;
  for (const char* type : {"Patient", "Appointment"})
    for (const auto& one : bench.hospital.held(type)) {
      const auto text = bench.hospital.read(std::string(type) + "/" + one.id);
      if (text.find(probe_system) == std::string::npos) continue;
      ++made;
      CHECK(text.find("HTEST") != std::string::npos);
      const auto resource = nlohmann::json::parse(text);
      if (resource.contains("start")) CHECK(resource.value("start", "") > "2027-12");
    }
  CHECK(made >= 3);
}

TEST_CASE("probe: without transactions the two are told one after the other") {
  auto options = with_deletes();
  options.transactions = HospitalOptions::Can::no;
  options.stale_status = 409;
  Bench bench(options);
  bench.run();
  CHECK(works(bench.report));
  CHECK(bench.grade("transactions") == Grade::absent);
  CHECK(bench.grade("stale If-Match") == Grade::differs);
  CHECK(bench.finding("stale If-Match").seen == "HTTP 409");
  CHECK(bench.report.profile.arrival_way == ArrivalWay::one_by_one);
}

TEST_CASE("probe: without Encounters number and token go as a Task") {
  HospitalOptions options;
  options.encounters = HospitalOptions::Can::no;
  Bench bench(options);
  bench.run();
  CHECK(works(bench.report));
  CHECK(bench.grade("Encounter") == Grade::absent);
  CHECK(bench.grade("create Task") == Grade::pass);
  CHECK(bench.report.profile.arrival_way == ArrivalWay::appointment_only);
  CHECK(bench.report.profile.reverse_includes.empty());
}

TEST_CASE("probe: without JSON Patch changes are PUT, and then If-Match must hold") {
  auto options = with_deletes();
  options.json_patch = HospitalOptions::Can::no;
  Bench bench(options);
  bench.run();
  CHECK(works(bench.report));
  CHECK(bench.grade("JSON Patch") == Grade::absent);
  CHECK(bench.grade("PUT") == Grade::pass);
  CHECK(bench.report.profile.change_by == ChangeBy::put);
  CHECK(bench.report.profile.arrival_way == ArrivalWay::transaction);

  options.stale_status = 0;
  Bench careless(options);
  careless.run();
  CHECK_FALSE(works(careless.report));
  CHECK(careless.grade("stale If-Match") == Grade::fails);
}

TEST_CASE("probe: an If-Match that is passed over is survived where patches test the status") {
  HospitalOptions options;
  options.stale_status = 0;
  Bench bench(options);
  bench.run();
  CHECK(works(bench.report));
  CHECK(bench.grade("stale If-Match") == Grade::differs);
  CHECK(bench.grade("stale transaction") == Grade::differs);
  CHECK(bench.report.profile.arrival_way == ArrivalWay::one_by_one);
}

TEST_CASE("probe: codes of a stale write are told apart, and an unknown one does not do") {
  for (const int status : {412, 409, 423, 428, 422}) {
    HospitalOptions options;
    options.stale_status = status;
    Bench bench(options);
    bench.run();
    CAPTURE(status);
    const auto grade = bench.grade("stale If-Match");
    CHECK(grade == (status == 412 ? Grade::pass : Grade::differs));
    CHECK(works(bench.report));
  }
  HospitalOptions options;
  options.stale_status = 418;
  Bench bench(options);
  bench.run();
  CHECK(bench.grade("stale If-Match") == Grade::fails);
  CHECK_FALSE(works(bench.report));
}

TEST_CASE("probe: an unquoted stale ETag that goes through is named") {
  HospitalOptions options;
  options.unquoted_etag = HospitalOptions::Unknown::ignore;
  Bench bench(options);
  bench.run();
  CHECK(bench.grade("stale If-Match") == Grade::pass);
  CHECK(bench.grade("unquoted stale If-Match") == Grade::differs);
}

TEST_CASE("probe: duplicates of racing creates are counted") {
  auto options = with_deletes();
  options.race_window = Milliseconds(3);
  Bench bench(options);
  bench.run();
  CHECK(bench.grade("conditional create") == Grade::pass);
  CHECK(bench.grade("racing creates") == Grade::differs);
  CHECK(bench.finding("racing creates").seen == "6 at once make 6 (HTTP 201)");
  CHECK(bench.standing().empty());
}

TEST_CASE("probe: a condition that is passed over is named") {
  auto options = with_deletes();
  options.race_window = Milliseconds(60'000);
  Bench bench(options);
  bench.run();
  CHECK(bench.grade("conditional create") == Grade::differs);
  CHECK(bench.standing().empty());
}

TEST_CASE("probe: a cache of searches is found, and that no-cache passes it") {
  HospitalOptions options;
  options.search_cache = Milliseconds(60'000);
  Bench bench(options);
  bench.run();
  CHECK(bench.grade("caches") == Grade::pass);
  CHECK(bench.finding("caches").meaning == "the kiosk sends no-cache");
}

TEST_CASE("probe: a cache that no-cache does not pass is named") {
  HospitalOptions options;
  options.search_cache = Milliseconds(60'000);
  Bench bench(options);
  // What stands between takes the header away.
  bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
    HttpRequest bare = request;
    std::erase_if(bare.headers, [](const auto& one) { return one.first == "Cache-Control"; });
    return bench.hospital.answer(bare, bench.now);
  };
  bench.run();
  CHECK(bench.grade("caches") == Grade::differs);
}

TEST_CASE("probe: the limit of a page is found, and that includes count") {
  HospitalOptions options;
  options.page_size_max = 10;
  Bench bench(options);
  bench.run();
  CHECK(bench.grade("page limit") == Grade::differs);
  CHECK(bench.report.profile.page_size == 10);
  CHECK(bench.grade("includes on a page") == Grade::pass);

  options.counts_includes = HospitalOptions::Can::yes;
  Bench counting(options);
  counting.run();
  CHECK(counting.grade("includes on a page") == Grade::differs);
}

TEST_CASE("probe: page links that end, or lead elsewhere, are named") {
  HospitalOptions options;
  options.page_life = Milliseconds(20);
  Bench bench(options);
  bench.run();
  CHECK(bench.grade("life of page links") == Grade::differs);
  CHECK(bench.finding("life of page links").seen.starts_with("HTTP 410 after"));

  Bench elsewhere;
  elsewhere.hospital.set_base_url("http://10.0.0.1:8080/fhir");
  elsewhere.run();
  CHECK(elsewhere.grade("page links") == Grade::fails);
  CHECK_FALSE(works(elsewhere.report));
}

TEST_CASE("probe: how many entries a transaction takes") {
  HospitalOptions options;
  options.transaction_entries_max = 8;
  Bench bench(options);
  bench.run();
  CHECK(bench.finding("entries of a transaction").seen == "6 are taken, 12 are not");
  CHECK(bench.report.profile.arrival_way == ArrivalWay::transaction);
}

TEST_CASE("probe: what Appointment.status may become is found out, and written down") {
  HospitalOptions options;
  options.status_rules = HospitalOptions::Rules::checked_in;
  Bench bench(options);
  bench.run();
  CHECK(bench.report.profile.arrived_status == domain::AppointmentStatus::checked_in);
  CHECK(bench.report.profile.arrival_way == ArrivalWay::transaction);
  CHECK(bench.finding("Appointment.status").seen == "booked -> checked-in, booked -> cancelled");

  options.status_rules = HospitalOptions::Rules::none;
  Bench free(options);
  free.run();
  CHECK(free.finding("Appointment.status").seen ==
        "booked -> arrived, arrived -> booked, arrived -> checked-in, booked -> checked-in, "
        "checked-in -> arrived, booked -> cancelled, cancelled -> booked");
}

TEST_CASE("probe: a kiosk that may not make appointments uses the one it was given") {
  HospitalOptions options;
  options.create_people = HospitalOptions::Can::no;
  Bench none(options);
  none.run();
  CHECK(none.grade("test appointment") == Grade::not_seen);
  CHECK(none.finding("test appointment").meaning ==
        "make one marked HTEST at the hospital and give --appointment ID");

  for (const auto rules : {HospitalOptions::Rules::strict, HospitalOptions::Rules::none}) {
    options.status_rules = rules;
    Bench bench(options);
    bench.hospital.put(
        R"({"resourceType":"Appointment","id":"for-the-probe","status":"booked",
            "meta":{"security":[{"code":"HTEST"}]},
            "start":"2027-11-21T09:40:00+08:00","end":"2027-11-21T09:50:00+08:00",
            "participant":[{"actor":{"reference":"Patient/p-wang"},"status":"accepted"}]})",
        morning());
    bench.settings.appointment = "for-the-probe";
    bench.run();
    CAPTURE(readable(bench.report));
    CHECK(works(bench.report));
    CHECK(bench.report.profile.arrival_way == ArrivalWay::transaction);
    CHECK(bench.report.arrival_known);
    const bool free = rules == HospitalOptions::Rules::none;
    if (free) CHECK(bench.hospital.status_of("for-the-probe") == "booked");
  }
}

TEST_CASE("probe: an appointment that is not marked as test data is left alone") {
  Bench bench;
  const auto id = bench.hospital.demo_person("one_booked").appointments.at(0);
  const auto before = bench.hospital.read("Appointment/" + id);
  bench.settings.appointment = id;
  bench.run();
  CHECK(bench.grade("test appointment") == Grade::not_seen);
  CHECK(bench.hospital.read("Appointment/" + id) == before);
  CHECK_FALSE(bench.report.arrival_known);
}

TEST_CASE("probe: what cannot be removed is listed for people") {
  Bench bench;
  bench.run();
  CHECK(bench.grade("test data") == Grade::differs);
  CHECK_FALSE(bench.report.left.empty());
  CHECK(readable(bench.report).find("remove it by hand:\n  Appointment/") != std::string::npos);
}

TEST_CASE("probe: sign-in that is wanted, and one that is not accepted") {
  HospitalOptions options;
  options.bearer = "secret";
  Bench bench(options);
  bench.bearer = "secret";
  bench.settings.test_data = TestData::none;
  bench.run();
  CHECK(bench.grade("sign-in wanted") == Grade::pass);
  CHECK(bench.grade("our sign-in") == Grade::pass);
  CHECK(readable(bench.report).find("secret") == std::string::npos);

  Bench stranger(options);
  stranger.run();
  CHECK(stranger.grade("our sign-in") == Grade::fails);
  CHECK_FALSE(works(stranger.report));
  CHECK(stranger.report.reached);

  Bench open;
  open.settings.test_data = TestData::none;
  open.run();
  CHECK(open.grade("sign-in wanted") == Grade::differs);
}

TEST_CASE("probe: a server that passes over what it does not know would mix up people") {
  HospitalOptions options;
  options.unknown_parameters = HospitalOptions::Unknown::ignore;
  Bench bench(options);
  bench.settings.test_data = TestData::none;
  bench.run();
  CHECK(bench.grade("unknown parameters") == Grade::differs);
  CHECK(works(bench.report));

  bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
    if (!request.url.ends_with("Patient/_search")) return std::nullopt;
    auto all = request;
    all.body = "_count=5";
    return bench.hospital.answer(all, bench.now);
  };
  bench.run();
  CHECK(bench.grade("Patient?identifier") == Grade::fails);
}

TEST_CASE("probe: includes that are not known are left out of the profile") {
  HospitalOptions options;
  options.includes = HospitalOptions::Can::no;
  Bench bench(options);
  bench.settings.test_data = TestData::none;
  bench.run();
  CHECK(works(bench.report));
  CHECK(bench.grade("includes") == Grade::differs);
  CHECK(bench.report.profile.includes.empty());
}

TEST_CASE("probe: nothing there, another version, no Date: each is said") {
  Bench absent;
  absent.intercept = [](const HttpRequest& request) {
    return failure(request, HttpFailureKind::not_connected);
  };
  absent.run();
  CHECK_FALSE(absent.report.reached);
  CHECK_FALSE(works(absent.report));

  Bench newer;
  newer.intercept = [](const HttpRequest& request) -> std::optional<HttpResult> {
    if (!request.url.ends_with("/metadata")) return std::nullopt;
    return status(request, 200, R"({"resourceType":"CapabilityStatement","fhirVersion":"5.0.0"})");
  };
  newer.run();
  CHECK(newer.grade("FHIR version") == Grade::fails);
  CHECK(newer.grade("server clock") == Grade::absent);
}

TEST_CASE("probe: a wrong clock is named with its size") {
  Bench bench;
  bench.settings.test_data = TestData::none;
  bench.intercept = [&](const HttpRequest& request) {
    return bench.hospital.answer(request, bench.now - Milliseconds(90'000));
  };
  bench.run();
  CHECK(bench.grade("server clock") == Grade::differs);
  CHECK(bench.finding("server clock").seen == "90 s behind this machine's");
}

TEST_CASE("probe: a write that fails at any moment ends in a report, and removes what it can") {
  Bench whole(with_deletes());
  whole.run();
  const auto requests = whole.asked.size();
  for (std::size_t n = 0; n < requests; n += 3) {
    Bench bench(with_deletes());
    bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
      if (bench.asked.size() != n + 1) return std::nullopt;
      return failure(request, HttpFailureKind::lost);
    };
    bench.run();
    CAPTURE(n);
    CAPTURE(readable(bench.report));
    if (works(bench.report)) CHECK(bench.report.profile == whole.report.profile);
    CHECK(bench.standing().size() <= 2);  // of what was lost, or could not be removed
    for (const auto& id : bench.standing()) CAPTURE(id);
  }
}

TEST_CASE("probe: whoever sends it elsewhere, is busy, or is no FHIR server is named") {
  const auto of_all = [](int code, std::string body, Headers headers) {
    Bench bench;
    bench.intercept = [=](const HttpRequest& request) {
      return status(request, code, body, headers);
    };
    bench.run();
    CHECK(bench.report.reached);
    CHECK_FALSE(works(bench.report));
    return bench.report.findings.front();
  };
  const auto elsewhere = of_all(301, "", {{"Location", "https://fhir.example/r4"}});
  CHECK(elsewhere.topic == "address");
  CHECK(elsewhere.seen == "HTTP 301 to https://fhir.example/r4");
  CHECK(of_all(503, "", {}).topic == "server");
}

TEST_CASE("probe: a server that does not search by POST is told from a sign-in that fails") {
  Bench bench;
  bench.intercept = [](const HttpRequest& request) -> std::optional<HttpResult> {
    if (!request.url.ends_with("/_search")) return std::nullopt;
    return status(request, 405);
  };
  bench.run();
  CHECK(bench.finding("our sign-in").meaning == "the kiosk finds people by POST Patient/_search");
}

TEST_CASE("probe: creates that are answered without a name are found by their identifiers") {
  Bench bench(with_deletes());
  bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
    if (request.method != "POST" || !writes(request)) return std::nullopt;
    auto result = bench.hospital.answer(request, bench.now);
    auto& response = std::get<HttpResponse>(result.outcome);
    if (response.status == 201) response.headers.clear();
    if (response.status == 201) response.body.clear();
    return result;
  };
  bench.run();
  CHECK(bench.grade("create Encounter") == Grade::pass);
  CHECK(bench.report.profile.arrival_way == ArrivalWay::transaction);
  CHECK(bench.standing().empty());
  CHECK(bench.report.left.empty());
}

TEST_CASE("probe: a server without versions will do where patches test the status") {
  Bench bench;
  bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
    auto result = bench.hospital.answer(request, bench.now);
    auto& response = std::get<HttpResponse>(result.outcome);
    std::erase_if(response.headers, [](const auto& one) { return one.first == "ETag"; });
    auto body = nlohmann::json::parse(response.body, nullptr, false);
    if (body.is_object() && body.contains("meta")) body["meta"].erase("versionId");
    if (body.is_object()) response.body = body.dump();
    return result;
  };
  bench.run();
  CHECK(bench.grade("versions") == Grade::differs);
  CHECK(bench.grade("caches") == Grade::not_seen);
  CHECK(works(bench.report));
}
