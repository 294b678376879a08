// The audit trail: acts that the records know of, and reading it; synchronisation at somebody's
// word.
#include <algorithm>

#include "kiosk/shell/records.h"

namespace kiosk::shell {
namespace {

/// How long an act may wait for a commit to ride with, and after the disk took none.
constexpr Milliseconds acts_wait{1'000};
constexpr Milliseconds acts_pause{10'000};

}  // namespace

void Records::take(const ActsNoted& noted) {
  for (const domain::AuditNote& note : noted.notes) ledger_.note(noted.now, note);
}

void Records::add_act(domain::AuditNote note) {
  ledger_.note(now_, std::move(note));
}

void Records::write_acts() {
  if (!ledger_.has_notes()) {
    acts_due_.reset();
  } else if (!acts_due_) {
    acts_due_ = now_.instant + acts_wait;
  } else if (now_.instant >= *acts_due_ || *acts_due_ - now_.instant > acts_pause) {
    acts_due_.reset();
    if (auto written = ledger_.write_notes(); !written) {
      note(written.error());
      acts_due_ = now_.instant + acts_pause;
    }
  }
}

void Records::take(const AuditQuery& query) {
  if (!query.purpose.empty()) {
    const auto end = query.purpose.find(' ');
    const std::string which = end == std::string::npos ? "" : query.purpose.substr(end + 1);
    add_act({domain::Act::audit_read, "", query.purpose.substr(0, end), {}, 0, which});
  }
  if (auto written = ledger_.write_notes(); !written) note(written.error());
  out_.audits.push_back({query.request, ledger_.audit_page(query.after)});
}

void Records::take(const SyncQuery& query) {
  auto before = ledger_.status(now_.instant);
  if (!before) note(before.error());
  syncs_.push_back({query.request, now_.instant, now_.instant + query.limit, runs_whole_,
                    runs_failed_, before.value_or(store::LedgerStatus())});
  sync_trouble_.clear();
  to_engine_.push_back(sync::SyncNow{});
}

/// A run that ended after the question, with nothing being sent any more, is the answer.
void Records::answer_syncs(const sync::Output& output) {
  runs_whole_ = output.runs_whole;
  runs_failed_ = output.runs_failed;
  if (syncs_.empty()) return;
  // A kiosk that was withdrawn reads nothing: what it had to send decides.
  const auto next = ledger_.revoked() ? ledger_.next_due() : Instant();
  const bool told = next && !*next;
  std::erase_if(syncs_, [&](const PendingSync& pending) {
    const bool read = told || runs_whole_ > pending.runs_whole;
    const bool failed = runs_failed_ > pending.runs_failed;
    const bool ended = (read || failed) && !output.sending;
    if (!ended && now_.instant < pending.until) return false;
    SyncReport report;
    const auto counts = ledger_.status(now_.instant);
    if (counts) {
      report.refused = counts->refused;
      report.left = counts->outbox_pending;
      report.sent = std::max<std::int64_t>(
          0, pending.before.outbox_pending + pending.before.refused - report.left - report.refused);
      report.appointments = counts->appointments;
      report.people = counts->people;
    }
    report.took = now_.instant - pending.since;
    report.trouble = sync_trouble_.empty() ? server_trouble_ : sync_trouble_;
    const bool there = output.last_answer > pending.since;
    if (read && counts && report.left == 0) report.end = SyncReport::End::complete;
    if (!read && !there) report.end = SyncReport::End::unreachable;
    out_.syncs.emplace_back(pending.request, std::move(report));
    return true;
  });
}

}  // namespace kiosk::shell
