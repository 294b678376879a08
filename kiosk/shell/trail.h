#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"
#include "kiosk/domain/civil_time.h"
#include "kiosk/shell/status.h"
#include "kiosk/store/audit.h"

// The audit trail as it leaves the program: lines for auditors, and one visit's story for disputes.
namespace kiosk::shell {

/// How long rows are kept for auditors, whatever they still tell.
inline constexpr int audit_rows_kept_days = 60;

/// A row of the trail; hashes in hexadecimal. Without a note when what it told was erased; of whom
/// it told is erased first.
struct TrailRow {
  std::int64_t seq = 0;
  Now now;
  std::optional<domain::AuditNote> note;
  std::string commitment;
  std::string previous_hash;
  std::string hash;

  bool operator==(const TrailRow&) const = default;
};

struct TrailPage {
  std::vector<TrailRow> rows;
  std::vector<store::AuditFault> faults;
  bool at_end = false;
  int incarnation = 1;  ///< of the ledger

  bool operator==(const TrailPage&) const = default;
};

TrailPage trail_page(const store::AuditPage& page);

/// An instant as it can be shown: of the years 1970 to 9999, whatever somebody wrote into a row.
Instant shown_instant(Instant instant);

/// A page as the control socket's reply, and read again. Errors of the latter: control/refused,
/// control/bad_reply.
std::string trail_reply(const TrailPage& page);
Result<TrailPage> parse_trail(std::string_view line);
/// One row as a JSON object without line end, for `kiosk audit export`.
std::string trail_line(const TrailRow& row);

/// A synchronisation's end as the control socket's reply, and read again.
std::string sync_reply(const SyncReport& report);
Result<SyncReport> parse_sync(std::string_view line);

/// Which visit is meant: its key, or the number of a ticket, of that day or else the newest one.
struct TicketAsked {
  std::string ticket;
  std::optional<domain::Day> day;
};
/// By what a visit's rows are known: its key, until that is erased; its tickets and the times at
/// which somebody had it on the screen, as long as rows tell anything.
struct VisitTrace {
  std::string visit_key;
  std::set<std::int64_t> tickets;  ///< numbers of the rows that began them
  std::set<Instant> stays;

  bool operator==(const VisitTrace&) const = default;
};
std::optional<VisitTrace> visit_of(const std::vector<TrailRow>& rows, const TicketAsked& asked,
                                   const domain::Zone& zone);

/// What the trail tells of one visit, in the order of time: the acts of whoever had it on the
/// screen, its tickets, what the server said of it, and the kiosk's starts in between.
std::vector<TrailRow> story_of(const std::vector<TrailRow>& rows, const VisitTrace& visit);

/// A story as a table: local time, trust of the clock, who, what.
std::string story_text(const std::vector<TrailRow>& story, const domain::Zone& zone);

}  // namespace kiosk::shell
