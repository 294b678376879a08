// What many kiosks ask of one server: the real engines, and a server that only counts.
#include "tests/simulation/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "kiosk/base/check.h"
#include "kiosk/sync/engine.h"
#include "tests/emulators/hospital.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/simulation.h"

namespace simulation {
namespace {

using kiosk::Instant;
using kiosk::Milliseconds;
using kiosk::Minutes;
using kiosk::Result;
using kiosk::Seconds;
using namespace kiosk::store;

constexpr const char* base_url = "http://127.0.0.1/fhir";
// 2026-11-23 (a Monday) 01:00 UTC.
const Instant power_back = kiosk::from_ms(1'795'395'600'000);
constexpr Minutes recovery_time{5};
/// A kiosk reads the whole day anew after each start.
constexpr std::size_t appointments_of_day = 1'000;
constexpr Milliseconds answer_takes{50};

/// A ledger that holds the day and has nothing to tell.
class EmptyStore final : public SyncStore {
 public:
  Result<std::vector<kiosk::domain::ArrivalMessage>> due(Instant, std::size_t) override {
    return std::vector<kiosk::domain::ArrivalMessage>();
  }
  Result<std::optional<Instant>> next_due() override { return std::optional<Instant>(); }
  Result<void> sending(std::int64_t, Instant) override { return {}; }
  Result<void> acknowledged(std::int64_t, const std::string&, Instant) override { return {}; }
  Result<void> refused(std::int64_t, const std::string&, Instant) override { return {}; }
  Result<void> postpone(std::int64_t, Instant, bool, const std::string&) override { return {}; }
  Result<void> store_page(const Page&, Instant, Instant) override { return {}; }
  Result<void> forget(std::span<const std::string>) override { return {}; }
  Result<std::vector<std::string>> stored_ids(Instant, Instant) override {
    return std::vector<std::string>{"a1"};
  }
  Result<std::vector<std::string>> told_ids(Instant) override { return std::vector<std::string>(); }
  Result<bool> settle_again(const std::string&, const std::string&) override { return false; }
  bool revoked() const override { return false; }
  Result<bool> given_elsewhere(const std::string&, const std::string&) override { return false; }
  Result<std::optional<AuditHead>> audit_head() override { return std::optional<AuditHead>(); }
  Result<void> audit_told(std::int64_t) override { return {}; }
  Result<void> set_bookmark(const Bookmark&) override { return {}; }
};

/// Answers with a day of empty pages, and counts.
class CountingServer {
 public:
  explicit CountingServer(std::size_t page_size)
      : pages_of_day_(int((appointments_of_day + page_size - 1) / page_size)) {}

  kiosk::sync::HttpResult answer(const kiosk::sync::HttpRequest& request, Instant now) {
    const auto second = std::size_t((now - power_back) / Seconds(1));
    if (seconds_.size() <= second) seconds_.resize(second + 1);
    ++seconds_[second];
    kiosk::sync::HttpResponse response{200, {}, body_for(request)};
    return {request.id, std::move(response), answer_takes};
  }
  const std::vector<int>& seconds() const { return seconds_; }

 private:
  std::string body_for(const kiosk::sync::HttpRequest& request) const {
    if (request.url.ends_with("/metadata")) return R"({"resourceType":"CapabilityStatement"})";
    const std::string mark = "?page=";
    const auto at = request.url.find(mark);
    int page = request.body.find("date=ge") != std::string::npos ? 1 : pages_of_day_;
    if (at != std::string::npos) page = std::atoi(request.url.c_str() + at + mark.size());
    std::string link;
    if (page < pages_of_day_) {
      link = fmt::format(R"("link":[{{"relation":"next","url":"{}{}{}"}}],)", base_url, mark,
                         page + 1);
    }
    return R"({"resourceType":"Bundle",)" + link + R"("type":"searchset"})";
  }

  int pages_of_day_;
  std::vector<int> seconds_;
};

/// A kiosk that stands there and serves nobody.
class IdleKiosk {
 public:
  IdleKiosk(Agenda& agenda, CountingServer& server, const kiosk::sync::SiteProfile& profile,
            Dice dice)
      : agenda_(agenda),
        server_(server),
        dice_(dice),
        authorizer_(kiosk::sync::no_sign_in(base_url).value()) {
    auto engine = kiosk::sync::Engine::create({profile, {}, "K1"}, store_, *authorizer_,
                                              [this] { return dice_.unit(); });
    KIOSK_CHECK(engine.has_value());
    engine_ = std::move(*engine);
  }

  void step(std::vector<kiosk::sync::Input> inputs) {
    const auto output = engine_->step({agenda_.now(), kiosk::ClockTrust::rtc}, std::move(inputs));
    for (const auto& request : output.requests) {
      const auto result = server_.answer(request, agenda_.now());
      agenda_.after(answer_takes, [this, result] { step({result}); });
    }
    const Instant wake = std::max(output.wake.value_or(Instant::max()), agenda_.now());
    if (wake > power_back + recovery_time) return;
    agenda_.at(std::max(wake, agenda_.now() + Milliseconds(1)), [this, mine = ++wakes_] {
      if (mine == wakes_) step({});
    });
  }

 private:
  Agenda& agenda_;
  CountingServer& server_;
  Dice dice_;
  EmptyStore store_;
  std::unique_ptr<kiosk::sync::Authorizer> authorizer_;
  std::unique_ptr<kiosk::sync::Engine> engine_;
  std::uint64_t wakes_ = 0;
};

double requests_an_hour(std::size_t patients) {
  Options options;
  options.kiosks = 1;
  options.patients = patients;
  options.length = Minutes(60);
  const Report report = run(options);
  KIOSK_CHECK(!report.violation);
  return double(report.requests);
}

}  // namespace

Recovery recover(std::size_t kiosks, Milliseconds start_spread) {
  Agenda agenda(power_back);
  Dice dice(1);
  auto profile = emulators::hospital_profile(base_url);
  profile.start_spread = start_spread;
  CountingServer server(profile.page_size);
  std::vector<std::unique_ptr<IdleKiosk>> fleet;
  for (std::size_t i = 0; i < kiosks; ++i) {
    fleet.push_back(std::make_unique<IdleKiosk>(agenda, server, profile, dice.fork()));
    agenda.after(Milliseconds(0), [&one = *fleet.back()] { one.step({}); });
  }
  while (agenda.step(power_back + recovery_time)) {
  }
  Recovery recovery;
  for (const int requests : server.seconds()) {
    recovery.mean += requests;
    recovery.peak = std::max(recovery.peak, requests);
  }
  recovery.mean /= double(Seconds(recovery_time).count());
  return recovery;
}

std::string fleet_table() {
  const kiosk::sync::SiteProfile usual;
  const Recovery spread = recover(fleet_kiosks, usual.start_spread);
  const Recovery together = recover(fleet_kiosks, Milliseconds(0));
  std::string table = "| what the server is asked | requests |\n| --- | ---: |\n";
  const auto row = [&](const std::string& what, double requests) {
    table += fmt::format("| {} | {:.0f} |\n", what, requests);
  };
  constexpr std::size_t patients = 60;
  row("one kiosk in an hour, nobody there", requests_an_hour(0));
  row(fmt::format("one kiosk in an hour, {} people there", patients), requests_an_hour(patients));
  const std::string after = fmt::format("{} kiosks in the {} minutes after a power cut",
                                        fleet_kiosks, recovery_time.count());
  row(after + ", a second, on average", spread.mean);
  row(after + ", the busiest second", spread.peak);
  row("the busiest second if `start_spread_ms` were 0", together.peak);
  return table;
}

}  // namespace simulation
