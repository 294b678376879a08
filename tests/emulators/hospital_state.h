#pragma once

#include <nlohmann/json.hpp>
#include <set>

#include "tests/emulators/hospital.h"

// Inside of the emulated hospital; only its own .cpp files include this.
namespace emulators {

using nlohmann::json;

/// A refusal on its way to an OperationOutcome.
struct Refusal {
  int status = 400;
  std::string code = "processing";
  std::string words;
};

struct Stored {
  json resource;
  mutable std::string text;  ///< of the resource; empty until somebody asks for it
  int version = 1;
  kiosk::Instant updated;
  kiosk::Instant created = {};
  bool deleted = false;
};

/// type -> id -> resource
using Resources = std::map<std::string, std::map<std::string, Stored>>;

struct Pages {
  std::vector<std::string> matches;  ///< "Appointment/7"
  std::vector<std::pair<std::string, std::string>> fields;
  std::size_t page_size = 20;
  kiosk::Instant until;
};

struct Hospital::State {
  HospitalOptions options;
  Resources resources;
  std::map<std::string, Pages> pages;
  std::vector<DemoPerson> people;
  std::vector<std::string> log;
  std::uint64_t next_id = 1;
  std::uint64_t next_page = 1;
  int conditions_to_lose = 0;
  /// Searches answered before, "type?fields" -> when and what.
  std::map<std::string, std::pair<kiosk::Instant, std::string>> search_cache;
  /// While a transaction runs: what each write has replaced, oldest first.
  std::vector<std::pair<std::string, std::optional<Stored>>>* replaced = nullptr;

  const Stored* find(const std::string& reference) const;
  /// Creates or replaces, with the next version and the time.
  Stored& put(const std::string& type, const std::string& id, json resource, kiosk::Instant now);
};

/// JSON text of a stored resource.
const std::string& text_of(const Stored& stored);
/// A member's text; empty when there is none.
const std::string& text_in(const json& object, const char* key);

using Fields = std::vector<std::pair<std::string, std::string>>;

/// hospital_search.cpp: the JSON text of a searchset Bundle. Throws Refusal.
std::string search(Hospital::State& state, const std::string& type, const Fields& fields,
                   kiosk::Instant now);
/// The same as a cache before the server gives it; `no_cache`: the request asks to go past it.
enum class Freshness { any, no_cache };
std::string cached_search(Hospital::State& state, const std::string& type, const Fields& fields,
                          Freshness freshness, kiosk::Instant now);
std::string next_page(Hospital::State& state, const std::string& token, std::size_t offset,
                      kiosk::Instant now);
/// References of all that match, in order; control parameters are passed over.
std::vector<std::string> matches(const Hospital::State& state, const std::string& type,
                                 const Fields& fields);

/// hospital_write.cpp: what one write gave. All throw Refusal.
struct Written {
  int status = 200;
  std::string reference;
};
Written create(Hospital::State& state, const std::string& type, json resource,
               const std::string& if_none_exist, kiosk::Instant now);
Written replace(Hospital::State& state, const std::string& reference, json resource,
                const std::string& if_match, kiosk::Instant now);
Written patch(Hospital::State& state, const std::string& reference, const std::string& patch_json,
              const std::string& if_match, kiosk::Instant now);
json transaction(Hospital::State& state, const json& bundle, kiosk::Instant now);

/// hospital_capabilities.cpp: the CapabilityStatement that fits the options.
json capability_statement(const HospitalOptions& options);
/// What each type can be searched by, besides _id and _lastUpdated.
const std::map<std::string, std::set<std::string>>& search_parameters();

/// hospital_day.cpp
void make_day(Hospital::State& state, kiosk::Instant now);

/// RFC 9110 IMF-fixdate.
std::string http_date(kiosk::Instant now);
Fields parse_form(const std::string& text);
std::string type_of(const std::string& reference);
std::string id_in(const std::string& reference);
std::string instant_text(const Hospital::State& state, kiosk::Instant instant);

}  // namespace emulators
