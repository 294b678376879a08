#pragma once

#include <map>
#include <string>
#include <vector>

#include "kiosk/domain/appointment.h"
#include "kiosk/domain/civil_time.h"
#include "kiosk/domain/codes.h"
#include "kiosk/domain/localized.h"
#include "kiosk/domain/waiting.h"

namespace kiosk::journeys {

enum class LateRule { allow, desk };
enum class UnconfirmedRule { desk, check_in };
enum class CallOrder { appointment, arrival };
enum class ExpiredCardRule { accept, desk };

/// When one may check in, for a clinic.
struct ClinicRules {
  Minutes opens_before{60};  ///< check-in opens this long before the start
  Minutes late_after{15};    ///< later than this after the start the late rule holds
  LateRule late = LateRule::desk;
  CallOrder order = CallOrder::appointment;  ///< in which the clinic calls its patients
  /// The ticket's "not called by" is this long after the start, or after the longest wait.
  Minutes call_margin{30};

  bool operator==(const ClinicRules&) const = default;
};

struct Desk {
  domain::Localized name;
  domain::Localized place;
  std::string phone;

  bool operator==(const Desk&) const = default;
};

/// How to get from this kiosk to a place.
struct Direction {
  domain::Localized way;
  domain::Localized step_free;  ///< empty: the way is step-free itself

  bool operator==(const Direction&) const = default;
};

struct OpeningHours {
  int weekday = 1;  ///< 1 Monday .. 7 Sunday
  domain::TimeOfDay from;
  domain::TimeOfDay until;

  bool operator==(const OpeningHours&) const = default;
};

struct Language {
  std::string tag;       ///< BCP 47
  std::string own_name;  ///< how its readers call it

  bool operator==(const Language&) const = default;
};

struct TimeOuts {
  Seconds choose{45};  ///< reading and choosing
  Seconds entry{60};   ///< after the last touch
  Seconds done{20};
  Seconds done_no_paper{60};  ///< the number must be copied by hand
  Seconds take_card{5};
  Seconds warning{15};  ///< "more time" is offered in the last part
  Seconds look_up{8};   ///< a look-up that takes longer is "cannot look up now"
  Milliseconds fresh_read{1500};
  Seconds commit{5};
  Minutes lockout{5};

  bool operator==(const TimeOuts&) const = default;
};

/// The site's configuration as far as journeys and screens follow it. Plain data, never changed
/// while the kiosk runs.
struct Rules {
  domain::Zone zone;
  std::vector<Language> languages;  ///< the first one is the default
  domain::Localized hospital;
  Desk desk;  ///< registration desk, the nearest
  std::string kiosk_code = "K1";
  std::string site_id;                             ///< our campus; empty: there is only one
  std::map<std::string, domain::Localized> sites;  ///< other campuses by id
  std::vector<OpeningHours> opening_hours;         ///< empty: always open

  ClinicRules clinic;
  std::map<std::string, ClinicRules> clinics;           ///< by clinic id, instead of `clinic`
  std::map<std::string, domain::Localized> aliases;     ///< names for clinic, doctor and place ids
  std::map<std::string, domain::Localized> desk_first;  ///< mark code -> what it is about
  std::map<std::string, Direction> directions;          ///< by location id
  UnconfirmedRule unconfirmed = UnconfirmedRule::desk;
  ExpiredCardRule expired_card = ExpiredCardRule::accept;

  std::string citizen_system;  ///< Identifier.system of numbers of resident ID cards
  std::string hk_macao_taiwan_permit_system;
  std::string foreign_permit_system;  ///< of foreign permanent resident permits
  std::vector<domain::CodeFormat> code_formats;
  TimeOuts time_outs;

  bool operator==(const Rules&) const = default;
};

/// When a patient who was not called should ask: the clinic's margin after her appointment or, if
/// that is later, after the longest wait that she was told or after her confirmation.
Instant not_called_by(const Rules& rules, const domain::Appointment& appointment, Instant confirmed,
                      const domain::Waiting& waiting);
const ClinicRules& rules_of(const Rules& rules, const std::string& clinic_id);
bool is_open(const Rules& rules, Instant instant);
/// The site's name for an id in a language, else what the server called it.
std::string named(const Rules& rules, const std::string& id, const std::string& servers_name,
                  const std::string& language);

}  // namespace kiosk::journeys
