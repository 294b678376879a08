#include "kiosk/sync/engine.h"

#include <cmath>
#include <utility>

#include "kiosk/base/overloaded.h"
#include "kiosk/sync/url.h"

namespace kiosk::sync {

Result<std::unique_ptr<Engine>> Engine::create(Settings settings, store::SyncStore& store,
                                               Authorizer& authorizer, Random random) {
  const auto& profile = settings.profile;
  if (const auto allowed = check_allowed(profile.base_url); !allowed)
    return pass_on(allowed.error());
  if (profile.page_size < 1 || profile.page_size > page_size_max)
    return fail("sync", "bad_profile", "page size must be 1 to 400");
  const bool target = profile.arrived_status == domain::AppointmentStatus::arrived ||
                      profile.arrived_status == domain::AppointmentStatus::checked_in;
  if (!target) return fail("sync", "bad_profile", "the arrived status is arrived or checked-in");
  for (const auto* system : {&profile.systems.visit_key, &profile.systems.nonce,
                             &profile.systems.ticket_number, &profile.systems.ticket_token})
    if (system->empty()) return fail("sync", "bad_profile", "an identifier system is empty");
  return std::make_unique<Engine>(std::move(settings), store, authorizer, std::move(random));
}

Engine::Engine(Settings settings, store::SyncStore& store, Authorizer& authorizer, Random random)
    : context_(std::move(settings), store, authorizer, std::move(random)),
      resolver_(context_),
      look_ups_(context_, resolver_),
      fresh_reads_(context_, resolver_),
      discovery_(context_),
      arrivals_(context_),
      download_(context_, resolver_),
      alerts_(context_),
      audit_heads_(context_),
      orders_(context_) {}

void Engine::take(Now now, Input input) {
  std::visit(overloaded{
                 [&](LookUp& what) { look_ups_.start(now, what); },
                 [&](ReadFresh& what) { fresh_reads_.start(now, what); },
                 [&](RaiseAlert& what) { alerts_.raise(now, what); },
                 [&](OutboxChanged&) { arrivals_.outbox_changed(); },
                 [&](SyncNow&) { sync_now(now); },
                 [&](HttpResult& what) { context_.exchange.on_result(now, std::move(what)); },
             },
             input);
}

void Engine::sync_now(Now now) {
  context_.exchange.hold(now, Milliseconds(0));
  arrivals_.release(now);
  download_.start_now(now);
  audit_heads_.ask_now();
  discovery_.ask_now(now);
}

/// Who knows nothing of the day asks at once: until then patients cannot be served.
void Engine::begin(Now now) {
  if (std::exchange(begun_, true)) return;
  const auto spread = context_.profile().start_spread;
  if (spread == Milliseconds(0)) return;
  const auto held =
      context_.store.stored_ids(context_.today(now).start, context_.tomorrow(now).end);
  if (!held || held->empty()) return;
  const auto pause = static_cast<double>(spread.count()) * context_.random();
  context_.exchange.hold(now, Milliseconds(std::llround(pause)));
}

/// Which day it is decides what is asked for, so an untrusted clock first hears the server's Date,
/// out of whatever it answers.
bool Engine::knows_day(Now now) const {
  return now.trust == ClockTrust::server || context_.exchange.has_answered();
}

/// Limits that were set by the old clock end when they would have ended.
void Engine::follow_clock(Now now, Milliseconds change) {
  context_.exchange.follow_clock(change);
  look_ups_.follow_clock(change);
  fresh_reads_.follow_clock(change);
  arrivals_.follow_clock(now, change);
  download_.follow_clock(change);
  alerts_.follow_clock(change);
  audit_heads_.follow_clock(change);
  orders_.follow_clock(change);
  discovery_.follow_clock(change);
  last_step_ += change;
}

Output Engine::step(Now now, std::vector<Input> inputs) {
  context_.out = Output();
  if (correction_) follow_clock(now, *correction_);
  correction_.reset();
  begin(now);
  const auto state_before = context_.exchange.state();
  if (now.instant < last_step_) {  // somebody set it back
    follow_clock(now, now.instant - last_step_);
    download_.clock_set_back();
  }
  last_step_ = now.instant;
  for (auto& input : inputs) take(now, std::move(input));
  context_.exchange.expire(now);
  look_ups_.expire(now);
  fresh_reads_.expire(now);
  const auto state = context_.exchange.state();
  if (state_before == ServerState::offline && state != ServerState::offline) arrivals_.release(now);
  const auto uploads = [&] { return arrivals_.busy() ? Uploads::waiting : Uploads::none; };
  discovery_.step(now, uploads());
  if (discovery_.is_decided()) arrivals_.step(now);
  alerts_.step(now);
  orders_.step(now);
  if (knows_day(now)) download_.step(now, uploads());
  audit_heads_.step(now, download_.last_complete_run());
  Output& out = context_.out;
  out.requests = context_.exchange.take(now);
  if (auto words = context_.exchange.take_denied())
    out.alerts.push_back({AlertKind::denied, std::move(*words)});
  for (int left = context_.exchange.take_mended(); left > 0; --left)
    context_.log({"fhir", "bad_text",
                  "an answer of the server holds text that is no Unicode: read with marks there"});
  out.server = context_.exchange.state();
  out.trouble = context_.exchange.trouble();
  if (out.trouble.empty()) out.trouble = download_.trouble();
  out.last_answer = context_.exchange.last_answer();
  out.last_complete_run = download_.last_complete_run();
  out.runs_whole = download_.runs_whole();
  out.runs_failed = download_.runs_failed() + discovery_.failures();
  out.sending = arrivals_.busy() || audit_heads_.busy();
  out.day_is_complete = download_.day_is_complete(now);
  out.clock = context_.exchange.take_correction(now);
  if (out.clock) correction_ = out.clock->offset;
  out.revoked = context_.exchange.revoked() || orders_.revoked();
  out.wake = wake(now);
  return std::move(out);
}

std::optional<Instant> Engine::wake(Now now) const {
  std::optional<Instant> first;
  const auto sooner = [&](std::optional<Instant> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  sooner(context_.exchange.wake());
  sooner(look_ups_.wake());
  sooner(fresh_reads_.wake());
  if (discovery_.is_decided()) sooner(arrivals_.wake());
  sooner(alerts_.wake());
  sooner(orders_.wake());
  sooner(discovery_.wake());
  if (knows_day(now)) sooner(download_.wake());
  return first;
}

}  // namespace kiosk::sync
