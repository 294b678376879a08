#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "kiosk/sync/signed_order.h"
#include "sync_bench.h"
#include "tests/emulators/token_desk.h"

using namespace kiosk;
using namespace kiosk::sync;

namespace {

constexpr const char* order_url = "http://127.0.0.1/orders/K1";

struct TextFile {
  TextFile(const std::string& name, const std::string& text)
      : path("/tmp/kiosk-order-" + name + "-" + std::to_string(getpid())) {
    std::ofstream(path) << text;
  }
  ~TextFile() { std::remove(path.c_str()); }
  std::string path;
};

/// Who may give orders.
struct Office {
  explicit Office(const std::string& kind = "ES384") : pair(emulators::make_key_pair(kind)) {}

  OrderKey key() const {
    const TextFile file("public", pair.public_key);
    auto key = OrderKey::load(file.path);
    REQUIRE(key);
    return *key;
  }
  std::string order(const std::string& kiosk) const {
    const TextFile file("private", pair.private_key);
    const auto key = SmartKey::load(file.path);
    REQUIRE(key);
    return make_order(*key, kiosk).value();
  }

  emulators::KeyPair pair;
};

std::string wrong_with(const Office& office, const std::string& text) {
  const auto order = office.key().check(text, "K1");
  return order ? "" : order.error().what;
}

/// A kiosk and the place where its order would lie.
struct OrderBench {
  OrderBench() {
    bench.settings.order_url = order_url;
    bench.settings.order_key = office.key();
    bench.restart(bench.settings);
    bench.intercept = [this](const HttpRequest& request) -> std::optional<HttpResult> {
      if (request.url != order_url) return std::nullopt;
      ++asked;
      CHECK(header(request.headers, "Authorization").empty());
      return HttpResult{request.id, HttpResponse{laid.empty() ? 404 : 200, {}, laid},
                        Milliseconds(1)};
    };
  }

  Office office;
  emulators::Hospital hospital = small_hospital();
  SyncBench bench{hospital, emulators::hospital_profile(base_url)};
  std::string laid;
  int asked = 0;
};

}  // namespace

TEST_CASE("orders: one that the office signed for this kiosk is good, ES384 and RS384") {
  for (const char* kind : {"ES384", "RS384"}) {
    CAPTURE(kind);
    const Office office(kind);
    CHECK(wrong_with(office, office.order("K1")).empty());
    CHECK(wrong_with(office, office.order("K1") + "\n").empty());
  }
}

TEST_CASE("orders: one for another kiosk, by another hand or changed on the way is none") {
  const Office office, stranger;
  CHECK(wrong_with(office, office.order("K2")) == "the order is for another kiosk");
  CHECK(wrong_with(office, stranger.order("K1")) ==
        "the order is not signed by server.orders.key_file");
  const auto good = office.order("K1");
  const auto dot = good.rfind('.');
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    // The last digit of what no multiple of 3 bytes has bits that stand for nothing.
    if (at + 1 == dot || at + 1 == good.find('.') || at + 1 == good.size()) continue;
    CAPTURE(at);
    CHECK_FALSE(wrong_with(office, changed).empty());
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(wrong_with(office, good.substr(0, size)).empty());
}

TEST_CASE("orders: a key of another kind cannot stand in, and \"none\" is no signature") {
  const Office ec("ES384"), rsa("RS384");
  CHECK_FALSE(wrong_with(ec, rsa.order("K1")).empty());
  CHECK_FALSE(wrong_with(rsa, ec.order("K1")).empty());
  const auto claims = base64url(R"({"action":"revoke","kiosk":"K1"})");
  CHECK_FALSE(wrong_with(ec, base64url(R"({"alg":"none"})") + "." + claims + ".").empty());
  CHECK_FALSE(wrong_with(ec, base64url(R"({"alg":"none"})") + "." + claims + ".AAAA").empty());
}

TEST_CASE("orders: a file that holds no public key is told by its name") {
  const TextFile file("none", "-----BEGIN PUBLIC KEY-----\n");
  const auto key = OrderKey::load(file.path);
  REQUIRE_FALSE(key);
  CHECK(key.error().what.find(file.path) != std::string::npos);
  CHECK(OrderKey::load("/nowhere/key.pem").error().code == "order_key");
}

TEST_CASE("orders: the kiosk looks every quarter of an hour and obeys a good one") {
  OrderBench office;
  office.bench.run();
  CHECK(office.asked == 1);
  CHECK_FALSE(office.bench.last.revoked);
  office.bench.pass(Minutes(60));
  CHECK(office.asked >= 4);
  CHECK(office.asked <= 9);
  CHECK(office.bench.last.server == ServerState::online);
  office.laid = office.office.order("K1");
  office.bench.pass(Minutes(16));
  CHECK(office.bench.last.revoked);
}

TEST_CASE("orders: a bad one harms nobody and is told once") {
  OrderBench office;
  office.laid = office.office.order("K7");
  office.bench.run();
  office.bench.pass(Minutes(60));
  CHECK_FALSE(office.bench.last.revoked);
  const auto told = std::count_if(office.bench.errors.begin(), office.bench.errors.end(),
                                  [](const Error& one) { return one.code == "bad_order"; });
  CHECK(told == 1);
}

TEST_CASE("orders: a kiosk whose sign-in is refused still hears its order") {
  OrderBench office;
  auto look = office.bench.intercept;
  office.bench.intercept = [&](const HttpRequest& request) -> std::optional<HttpResult> {
    if (auto order = look(request)) return order;
    return HttpResult{request.id, HttpResponse{401, {}, "{}"}, Milliseconds(1)};
  };
  office.bench.run();
  office.laid = office.office.order("K1");
  office.bench.pass(Minutes(16));
  CHECK(office.bench.last.revoked);
}
