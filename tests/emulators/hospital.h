#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kiosk/base/instant.h"
#include "kiosk/domain/civil_time.h"
#include "kiosk/sync/http.h"
#include "kiosk/sync/site_profile.h"

namespace emulators {

/// What a real server does differently, one knob each.
struct HospitalOptions {
  std::uint64_t seed = 1;
  kiosk::domain::Zone zone = {{kiosk::Instant{}, kiosk::Minutes(8 * 60)}};
  std::string base_url = "http://127.0.0.1/fhir";  ///< stands in page links
  int people = 60;                                 ///< besides the named ones

  enum class Unknown { refuse, ignore } unknown_parameters = Unknown::refuse;
  /// `checked_in`: as strict, but nobody becomes `arrived`.
  enum class Rules { strict, checked_in, none } status_rules = Rules::strict;
  enum class Can { yes, no };
  Can transactions = Can::yes;
  Can encounters = Can::yes;
  Can audit_events = Can::yes;
  Can includes = Can::yes;
  Can json_patch = Can::yes;
  Can deletes = Can::no;
  Can create_people = Can::yes;   ///< Patients and Appointments may be made
  Can counts_includes = Can::no;  ///< against the page's size
  int stale_status = 412;         ///< of a wrong If-Match; 0: it is ignored
  Unknown unquoted_etag = Unknown::refuse;
  std::size_t transaction_entries_max = 100;
  kiosk::Milliseconds search_cache{
      0};  ///< identical searches without no-cache are answered from it
  /// Conditional creates do not see what was created less than this ago.
  kiosk::Milliseconds race_window{0};
  std::string bearer;  ///< the token that is wanted; empty: none
  std::size_t page_size_max = 400;
  kiosk::Milliseconds page_life{600'000};
};

/// A request as it comes out of a socket.
struct HospitalRequest {
  std::string method = "GET";
  std::string target;  ///< path and query
  kiosk::sync::Headers headers;
  std::string body;
};

/// One of the invented people, for demonstrations and tests.
struct DemoPerson {
  std::string story;    ///< "one_booked", "several_today", "cancelled_by_hospital" ...
  std::string patient;  ///< Patient.id
  std::string name;
  std::string document;  ///< "resident", "hk_macao_permit", "foreign_permit"
  std::string number;    ///< of the document; passes GB 11643, of a region that does not exist
  kiosk::domain::Date birth_date;
  std::string sex;  ///< "female", "male"
  std::string phone;
  std::string hospital_card;
  std::string booking;                    ///< of the first appointment; empty when there is none
  std::vector<std::string> appointments;  ///< ids, in the order of the story
};

/// What tests look at of a resource.
struct HeldResource {
  std::string id;
  std::string status;
  std::string appointment_id;                                    ///< an Encounter's; else empty
  std::vector<std::pair<std::string, std::string>> identifiers;  ///< system, value
};

/// A small FHIR R4 hospital as a steppable model: a day of appointments made from a seed, and a
/// server that refuses what real ones refuse (stale versions, unknown parameters, dangling
/// references, forbidden changes of status). No thread, no socket, no clock.
class Hospital {
 public:
  struct State;  ///< hospital_state.h

  /// `now` decides which day is made; the named people's appointments lie around it.
  Hospital(HospitalOptions options, kiosk::Instant now);
  ~Hospital();
  Hospital(Hospital&&) noexcept;
  Hospital& operator=(Hospital&&) noexcept;

  kiosk::sync::HttpResponse handle(const HospitalRequest& request, kiosk::Instant now);
  /// The same for what the sync engine asks; `elapsed` 1 ms.
  kiosk::sync::HttpResult answer(const kiosk::sync::HttpRequest& request, kiosk::Instant now);

  const std::vector<DemoPerson>& demo_people() const;
  const DemoPerson& demo_person(const std::string& story) const;

  // What happens in the hospital without the kiosk.
  void set_status(const std::string& appointment_id, const std::string& status, kiosk::Instant now);
  void move(const std::string& appointment_id, kiosk::Instant start, kiosk::Instant now);
  void remove(const std::string& reference, kiosk::Instant now);
  /// The desk takes an arrival back: booked again, its Encounters entered-in-error.
  void undo_arrival(const std::string& appointment_id, kiosk::Instant now);
  /// Another kiosk checks in: an Encounter with the kiosk's identifiers.
  void check_in_elsewhere(const std::string& appointment_id, const std::string& nonce,
                          const std::string& number, kiosk::Instant now);
  /// Merges the patient of that appointment into a second record of the same person, to which all
  /// appointments go over; gives the ids of both.
  struct Merged {
    std::string replaced;
    std::string kept;
  };
  Merged merge_patient(const std::string& appointment_id, kiosk::Instant now);
  /// Patients who arrived at that Location and were called after so many minutes, the last one just
  /// now.
  void call_patients(const std::string& location_id, const std::vector<int>& waited_min,
                     kiosk::Instant now);
  /// Puts any resource (JSON text); its id is kept.
  void put(const std::string& resource_json, kiosk::Instant now);

  // What a server does on a bad day.
  std::shared_ptr<const State> backup() const;
  /// All that was written since is forgotten, ids and versions that were given too.
  void restore(const State& backup);
  void forget_pages();              ///< every page link expires
  void lose_conditions(int count);  ///< the next conditional creates race: they create all the same
  void set_bearer(const std::string& token);
  void set_base_url(const std::string& url);

  /// JSON text of one resource; empty when there is none.
  std::string read(const std::string& reference) const;
  std::string status_of(const std::string& appointment_id) const;
  /// Ids of Encounters of that appointment that are not entered-in-error.
  std::vector<std::string> encounters_of(const std::string& appointment_id) const;
  std::size_t count(const std::string& type) const;
  /// "POST /fhir/Encounter" of what was handled, the last 1000.
  const std::vector<std::string>& request_log() const;
  /// All of a type that are not deleted, by id.
  std::vector<HeldResource> held(const std::string& type) const;
  /// {"encounters": [...], "appointments": [...], "tasks": [...], "audit_events": [...]}: all
  /// Encounters, Tasks and AuditEvents in full and the appointments whose patients have come.
  std::string export_state() const;

 private:
  std::unique_ptr<State> state_;
};

/// The site profile that fits this hospital.
kiosk::sync::SiteProfile hospital_profile(const std::string& base_url);

/// Number with its GB 11643 check character, out of the first 17 digits.
std::string with_check_character(const std::string& first_17);

}  // namespace emulators
