#include "kiosk/sync/told_heads.h"

#include <doctest/doctest.h>

#include "sync_bench.h"

using namespace kiosk;
using namespace kiosk::sync;

namespace {

const Instant noon = from_ms(1795406400000);

struct Case {
  explicit Case(emulators::HospitalOptions options = {})
      : hospital(small_hospital(std::move(options))) {}

  void tell(const std::string& kiosk, const store::AuditHead& head) {
    const auto reply = ask(audit_event_request(profile, audit_event_json({}, kiosk, head)));
    REQUIRE(reply.ok());
  }
  Reply ask(const HttpRequest& request) {
    ++asked;
    return {hospital.answer(request, noon).outcome, noon, std::nullopt};
  }
  Result<std::vector<ToldHead>> read() {
    asked = 0;
    return told_heads(profile, "K1", [this](const HttpRequest& request) { return ask(request); });
  }

  SiteProfile profile = emulators::hospital_profile(base_url);
  emulators::Hospital hospital;
  int asked = 0;
};

store::AuditHead head(std::int64_t seq, int incarnation = 1) {
  return {incarnation, seq, "hash of " + std::to_string(seq), noon + Seconds(seq)};
}

}  // namespace

TEST_CASE("told heads: all of this kiosk are read, newest first, over pages, and no other's") {
  Case c;
  c.profile.page_size = 2;
  for (int seq = 1; seq <= 5; ++seq) c.tell("K1", head(seq));
  c.tell("K12", head(9));
  c.tell("K1", head(6, 2));
  const auto told = c.read();
  REQUIRE(told.has_value());
  REQUIRE(told->size() == 6);
  CHECK(c.asked == 3);
  CHECK((*told)[0] == ToldHead{2, 6, "hash of 6", noon + Seconds(6)});
  CHECK((*told)[5] == ToldHead{1, 1, "hash of 1", noon + Seconds(1)});
}

TEST_CASE("told heads: a server that has none, gives none, or is away is told apart") {
  Case c;
  CHECK(c.read().value().empty());
  emulators::HospitalOptions options;
  options.audit_events = emulators::HospitalOptions::Can::no;
  Case refusing(options);
  CHECK(refusing.read().error().code == "refused");
  const auto away = told_heads(c.profile, "K1", [](const HttpRequest&) {
    return Reply{HttpFailure{HttpFailureKind::not_connected, "cut"}, noon, std::nullopt};
  });
  CHECK(away.error().code == "unreachable");
}

TEST_CASE("told heads: what is of another form is passed over, no Bundle is an error") {
  const auto count = [](const std::string& entity) {
    const auto heads = audit_heads_in(
        R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"AuditEvent","entity":[)" +
            entity + "]}}]}",
        "K1");
    return heads ? int(heads->size()) : -1;
  };
  const auto named = [](const std::string& value) {
    return R"({"what":{"identifier":{"system":"urn:kiosk:audit","value":")" + value + R"("}}})";
  };
  CHECK(count(named("K1/1/7")) == 1);
  for (const char* value : {"K1", "K1/", "K1/1", "K1/1/", "K1/1/7x", "K1/x/7", "K2/1/7", "K1/1/7/8",
                            "K1/99999999999/7"}) {
    CAPTURE(value);
    CHECK(count(named(value)) == 0);
  }
  CHECK(count("{}") == 0);
  CHECK(count("7") == -1);
  CHECK(audit_heads_in("[]", "K1").error().code == "malformed");
}

TEST_CASE("told heads: pages without end are given up") {
  Case c;
  int pages = 0;
  const auto endless = told_heads(c.profile, "K1", [&](const HttpRequest&) {
    const std::string next = std::string(base_url) + "?page=" + std::to_string(++pages);
    return Reply{HttpResponse{200,
                              {},
                              R"({"resourceType":"Bundle","link":[{"relation":"next","url":")" +
                                  next + R"("}]})"},
                 noon, std::nullopt};
  });
  CHECK(endless.error().code == "too_many");
  CHECK(pages == 1'000);
}
