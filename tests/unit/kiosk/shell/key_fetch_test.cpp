#include "kiosk/shell/key_fetch.h"

#include <doctest/doctest.h>

using namespace kiosk;
using namespace kiosk::shell;

namespace {

const std::string key_a(64, 'a');
const std::string key_b(64, 'B');

std::string_view parse_error(const std::string& body) {
  const auto keys = parse_key_answer(body);
  return keys ? std::string_view("good") : keys.error().code;
}

/// A sign-in that gives a new token after each rejection.
struct Tokens : sync::Authorizer {
  Result<std::optional<std::string>> authorization(Now) override {
    return std::optional("Bearer " + std::to_string(token));
  }
  void rejected(const std::string&) override { ++token; }
  int token = 1;
};

struct Bench {
  Bench() {
    config.key_url = "https://keys.example.org/K1";
    fetch.emplace(config, tokens, [] { return 1.0; });
  }

  std::vector<sync::HttpRequest> step(std::vector<sync::HttpResult> results = {}) {
    return fetch->step({now, ClockTrust::server}, std::move(results));
  }
  /// Answers the one request that is due.
  void answer(int status, const std::string& body) {
    const auto requests = step();
    REQUIRE(requests.size() == 1);
    asked = requests.front();
    followed = step({{asked.id, sync::HttpResponse{status, {}, body}, Milliseconds(5)}});
  }

  Config config;
  Tokens tokens;
  std::optional<KeyFetch> fetch;
  Instant now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)};
  sync::HttpRequest asked;
  std::vector<sync::HttpRequest> followed;
};

}  // namespace

TEST_CASE("key answer: one key, or two while keys change; anything else is refused") {
  CHECK(parse_key_answer(key_a)->current == Bytes(32, 0xaa));
  CHECK_FALSE(parse_key_answer(key_a + "\r\n")->next.has_value());
  CHECK(parse_key_answer(key_a + "\n" + key_b + "\n")->next == Bytes(32, 0xbb));
  for (const std::string& body :
       {std::string(), std::string("\n\n"), key_a.substr(1), key_a + "a", std::string(64, 'g'),
        key_a + "\n" + key_b + "\n" + key_a, "{\"key\":\"" + key_a + "\"}", key_a + " ",
        std::string(2000, '\n') + key_a}) {
    CAPTURE(body);
    CHECK(parse_error(body) == "bad_key");
  }
}

TEST_CASE("key answer: a wrong one is never repeated in what is logged") {
  const auto keys = parse_key_answer(key_a + "a");
  CHECK(keys.error().what.find("aaaa") == std::string::npos);
}

TEST_CASE("key fetch: asks with the kiosk's sign-in and takes the key") {
  Bench bench;
  bench.answer(200, key_a + "\n");
  CHECK(bench.asked.url == "https://keys.example.org/K1");
  CHECK(sync::header(bench.asked.headers, "Authorization") == "Bearer 1");
  CHECK(bench.asked.answer_bytes_max == KeyFetch::answer_bytes_max);
  REQUIRE(bench.fetch->keys().has_value());
  CHECK(bench.fetch->keys()->current == Bytes(32, 0xaa));
  CHECK(bench.followed.empty());
  bench.now += Seconds(60);
  CHECK(bench.step().empty());
}

TEST_CASE("key fetch: an answer without a key is told, and asked for again ever later") {
  Bench bench;
  const std::pair<int, std::string> answers[] = {{404, ""}, {200, "no key"}, {503, ""},
                                                 {200, ""}, {500, key_a},    {302, ""}};
  Milliseconds longest{0};
  for (const auto& [status, body] : answers) {
    bench.answer(status, body);
    CHECK_FALSE(bench.fetch->keys().has_value());
    const auto trouble = bench.fetch->take_trouble();
    REQUIRE(trouble.has_value());
    CHECK(trouble->domain == "vault");
    CHECK_FALSE(bench.fetch->take_trouble().has_value());
    Milliseconds waited{0};
    CHECK(bench.step().empty());
    while (true) {
      bench.now += Milliseconds(500);
      waited += Milliseconds(500);
      REQUIRE(waited <= Seconds(40));
      const auto again = bench.step();
      if (again.empty()) continue;
      const sync::HttpFailure gone{sync::HttpFailureKind::not_connected, "refused"};
      bench.step({{again.front().id, gone, Milliseconds(1)}});
      CHECK(bench.fetch->take_trouble()->what.find("not connected") != std::string::npos);
      break;
    }
    longest = std::max(longest, waited);
    bench.now += Seconds(40);
  }
  CHECK(longest >= Seconds(10));
  bench.answer(200, key_a);
  CHECK(bench.fetch->keys().has_value());
}

TEST_CASE("key fetch: a refused sign-in is renewed once at once") {
  Bench bench;
  bench.answer(401, "");
  REQUIRE(bench.followed.size() == 1);
  CHECK(sync::header(bench.followed.front().headers, "Authorization") == "Bearer 2");
  bench.step({{bench.followed.front().id, sync::HttpResponse{200, {}, key_b}, Milliseconds(5)}});
  CHECK(bench.fetch->keys()->current == Bytes(32, 0xbb));
}
