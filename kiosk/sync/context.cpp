#include "kiosk/sync/context.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t told_max = 1'000;
constexpr std::size_t standing_max = 20'000;
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

bool Context::smaller_pages() {
  if (profile_.page_size <= page_size_least) return false;
  page_size_max_ = profile_.page_size = std::max(page_size_least, profile_.page_size / 4);
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

/// A request may reach the server twice, or two kiosks' at once, where it ignores conditions: the
/// second arrival can show long after the first was acknowledged.
void Context::watch_doubles(const std::vector<EncounterRow>& encounters) {
  if (standing_.size() > standing_max) standing_.clear();
  const auto see = [&](const EncounterRow& row, const std::string& visit_key,
                       const std::string& nonce) {
    const auto what = row.type + '/' + visit_key + '/' + nonce;
    const auto [known, is_new] = standing_.emplace(what, row.id);
    if (!stands(row)) {
      if (known->second == row.id) standing_.erase(known);
    } else if (!is_new && known->second != row.id) {
      known->second = row.id;
      const auto ours = store.settle_again(visit_key, nonce);
      if (!ours) log(ours.error());
      if (ours && *ours) unsettled_ = true;
    }
  };
  for (const auto& row : encounters) {
    const auto visit_key = identifier_value(row.identifiers, profile().systems.visit_key);
    if (visit_key.empty()) continue;
    if (row.type == "Encounter") see(row, visit_key, "");
    if (row.type != "Task") continue;
    for (const auto& ticket : tickets(row, profile().systems)) see(row, visit_key, ticket.nonce);
  }
}

void Context::watch_arrivals(Now now, const std::vector<EncounterRow>& encounters) {
  watch_numbers(now, encounters);
  watch_doubles(encounters);
}

}  // namespace kiosk::sync
