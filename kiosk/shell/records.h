#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kiosk/journeys/availability.h"
#include "kiosk/journeys/effect.h"
#include "kiosk/shell/device_report.h"
#include "kiosk/shell/spooler.h"
#include "kiosk/shell/status.h"
#include "kiosk/store/ledger.h"
#include "kiosk/sync/engine.h"

namespace kiosk::shell {

struct PrinterChanged {
  journeys::PrinterHealth health = journeys::PrinterHealth::missing;
};
struct ReaderChanged {
  journeys::ReaderHealth health = journeys::ReaderHealth::missing;
};
/// How a ticket that was given to the printer ended.
struct JobEnded {
  std::int64_t job = 0;
  domain::PrintState state = domain::PrintState::unknown;
};
struct StatusQuery {
  RequestId request;
};
enum class OnPaper { no, yes };
/// A staff's list; `on_paper`: held tickets are printed, the other lists come out as a list. A long
/// list of arrivals is read in pieces, each from the outbox row after `after`.
struct ListQuery {
  RequestId request;
  StaffList list = StaffList::unacknowledged;
  OnPaper on_paper = OnPaper::no;
  std::int64_t after = 0;
};
/// A signed order to withdraw this kiosk was brought, and found good.
struct WithdrawalOrdered {};
/// What patients did and saw at one instant.
struct ActsNoted {
  Now now;
  std::vector<domain::AuditNote> notes;
};
/// A piece of the audit trail, from the row after `after`. Who begins to read says what for; that
/// itself is an act.
struct AuditQuery {
  RequestId request;
  std::int64_t after = 0;
  std::string purpose = {};
};
/// Send what waits and read what changed, now; answered when that is done or the limit is over.
struct SyncQuery {
  RequestId request;
  Milliseconds limit{60'000};
};
using RecordsInput =
    std::variant<journeys::LookUp, journeys::ReadFresh, journeys::Commit, journeys::PrintAgain,
                 journeys::ResolvePrint, journeys::AllowPrinting, sync::HttpResult, PrinterChanged,
                 ReaderChanged, JobEnded, StatusQuery, ListQuery, ActsNoted, AuditQuery, SyncQuery,
                 WithdrawalOrdered>;

/// What records alone know of the surroundings.
struct RecordsFacts {
  journeys::ServerHealth server = journeys::ServerHealth::unknown;
  journeys::LedgerHealth ledger = journeys::LedgerHealth::ok;
  bool has_data = false;
  bool may_issue = true;
  bool revoked = false;
  std::set<journeys::StaffNotice> notices;
  bool operator==(const RecordsFacts&) const = default;
};

struct Alert {
  std::optional<journeys::StaffNotice> kind;  ///< none: it does not stand on the strip
  std::string code;  ///< "printer", "refused", ...: for the Task and the webhook
  std::string text;  ///< without patient data
};

using RecordsEvent =
    std::variant<journeys::LookUpAnswered, journeys::FreshAnswered, journeys::CommitAnswered,
                 journeys::TicketQueued, journeys::PrintReported>;
struct ListAnswer {
  RequestId request;
  OnPaper on_paper = OnPaper::no;
  StaffList list = StaffList::unacknowledged;
  std::vector<ListedItem> items;
};

struct AuditAnswer {
  RequestId request;
  Result<store::AuditPage> page;
};

struct RecordsOutput {
  std::vector<RecordsEvent> events;
  std::vector<sync::HttpRequest> requests;
  std::vector<domain::PrintJob> print;
  std::vector<Alert> alerts;
  std::vector<std::pair<RequestId, Status>> statuses;
  std::vector<ListAnswer> lists;
  std::vector<AuditAnswer> audits;
  std::vector<std::pair<RequestId, SyncReport>> syncs;
  std::optional<sync::ClockCorrection> clock;
  RecordsFacts facts;
  std::vector<Error> errors;
  Instant wake;
};

/// 128 random bits as 32 hexadecimal digits; the shell gives the system's, the simulation its own.
using RandomHex = std::function<std::string()>;

/// How long the audit trail tells what happened, for disputes; of whom it tells goes with the day.
struct RecordsSettings {
  int acts_kept_days = 14;
};

/// All that is written down: owns what the ledger, the sync engine and the spooler do with one
/// another. Steppable, on the store's thread; a step waits for nothing but the disk.
class Records {
 public:
  Records(const journeys::Rules& rules, store::Ledger& ledger, sync::Engine& engine,
          RandomHex random, RecordsSettings settings = {});

