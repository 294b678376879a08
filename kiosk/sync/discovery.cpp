#include "kiosk/sync/discovery.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/verdict.h"

namespace kiosk::sync {
namespace {

constexpr Milliseconds ask_every{24 * 3'600'000};
constexpr Milliseconds patient_pause{10 * 60'000};
constexpr std::size_t words_max = 12;

}  // namespace

Discovery::Discovery(Context& context) : context_(context) {
  const auto& profile = context.settings.profile;
  is_decided_ =
      profile.arrival_way != ArrivalWay::automatic && profile.change_by != ChangeBy::automatic;
}

void Discovery::step(Now now, Uploads uploads) {
  if (is_new_ && uploads == Uploads::none) {
    is_new_ = false;
    is_decided_ = true;
    context_.decide(known_);
    tell_lacking(context_.profile());
  }
  if (asking_ || now.instant < next_) return;
  asking_ = true;
  auto request = read_request(context_.profile(), "metadata");
  request.answer_bytes_max = statement_bytes_max;
  context_.exchange.send(now, std::move(request), Urgency::background,
                         [this](Now at, const Reply& reply) { on_reply(at, reply); });
}

void Discovery::on_reply(Now now, const Reply& reply) {
  asking_ = false;
  const auto verdict = judge(reply);
  const bool answered =
      verdict == Verdict::done || verdict == Verdict::gone || verdict == Verdict::refused;
  if (!answered) {
    context_.log({"sync", "unavailable", "metadata: " + server_codes(reply)});
    // The clock, too, is first heard from this answer.
    const bool clock_waits = now.trust != ClockTrust::server && !context_.exchange.has_answered();
    const bool urgent = !is_decided_ || clock_waits;
    const auto pause = urgent ? backoff(++failures_, context_.random) : patient_pause;
    next_ = now.instant + reply.retry_after.value_or(pause);
    return;
  }
  failures_ = 0;
  next_ = now.instant + ask_every;
  is_new_ = true;
  const auto read =
      reply.ok() ? read_capabilities(reply.body())
                 : Result<Capabilities>(fail("sync", "no_statement", "metadata: " + reply.what()));
  if (read)
    known_ = *read;
  else
    context_.log(read.error());
}

void Discovery::tell_lacking(const SiteProfile& profile) {
  if (!known_) return;
  auto words = lacking(*known_, profile);
  if (words.size() > words_max) words.resize(words_max);
  auto text =
      fmt::format("the server does not declare what the kiosk needs: {}", fmt::join(words, ", "));
  if (words.empty()) text.clear();
  if (!text.empty() && text != told_) context_.out.alerts.push_back({AlertKind::lacking, text});
  told_ = std::move(text);
}

void Discovery::ask_now(Now now) {
  if (failures_ > 0) next_ = std::min(next_, now.instant);
}

std::optional<Instant> Discovery::wake() const {
  if (asking_) return std::nullopt;
  return next_;
}

void Discovery::follow_clock(Milliseconds change) {
  if (next_ != Instant{}) next_ += change;
}

}  // namespace kiosk::sync
