#include "kiosk/sync/context.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t told_max = 1'000;
constexpr int plainness_max = 2;

}  // namespace

Context::Context(Settings settings_, store::SyncStore& store_, Authorizer& authorizer,
                 Random random_)
    : settings(std::move(settings_)),
      store(store_),
      exchange(settings.profile, authorizer),
      random(std::move(random_)),
      profile_(decided(settings.profile, std::nullopt)) {}

domain::Day Context::today(Now now) const {
  return domain::day_of(settings.zone, exchange.server_time(now));
}

domain::Day Context::tomorrow(Now now) const {
  return domain::day_of(settings.zone, domain::plus_days(today(now).date, 1));
}

bool Context::search_plainer() {
  if (plainness_ >= plainness_max) return false;
  ++plainness_;
  return true;
}

Includes Context::includes() const {
  return plainness_ == 0 ? Includes::with : Includes::without;
}

HttpRequest Context::arrivals_request(std::span<const std::string> appointment_ids) const {
  return plainness_ < plainness_max ? arrivals_search(profile(), appointment_ids)
                                    : visit_keys_search(profile(), appointment_ids);
}

void Context::keep(Now now, const store::Page& page) {
  if (page.people.empty() && page.visits.empty()) return;
  const auto stored = store.store_page(page, today(now).start, tomorrow(now).end);
  if (!stored) log(stored.error());
}

void Context::watch_numbers(Now now, const std::vector<EncounterRow>& encounters) {
  const auto day = today(now);
  for (const auto& row : encounters) {
    if (!row.start || *row.start < day.start || *row.start >= day.end) continue;
    for (const auto& ticket : tickets(row, profile().systems)) {
      if (told_nonces_.contains(ticket.nonce)) continue;
      const auto elsewhere = store.given_elsewhere(ticket.number, ticket.nonce);
      if (!elsewhere) log(elsewhere.error());
      if (!elsewhere || !*elsewhere) continue;
      if (told_nonces_.size() >= told_max) told_nonces_.clear();
      told_nonces_.insert(ticket.nonce);
      out.alerts.push_back(
          {AlertKind::own_code_seen, "number " + ticket.number + " was given by another machine"});
    }
  }
}

}  // namespace kiosk::sync
