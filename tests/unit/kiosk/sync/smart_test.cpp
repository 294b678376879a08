#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/smart_answers.h"
#include "kiosk/sync/smart_sign_in.h"
#include "sync_bench.h"
#include "tests/emulators/hospital_state.h"
#include "tests/emulators/token_desk.h"

using namespace kiosk;
using namespace kiosk::sync;
using emulators::TokenDesk;

namespace {

constexpr const char* desk_url = "http://127.0.0.1/auth/token";
const std::vector<std::string> asked{"system/Appointment.rus", "system/Patient.rs"};

struct KeyFile {
  explicit KeyFile(const std::string& text) : path("/tmp/kiosk-smart-" + std::to_string(getpid())) {
    std::ofstream(path) << text;
  }
  ~KeyFile() { std::remove(path.c_str()); }
  std::string path;
};

HttpResponse json(int status, std::string body) {
  return {status, {}, std::move(body)};
}

/// A kiosk that signs in at a desk; the hospital answers only who has a token.
struct SmartBench {
  explicit SmartBench(const std::string& kind = "ES384", std::string token_url = "") {
    const auto pair = emulators::make_key_pair(kind);
    TokenDesk::Options options;
    options.public_key = pair.public_key;
    desk.emplace(options);
    const KeyFile file(pair.private_key);
    auto key = SmartKey::load(file.path);
    REQUIRE(key);
    CHECK(key->algorithm() == kind);
    bench.authorizer = smart_sign_in(
        {base_url, std::move(token_url), "kiosk-1", "key-1", asked}, *key,
        [this] { return "an-id-of-its-own-" + std::to_string(++ids); }, [] { return 1.0; });
    bench.engine =
        *Engine::create(bench.settings, bench.store, *bench.authorizer, [] { return 0.5; });
    bench.intercept = [this](const HttpRequest& request) { return answer(request); };
  }

  Instant server_time() const { return bench.now.instant + clock_behind; }

  std::optional<HttpResult> answer(const HttpRequest& request) {
    if (cut) return failure(request, HttpFailureKind::not_connected);
    std::optional<HttpResponse> said;
    if (request.url == desk_url)
      said = desk->token(desk_url, request.body, server_time());
    else if (request.url.ends_with("/.well-known/smart-configuration"))
      said = desk->configuration(desk_url);
    else if (refuses_all || !desk->accepts(header(request.headers, "Authorization"), server_time()))
      said = json(401, "{}");
    if (!said) return hospital.answer(request, server_time());
    said->headers.emplace_back("Date", emulators::http_date(server_time()));
    return HttpResult{request.id, std::move(*said), Milliseconds(1)};
  }

  std::size_t sent_to(const std::string& end) const {
    return static_cast<std::size_t>(
        std::count_if(bench.sent.begin(), bench.sent.end(),
                      [&](const HttpRequest& request) { return request.url.ends_with(end); }));
  }

  emulators::Hospital hospital = small_hospital();
  SyncBench bench{hospital, emulators::hospital_profile(base_url)};
  std::optional<TokenDesk> desk;
  Milliseconds clock_behind{0};
  bool refuses_all = false;
  bool cut = false;
  int ids = 0;
};

}  // namespace

TEST_CASE("smart: a kiosk signs in with ES384 and with RS384, at an endpoint that it discovers") {
  for (const char* kind : {"ES384", "RS384"}) {
    CAPTURE(kind);
    SmartBench smart(kind);
    smart.bench.run();
    CHECK(smart.bench.last.day_is_complete);
    CHECK(smart.desk->given() == 1);
    CHECK(smart.desk->refusals().empty());
    CHECK(smart.bench.alerts.empty());
    for (const auto& request : smart.bench.sent)
      if (request.url == desk_url) CHECK(header(request.headers, "Authorization").empty());
  }
}

TEST_CASE(
    "smart: the token is renewed before its end, with a fresh id, and never asked for in vain") {
  SmartBench smart("ES384", desk_url);
  smart.bench.run();
  smart.bench.pass(Minutes(20));
  CHECK(smart.desk->given() >= 5);
  CHECK(smart.desk->given() <= 6);
  CHECK(smart.desk->refusals().empty());
  CHECK(smart.bench.last.server == ServerState::online);
  CHECK(smart.sent_to("/smart-configuration") == 0);
}

TEST_CASE("smart: a token that ends mid-way is replaced once, for all requests under way") {
  SmartBench smart;
  smart.bench.run();
  smart.desk->end_all_tokens();
  smart.bench.pass(Minutes(2));
  CHECK(smart.desk->given() == 2);
  CHECK(smart.bench.last.server == ServerState::online);
  CHECK(smart.bench.alerts.empty());
}

TEST_CASE("smart: a wrong clock is put right by the server's Date before anything is signed") {
  SmartBench smart("ES384", desk_url);
  smart.clock_behind = Minutes(90);
  smart.bench.now.trust = ClockTrust::rtc;
  smart.bench.run();
  CHECK(smart.sent_to("/smart-configuration") == 1);
  CHECK(smart.desk->given() == 1);
  CHECK(smart.desk->refusals().empty());
}

TEST_CASE("smart: a 401 from something between costs one token a half-minute and locks the rest") {
  SmartBench smart;
  smart.bench.run();
  smart.refuses_all = true;
  smart.bench.pass(Minutes(5));
  CHECK(smart.bench.last.server == ServerState::offline);
  CHECK(smart.desk->given() <= 12);
  REQUIRE(smart.bench.alerts.size() == 1);
  CHECK(smart.bench.alerts[0].kind == AlertKind::denied);
  CHECK(!smart.bench.last.revoked);
  smart.bench.sent.clear();
  const domain::BookingCode key{{"urn:kiosk:booking", "BK1"}};
  CHECK(std::holds_alternative<Error>(smart.bench.look_up(key).result));
  smart.refuses_all = false;
  smart.bench.pass(Minutes(2));
  CHECK(smart.bench.last.server == ServerState::online);
}

