#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/hospital_view.h"
#include "tests/simulation/sim_kiosk.h"

namespace simulation {

/// What must hold whatever goes wrong.
namespace rule {
inline constexpr const char* exactly_once = "every check-in is at the hospital exactly once";
inline constexpr const char* not_invented = "no arrival that no patient confirmed";
inline constexpr const char* not_lost = "what was committed is never lost";
inline constexpr const char* as_shown = "only what the patient saw is committed";
inline constexpr const char* told_truly = "who is told that nothing is recorded has no check-in";
inline constexpr const char* number_once = "a number never names two visits";
inline constexpr const char* one_called = "each visit has one called number";
inline constexpr const char* revoked = "who is withdrawn, and nobody else, forgets its patients";
inline constexpr const char* leads_there = "each ticket leads to its visit's called number";
inline constexpr const char* alarms = "who shares a code alarms and stops, and nobody else";
inline constexpr const char* commit_first = "no ticket before its commit";
inline constexpr const char* copy_says_so = "no second ticket without COPY";
inline constexpr const char* own_screen = "no ticket while its patient's screen is not up";
inline constexpr const char* on_the_list = "unacknowledged for 3 minutes: on the staff's list";
inline constexpr const char* refused_says_why = "refused only with a reason, and for one";
inline constexpr const char* clock_refuses_nobody = "an untrusted clock refuses nobody";
inline constexpr const char* way_on = "every screen ends or has a way on";
inline constexpr const char* nothing_stays = "nothing of a patient on welcome";
inline constexpr const char* own_data = "nobody sees another person's data";
inline constexpr const char* in_the_trail = "the trail tells what each check-in's patient saw";
inline constexpr const char* outbox_empties = "healed, all is told within bounded time";
inline constexpr const char* no_spinning = "the kiosk sleeps between what it does";
}  // namespace rule

struct Violation {
  std::string rule;
  std::string words;
  kiosk::Instant at;
};

/// Looks at everything from outside and remembers the first rule that was broken.
class Invariants final : public Watch {
 public:
  Invariants(Agenda& agenda, Trace& trace, emulators::Hospital& hospital, kiosk::domain::Zone zone);

  const std::optional<Violation>& violation() const { return violation_; }
  /// What a test breaks on purpose.
  void set_breaches(Breaches breaches) { breaches_ = std::move(breaches); }
  const Breaches& breaches() const { return breaches_; }
  void broken(const char* rule, const std::string& words);

  // Of the kiosks.
  void screen_changed(SimKiosk& kiosk, const kiosk::journeys::Model& before) override;
  void asked_to_commit(SimKiosk& kiosk, const kiosk::journeys::Commit& commit) override;
  void stepped(SimKiosk& kiosk, const kiosk::shell::RecordsOutput& output) override;
  void to_printer(SimKiosk& kiosk, const kiosk::domain::PrintJob& job) override;
  void job_ended(SimKiosk& kiosk, std::int64_t job, kiosk::domain::PrintState state) override;
  void started(SimKiosk& kiosk) override;
  void ledger_lost(SimKiosk& kiosk, const std::set<std::string>& left) override;
  void clock_set(SimKiosk& kiosk) override;

  // Of the people and the hospital.
  void touched(const SimKiosk& kiosk);
  void confirming(const SimKiosk& kiosk);
  void paper_fell(const std::string& name, const Paper& paper);
  /// The desk's own deeds are no kiosk's.
  void desk_touched(const std::string& appointment_id) { by_desk_.insert(appointment_id); }
  /// One person's record was replaced by another.
  void merged(const std::string& replaced, const std::string& kept) { kept_[replaced] = kept; }
  bool is_record_of(const std::string& patient_id, std::string first_record) const;
  /// Two machines were given this code.
  void share_code(const std::string& code) { shared_code_ = code; }
  void server_written();
  /// It was put back to an earlier state.
  void server_restored();
  void look(SimKiosk& kiosk);
  /// Tokens of all tickets whose visit stands and is of today.
  std::vector<std::string> tickets_told() const;
  /// The look-up of this token must find its visit, with the number that is called.
  void expect_visit(const SimKiosk& kiosk, kiosk::RequestId request, const std::string& token);
  void check_at_end(const std::vector<SimKiosk*>& kiosks);

  std::size_t check_ins() const { return check_ins_.size(); }