  RecordsOutput step(const Now& now, std::vector<RecordsInput> inputs);

 private:
  struct PendingLookUp {
    journeys::LookUpKey key;
    std::vector<domain::PersonVisits> from_store;
    bool decisive = false;  ///< the store's answer leads on by itself
    Instant until;
  };
  using Found = std::vector<domain::PersonVisits>;
  struct PendingSync {
    RequestId request;
    Instant since;
    Instant until;
    int runs_whole = 0;  ///< of the engine, then
    int runs_failed = 0;
    store::LedgerStatus before;
  };

  void take(const journeys::LookUp& look_up);
  void take(const journeys::ReadFresh& read);
  void take(const journeys::Commit& commit);
  void take(const journeys::PrintAgain& again);
  void take(const journeys::ResolvePrint& resolve);
  void take(const journeys::AllowPrinting& allow);
  void take(const sync::HttpResult& result);
  void take(const PrinterChanged& changed);
  void take(const ReaderChanged& changed);
  void take(const JobEnded& ended);
  void take(const StatusQuery& query);
  void take(const ListQuery& query);
  void take(const ActsNoted& noted);
  void take(const AuditQuery& query);
  void take(const SyncQuery& query);
  void take(const WithdrawalOrdered& ordered);

  Found from_store(const journeys::LookUpKey& key);
  domain::Visit merged(domain::Visit visit);
  void with_paper(domain::Visit& visit);
  void answer_from_store(RequestId request, const PendingLookUp& pending);
  void take_answer(const sync::LookUpAnswer& answer);
  void take_answer(const sync::FreshAnswer& answer);
  journeys::Way way(journeys::Action action) const;
  journeys::CommitResult commit_one(const journeys::Commit& commit, std::size_t index);
  void follow_clock(Milliseconds change);
  void step_engine();
  void step_spooler();
  void look_after();
  void prove_ledger();
  void write_acts();
  void add_act(domain::AuditNote note);
  void answer_syncs(const sync::Output& output);
  void judge_notices();
  void destroy_personal_data();
  void notice(journeys::StaffNotice kind, bool on);
  void judge_age();
  void note(const Error& error);

  const journeys::Rules& rules_;
  store::Ledger& ledger_;
  sync::Engine& engine_;
  RandomHex random_;
  RecordsSettings settings_;
  Spooler spooler_;
  std::map<RequestId, PendingLookUp> look_ups_;
  std::vector<sync::Input> to_engine_;
  RecordsFacts facts_;
  journeys::PrinterHealth printer_ = journeys::PrinterHealth::missing;
  journeys::ReaderHealth reader_ = journeys::ReaderHealth::ok;
  bool withdrawn_ = false;  ///< by the hospital; what follows is repeated until it is done
  std::optional<Instant> printer_troubled_since_;
  std::optional<Instant> clock_doubted_since_;
  std::optional<Instant> last_sync_;
  std::vector<PendingSync> syncs_;
  int runs_whole_ = 0;
  int runs_failed_ = 0;
  std::string server_trouble_;       ///< why the last exchange failed
  std::string sync_trouble_;         ///< the engine's last error
  std::optional<Instant> acts_due_;  ///< what waits to be written down need wait no longer
  std::optional<Instant> engine_wake_;
  std::optional<Milliseconds> correction_;  ///< that the clock makes before the next step
  Instant next_care_;                       ///< counts, disk and erasing are looked at again
  Instant next_proof_;
  Instant next_erase_;
  Now now_;
  RecordsOutput out_;
};

}  // namespace kiosk::shell
