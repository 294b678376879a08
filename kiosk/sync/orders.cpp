#include "kiosk/sync/orders.h"

#include <cmath>

namespace kiosk::sync {
namespace {

constexpr Minutes every{15};

}  // namespace

bool Orders::is_looking() const {
  return context_.settings.order_key && !context_.settings.order_url.empty();
}

void Orders::step(Now now) {
  if (!is_looking() || revoked_ || asking_ || now.instant < next_) return;
  HttpRequest request;
  request.url = context_.settings.order_url;
  request.headers = {{"Accept", "application/jose, text/plain"}, {"Cache-Control", "no-cache"}};
  request.connect_timeout = context_.profile().connect_timeout;
  request.timeout = context_.profile().request_timeout;
  request.answer_bytes_max = order_bytes_max;
  asking_ = true;
  context_.exchange.send_unsigned(std::move(request),
                                  [this](Now at, const Reply& reply) { on_reply(at, reply); });
}

/// No order is the rule; one that is not good is told once, and harms nobody.
void Orders::on_reply(Now now, const Reply& reply) {
  asking_ = false;
  const auto share = 0.5 + 0.5 * context_.random();
  next_ = now.instant + Milliseconds(std::llround(double(Milliseconds(every).count()) * share));
  if (!reply.ok() || reply.body().empty()) return;
  const auto order = context_.settings.order_key->check(reply.body(), context_.settings.kiosk_code);
  if (order) {
    revoked_ = true;
  } else if (order.error().what != told_) {
    told_ = order.error().what;
    context_.log(order.error());
  }
}

std::optional<Instant> Orders::wake() const {
  if (!is_looking() || revoked_ || asking_) return std::nullopt;
  return next_;
}

void Orders::follow_clock(Milliseconds change) {
  if (next_ != Instant{}) next_ += change;
}

}  // namespace kiosk::sync
