#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kiosk/domain/civil_time.h"
#include "kiosk/store/sync_store.h"
#include "kiosk/sync/assemble.h"
#include "kiosk/sync/capabilities.h"
#include "kiosk/sync/exchange.h"
#include "kiosk/sync/fhir_search.h"
#include "kiosk/sync/messages.h"
#include "kiosk/sync/signed_order.h"

namespace kiosk::sync {

/// How this kiosk talks to its hospital.
struct Settings {
  SiteProfile profile;
  domain::Zone zone;
  std::string kiosk_code;                  ///< "K1"
  std::string order_url = {};              ///< where an order to withdraw this kiosk would lie
  std::optional<OrderKey> order_key = {};  ///< who may give it; nothing: nobody
};

/// Arrivals that wait to be told or are being told.
enum class Uploads { none, waiting };

/// What the parts of the engine share. All of it lives on the store's thread.
class Context {
 public:
  Context(Settings settings, store::SyncStore& store, Authorizer& authorizer, Random random);

  const Settings settings;
  store::SyncStore& store;
  Exchange exchange;
  Directory directory;
  const Random random;
  Output out;  ///< of the running step

  /// The site's profile with nothing left to decide.
  const SiteProfile& profile() const { return profile_; }
  void decide(const std::optional<Capabilities>& capabilities) {
    profile_ = decided(settings.profile, capabilities);
    profile_.page_size = std::min(profile_.page_size, page_size_max_);
  }
  domain::Day today(Now now) const;
  domain::Day tomorrow(Now now) const;
  /// After a server refused a search: leave out includes, then ask for arrivals by visit key. False
  /// when there is nothing more to leave out.
  bool search_plainer();
  /// After a page was too long: asks for fewer matches. False when that is hardly possible.
  bool smaller_pages();
  Includes includes() const;
  HttpRequest arrivals_request(std::span<const std::string> appointment_ids) const;

  /// Stores what an answer told: rows of today and tomorrow, others only if stored already.
  void keep(Now now, const store::Page& page);
  /// What arrivals that somebody read tell beyond what they were read for: one of today bears a
  /// number of our series that this ledger never gave; several stand of one visit that we told.
  void watch_arrivals(Now now, const std::vector<EncounterRow>& encounters);
  /// A visit that was told is to be told again; once.
  bool take_unsettled() { return std::exchange(unsettled_, false); }
  void log(const Error& error) { out.errors.push_back(error); }

 private:
  void watch_numbers(Now now, const std::vector<EncounterRow>& encounters);
  void watch_doubles(const std::vector<EncounterRow>& encounters);

  SiteProfile profile_;
  int plainness_ = 0;
  std::size_t page_size_max_ = page_size_max;
  std::set<std::string> told_nonces_;
  std::map<std::string, std::string> standing_;  ///< id of an arrival, by what there is one of
  bool unsettled_ = false;
};

}  // namespace kiosk::sync