TEST_CASE("smart: an endpoint that refuses is asked ever more rarely, and staff hear of it once") {
  SmartBench smart;
  smart.desk->withdraw_client();
  smart.bench.run();
  REQUIRE(smart.bench.alerts.size() == 1);
  CHECK(smart.bench.alerts[0].text.find("invalid_client") != std::string::npos);
  smart.bench.pass(Minutes(9));
  CHECK(!smart.bench.last.revoked);
  CHECK(smart.bench.alerts.size() == 1);
  CHECK(smart.desk->refusals().size() < 14);
  smart.bench.pass(Minutes(8));
  CHECK(smart.bench.last.revoked);
}

TEST_CASE("smart: without the network nothing is revoked and nobody is alarmed") {
  SmartBench smart;
  smart.cut = true;
  smart.bench.pass(Minutes(30));
  CHECK(smart.bench.last.server == ServerState::offline);
  CHECK(smart.bench.alerts.empty());
  CHECK(!smart.bench.last.revoked);
  smart.cut = false;
  smart.bench.pass(Minutes(6));
  CHECK(smart.bench.last.day_is_complete);
}

TEST_CASE("smart: invalid_client counts only with a Date that agrees with the assertion") {
  SmartBench smart("ES384", desk_url);
  smart.clock_behind = Minutes(-90);  // the kiosk trusts a clock that is wrong
  smart.bench.pass(Minutes(30));
  CHECK(!smart.desk->refusals().empty());
  CHECK(!smart.bench.last.revoked);
}

TEST_CASE("smart: no scope at all is a failure, fewer scopes are told to staff") {
  SmartBench smart;
  smart.desk->set_scope("system/Patient.read");
  smart.bench.run();
  CHECK(smart.bench.last.day_is_complete);
  REQUIRE(smart.bench.alerts.size() == 1);
  CHECK(smart.bench.alerts[0].text == "the server does not grant us system/Appointment.rus");
  SmartBench none;
  none.desk->set_scope("");
  none.bench.run();
  CHECK(!none.bench.last.day_is_complete);
  REQUIRE(none.bench.alerts.size() == 1);
  CHECK(none.bench.alerts[0].text.find("none of our scopes") != std::string::npos);
}

TEST_CASE("smart: a key that cannot sign is refused with its reason") {
  CHECK(SmartKey::load("/nonexistent/key").error().what.find("cannot open") != std::string::npos);
  const KeyFile file("no key\n");
  CHECK(SmartKey::load(file.path).error().what.find("holds no private key") != std::string::npos);
}

TEST_CASE("smart answers: a grant is read with care") {
  const auto grant = read_grant(
      json(200, R"({"access_token":"t","token_type":"Bearer","expires_in":60,"scope":"a b"})"), {});
  REQUIRE(grant);
  CHECK(*grant == Grant{"t", Seconds(60), {"a", "b"}});
  const auto unsaid = read_grant(json(200, R"({"access_token":"t","token_type":"bearer"})"), asked);
  REQUIRE(unsaid);
  CHECK(*unsaid == Grant{"t", Seconds(300), asked});
  for (const char* bad : {"", "[]", R"({"token_type":"bearer"})", R"({"access_token":"t"})",
                          R"({"access_token":"a b","token_type":"bearer"})",
                          R"({"access_token":"t\r\nX: y","token_type":"bearer"})",
                          R"({"access_token":"t","token_type":"mac"})",
                          R"({"access_token":"t","token_type":"bearer","expires_in":0})"}) {
    CAPTURE(bad);
    CHECK(!read_grant(json(200, bad), asked));
  }
}

TEST_CASE("smart answers: only the endpoint's own words mean an invalid client") {
  const std::string body = R"({"error":"invalid_client"})";
  CHECK(read_grant(json(401, body), {}).error().code == "invalid_client");
  CHECK(read_grant(json(400, body), {}).error().code == "invalid_client");
  CHECK(read_grant(json(403, body), {}).error().code == "token_refused");
  CHECK(read_grant(json(401, "<html>invalid_client"), {}).error().code == "token_refused");
  const auto odd = read_grant(json(400, R"({"error":"no \"such\" Client 123456"})"), {});
  CHECK(odd.error().what == "the token endpoint answers HTTP 400");
}

TEST_CASE("smart answers: a configuration names an endpoint that takes our assertion") {
  const auto read = [](const std::string& body) {
    return read_token_endpoint(json(200, body), "ES384");
  };
  CHECK(read(R"({"token_endpoint":"https://a.example/t"})").value() == "https://a.example/t");
  CHECK(!read(R"({"token_endpoint":"http://a.example/t"})"));
  CHECK(!read("{}"));
  CHECK(!read(R"({"token_endpoint":"https://a.example/t",
                  "token_endpoint_auth_methods_supported":["client_secret_basic"]})"));
  CHECK(!read(R"({"token_endpoint":"https://a.example/t",
                  "token_endpoint_auth_signing_alg_values_supported":["RS384"]})"));
}

TEST_CASE("smart answers: scopes of SMART 1 and 2 cover each other") {
  using Scopes = std::vector<std::string>;
  CHECK(missing_scopes({"system/*.read"}, asked) == Scopes{"system/Appointment.rus"});
  CHECK(missing_scopes({"system/*.*"}, asked).empty());
  CHECK(missing_scopes({"system/*.rs", "system/Appointment.write"}, asked).empty());
  CHECK(missing_scopes({"user/*.cruds"}, asked) == asked);
  CHECK(missing_scopes({"system/Patient.rs?active=true"}, asked) == asked);
}
