#include "kiosk/sync/alerts.h"

#include <fmt/format.h>

#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t waiting_max = 32;  ///< then the oldest is dropped

}  // namespace

void Alerts::raise(Now now, const RaiseAlert& alert) {
  const auto at = context_.exchange.server_time(now);
  const auto& kiosk = context_.settings.kiosk_code;
  const auto id = fmt::format("{}-{}-{}", kiosk, to_ms(at), ++raised_);
  if (waiting_.size() >= waiting_max) waiting_.erase(waiting_.begin() + (sending_ ? 1 : 0));
  waiting_.push_back({id, alert.kind, alert.text, kiosk, at});
}

void Alerts::step(Now now) {
  if (sending_ || waiting_.empty() || now.instant < not_before_) return;
  const auto& profile = context_.profile();
  const auto& alert = waiting_.front();
  auto request =
      create_request(profile, "Task", alert_task_json(profile, context_.settings.zone, alert),
                     {profile.systems.nonce, alert.id});
  sending_ = true;
  context_.exchange.send(now, std::move(request), Urgency::background,
                         [this](Now at, const Reply& reply) { on_reply(at, reply); });
}

void Alerts::on_reply(Now now, const Reply& reply) {
  sending_ = false;
  switch (judge(reply)) {
    case Verdict::done:
    case Verdict::gone:
    case Verdict::refused:
      if (!reply.ok()) context_.log({"sync", "alert_refused", server_codes(reply)});
      waiting_.pop_front();
      failures_ = 0;
      return;
    case Verdict::conflict:
    case Verdict::denied:
    case Verdict::busy:
    case Verdict::unsent:
    case Verdict::unknown:
      not_before_ = now.instant + reply.retry_after.value_or(backoff(++failures_, context_.random));
      return;
  }
}

std::optional<Instant> Alerts::wake() const {
  if (sending_ || waiting_.empty()) return std::nullopt;
  return not_before_;
}

}  // namespace kiosk::sync
