// A whole talk with a server that says anything: the sync engine and a ledger in memory, with a
// look-up, a fresh read and a check-in to tell. The input holds the answers, one after the other,
// each as
//
//     200                      or "lost", "late": no answer came
//     Retry-After: 5           headers, as many as wanted
//                              an empty line
//     {"resourceType": ...}    the body, up to a line "---"
//
// Whatever it says: requests go to that server only, nothing is answered twice, the engine never
// falls asleep for good, and the check-in stays.
#include <map>

#include "kiosk/base/bytes.h"
#include "kiosk/base/check.h"
#include "kiosk/store/ledger.h"
#include "kiosk/sync/engine.h"
#include "kiosk/sync/url.h"

namespace {

using namespace kiosk;

constexpr const char* base_url = "http://127.0.0.1:8080/fhir";
constexpr Instant morning{Milliseconds(1795398060000)};
constexpr int answers_max = 40;
constexpr int steps_max = 200;

std::string_view take_until(std::string_view& rest, std::string_view mark) {
  const auto end = rest.find(mark);
  const auto taken = rest.substr(0, end);
  rest = end == std::string_view::npos ? "" : rest.substr(end + mark.size());
  return taken;
}

/// The next answer of the input; when it has ended, every exchange is lost.
sync::HttpResult answered(const sync::HttpRequest& request, std::string_view& input) {
  std::string_view text = take_until(input, "\n---\n");
  const auto first = take_until(text, "\n");
  if (first.empty() || first == "lost" || first == "late") {
    using sync::HttpFailureKind;
    const auto kind = first == "late" ? HttpFailureKind::timed_out_sent : HttpFailureKind::lost;
    return {request.id, sync::HttpFailure{kind, "as the input says"}, Milliseconds(3'000)};
  }
  sync::HttpResponse response;
  for (const char c : first.substr(0, 3))
    if (c >= '0' && c <= '9') response.status = response.status * 10 + (c - '0');
  for (auto line = take_until(text, "\n"); !line.empty(); line = take_until(text, "\n")) {
    const auto name = take_until(line, ": ");
    response.headers.emplace_back(name, line);
  }
  response.body = text;
  return {request.id, std::move(response), Milliseconds(20)};
}

domain::CheckIn check_in() {
  domain::CheckIn made;
  made.appointment_id = made.visit_key = "a1";
  made.appointment_version = "1";
  made.patient_id = made.person.id = "p-wang";
  made.nonce = std::string(32, '1');
  made.token = std::string(32, '2');
  made.confirmed = {morning, ClockTrust::server};
  made.service_day.date = {2026, 11, 23};
  made.appointment.id = "a1";
  made.appointment.patient_id = "p-wang";
  return made;
}

class Talk {
 public:
  Talk() {
    auto vault = store::Vault::create(Bytes(32, 1), [](std::size_t size) { return Bytes(size); });
    KIOSK_CHECK(vault.has_value());
    auto ledger = store::Ledger::open({":memory:", *vault, "K1", now_});
    KIOSK_CHECK(ledger.has_value());
    ledger_ = std::move(*ledger);
    KIOSK_CHECK(ledger_->commit_check_in(check_in()).has_value());
    sync::SiteProfile profile;
    profile.base_url = base_url;
    authorizer_ = std::move(*sync::no_sign_in(base_url));
    const domain::Zone zone = {{Instant{}, Minutes(8 * 60)}};
    auto engine =
        sync::Engine::create({profile, zone, "K1"}, *ledger_, *authorizer_, [] { return 0.5; });
    KIOSK_CHECK(engine.has_value());
    engine_ = std::move(*engine);
  }

  void run(std::string_view input) {
    std::vector<sync::Input> inputs = {
        sync::OutboxChanged{},
        sync::LookUp{RequestId{1}, domain::PersonCode{{"urn:oid:2.16.840.1.113883.2.3.4.1", "7"}}},
        sync::LookUp{RequestId{2}, domain::TicketCode{std::string(32, '2')}},
        sync::ReadFresh{RequestId{3}, "a1"}};
    int answers = 0;
    for (int step = 0; step < steps_max && (answers < answers_max || !inputs.empty()); ++step) {
      auto out = engine_->step(now_, std::move(inputs));
      inputs.clear();
      check(out);
      for (const auto& request : out.requests) {
        ++answers;
        inputs.emplace_back(answered(request, input));
      }
      if (out.clock) now_ = {now_.instant + out.clock->offset, ClockTrust::server};
      const Instant later = now_.instant + Milliseconds(20);
      now_.instant = inputs.empty() ? std::max(later, out.wake.value_or(later)) : later;
    }
    const auto status = ledger_->status(now_.instant);
    KIOSK_CHECK(status && status->check_ins == 1 && status->outbox_pending + status->refused <= 1);
  }

 private:
  void check(const sync::Output& out) {
    for (const auto& request : out.requests)
      KIOSK_CHECK(sync::origin_of(request.url).value() == sync::origin_of(base_url).value());
    for (const auto& answer : out.answers) {
      const auto id = std::visit([](const auto& one) { return one.request.value; }, answer);
      KIOSK_CHECK(++answered_[id] == 1);
    }
    KIOSK_CHECK(!out.requests.empty() || out.wake.has_value());
  }

  Now now_{morning, ClockTrust::rtc};
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<sync::Authorizer> authorizer_;
  std::unique_ptr<sync::Engine> engine_;
  std::map<std::uint64_t, int> answered_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Talk().run(kiosk::as_text({data, size}));
  return 0;
}