 private:
  struct CheckIn {
    std::string kiosk;
    kiosk::domain::ArrivalMessage message;
    kiosk::Instant seen;  ///< true time
    kiosk::ClockTrust trust = kiosk::ClockTrust::server;
    bool lost = false;  ///< with its ledger, before the hospital knew
  };
  struct Named {  ///< what a number names
    std::string what;
    std::string kiosk;
    std::string nonce;
  };
  struct Expected {
    std::string kiosk;
    std::string token;
  };
  struct Seen {  ///< what a patient saw when she pressed the button
    kiosk::Instant start;
    std::string clinic;
    std::string doctor;
    std::string place;
    bool operator==(const Seen&) const = default;
  };
  struct Sent {
    int times = 0;
    std::optional<kiosk::domain::PrintState> ended;
  };
  struct OfKiosk {
    std::map<std::string, Seen> confirmed;  ///< by appointment, of the visit on screen
    std::map<std::string, kiosk::Instant> own_screen_until;  ///< by appointment
    std::map<std::int64_t, Sent> jobs;
    std::set<std::string> released;  ///< visit keys that staff asked for
    std::map<kiosk::RequestId, std::vector<std::string>> asked;  ///< visit keys to be committed
    std::set<std::string> refused;  ///< visit keys: the last answer was that nothing is recorded
    bool unsettled = false;         ///< what its ledger holds has not been seen since
    kiosk::Instant started;
    kiosk::Instant corrected;
    kiosk::Milliseconds set_back{0};  ///< by that correction
    kiosk::Instant clock_set;
    std::optional<kiosk::Instant> alarmed;  ///< its code is used elsewhere
    bool ledger_lost = false;
    kiosk::Instant quiet_since;
    kiosk::Instant listed_at;
    kiosk::Instant minute;
    int steps_in_minute = 0;
  };

  static Seen seen(const kiosk::domain::Appointment& appointment);
  OfKiosk& of(const SimKiosk& kiosk) { return kiosks_[kiosk.name()]; }
  void note_new(SimKiosk& kiosk);
  void note_answers(SimKiosk& kiosk, const kiosk::journeys::CommitAnswered& answer);
  void note_number(const std::string& number, Named names, kiosk::Instant given);
  void note_alarm(SimKiosk& kiosk, bool may_issue);
  void check_visit_found(const SimKiosk& kiosk, const kiosk::journeys::LookUpAnswered& answer);
  void check_trail(SimKiosk& kiosk);
  void check_withdrawn(SimKiosk& kiosk);
  void check_alarms(const std::vector<SimKiosk*>& kiosks);
  const CheckIn* called(const std::string& visit_key) const;
  void check_list(SimKiosk& kiosk);
  void check_welcome(const SimKiosk& kiosk);
  void check_refusals(const SimKiosk& kiosk);
  void check_told(const CheckIn& check_in, const std::map<std::string, std::string>& refused);
  /// The hospital was told, and has not forgotten it when it was put back.
  bool is_held(const std::string& nonce) const {
    return told_.contains(nonce) && !forgotten_.contains(nonce);
  }
  bool is_over(const kiosk::domain::ArrivalMessage& message) const;
  bool is_settled(const kiosk::domain::ArrivalMessage& forgotten) const;
  void check_called(const std::vector<SimKiosk*>& kiosks, const HospitalView& view);
  std::map<std::string, std::string> refusals(SimKiosk& kiosk);

  Agenda& agenda_;
  Trace& trace_;
  emulators::Hospital& hospital_;
  const kiosk::domain::Zone zone_;
  std::map<std::string, CheckIn> check_ins_;  ///< by nonce
  std::map<std::string, Named> numbers_;      ///< by service day and number
  std::map<std::string, OfKiosk> kiosks_;     ///< by name
  std::map<std::string, int> originals_;      ///< papers by kiosk, visit key and number
  std::map<std::string, std::string> kept_;   ///< patient -> who replaced the record
  std::string shared_code_;
  std::vector<std::pair<Named, Named>> shared_numbers_;  ///< given by two machines with one code
  std::map<kiosk::RequestId, Expected> expected_;
  std::set<std::string> untold_;          ///< nonces that a withdrawn kiosk cannot tell (again)
  std::set<std::string> ever_confirmed_;  ///< appointments
  std::set<std::string> at_first_;        ///< nonces and arrived appointments of the start
  std::set<std::string> by_desk_;         ///< appointments
  std::set<std::string> told_;            ///< nonces that the hospital has seen
  bool restored_ = false;                 ///< the server was put back
  std::set<std::string> forgotten_;       ///< those that it had no longer when it was put back
  Breaches breaches_;
  std::optional<Violation> violation_;
};

}  // namespace simulation
