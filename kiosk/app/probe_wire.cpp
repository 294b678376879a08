#include "kiosk/app/probe_wire.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace kiosk::app {
namespace {

/// Ids of unsigned requests, so that both exchanges share one client.
constexpr std::uint64_t unsigned_mark = std::uint64_t{1} << 62;
constexpr std::size_t results_max = 256;
constexpr Milliseconds look_every{200};
constexpr Milliseconds busy_wait_max{30'000};
constexpr int busy_tries = 3;

Now now() {
  return {std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()), ClockTrust::rtc};
}

}  // namespace

ProbeWire::ProbeWire(const sync::SiteProfile& profile, std::unique_ptr<sync::Authorizer> authorizer)
    : profile_(profile),
      authorizer_(std::move(authorizer)),
      nobody_(sync::certificate_only()),
      signed_(profile, *authorizer_),
      results_(results_max) {}

Result<std::unique_ptr<ProbeWire>> ProbeWire::create(const sync::SiteProfile& profile,
                                                     sync::CurlOptions options,
                                                     std::unique_ptr<sync::Authorizer> authorizer) {
  std::unique_ptr<ProbeWire> wire(new ProbeWire(profile, std::move(authorizer)));
  auto* results = &wire->results_;
  auto http = sync::CurlClient::create(std::move(options), [results](sync::HttpResult result) {
    (void)results->push(std::move(result));  // what is lost runs out of time in the exchange
  });
  if (!http) return pass_on(http.error());
  wire->http_ = std::move(*http);
  return wire;
}

void ProbeWire::send(sync::Exchange& from, std::uint64_t mark) {
  for (sync::HttpRequest& request : from.take(now())) {
    const RequestId id = request.id;
    request.id.value |= mark;
    if (http_->send(std::move(request))) continue;
    const sync::HttpFailure full{sync::HttpFailureKind::not_connected, "too many requests"};
    from.on_result(now(), {id, full, Milliseconds(0)});
  }
}

void ProbeWire::wait() {
  if (auto result = results_.pop(look_every, {})) {
    const bool is_unsigned = (result->id.value & unsigned_mark) != 0;
    result->id.value &= ~unsigned_mark;
    (is_unsigned ? *unsigned_ : signed_).on_result(now(), std::move(*result));
  }
  signed_.expire(now());
  unsigned_->expire(now());
}

std::vector<sync::Reply> ProbeWire::ask_once(const std::vector<sync::Question>& questions) {
  unsigned_.emplace(profile_, *nobody_);
  std::vector<std::optional<sync::Reply>> ends(questions.size());
  for (std::size_t i = 0; i < questions.size(); ++i) {
    auto& exchange = questions[i].signing == sync::Signing::none ? *unsigned_ : signed_;
    exchange.send(now(), questions[i].request, sync::Urgency::interactive,
                  [&ends, i](Now, const sync::Reply& reply) { ends[i] = reply; });
  }
  const auto is_open = [](const auto& end) { return !end.has_value(); };
  while (std::any_of(ends.begin(), ends.end(), is_open)) {
    send(signed_, 0);
    send(*unsigned_, unsigned_mark);
    if (std::any_of(ends.begin(), ends.end(), is_open)) wait();
  }
  std::vector<sync::Reply> replies;
  for (auto& end : ends) replies.push_back(std::move(*end));
  return replies;
}

std::vector<sync::Reply> ProbeWire::ask(const std::vector<sync::Question>& questions) {
  for (int tries = 1;; ++tries) {
    auto replies = ask_once(questions);
    std::optional<Milliseconds> busy;
    for (const auto& one : replies)
      if (one.retry_after) busy = std::max(busy.value_or(Milliseconds(0)), *one.retry_after);
    if (!busy || tries >= busy_tries || questions.size() > 1) return replies;
    const auto until = now().instant + std::min(*busy, busy_wait_max);
    while (now().instant < until) wait();
  }
}

}  // namespace kiosk::app
