// What records do when no patient asks: counts, alerts, the disk, erasing, staff's lists.
#include <algorithm>

#include <fmt/format.h>

#include "kiosk/shell/arrivals_csv.h"
#include "kiosk/shell/records.h"
#include "kiosk/shell/trail.h"

namespace kiosk::shell {
namespace {

constexpr Seconds care_every{10};
constexpr Seconds erase_every{600};
/// Each proof is a write of 64 KiB; a commit that fails is a disproof at once.
constexpr Seconds prove_every{60};
/// A printer that is away for a moment (its cable moved, it starts) is nobody's business yet.
constexpr Seconds printer_patience{5};
/// After a start the machine's clock may be a little behind the last check-in, whose time was the
/// server's; its next answer puts that right.
constexpr Seconds clock_patience{30};

struct NoticeWords {
  journeys::StaffNotice kind;
  const char* code;
  const char* text;
};
constexpr std::array<NoticeWords, 8> notice_words{{
    {journeys::StaffNotice::printer, "printer", "the ticket printer needs staff"},
    {journeys::StaffNotice::refused, "refused",
     "the server refused an arrival: see the staff's list"},
    {journeys::StaffNotice::unacknowledged, "unacknowledged",
     "arrivals are not acknowledged by the server for more than 3 minutes: see the staff's list"},
    {journeys::StaffNotice::clock_untrusted, "clock_untrusted", "the clock is not trusted"},
    {journeys::StaffNotice::own_code_seen, "own_code_seen",
     "the server has numbers with this kiosk's code that its ledger never gave: another machine "
     "has the code, or the ledger is an old copy; it has stopped issuing until kiosk.code is "
     "changed or kiosk.minimum_incarnation raised"},
    {journeys::StaffNotice::ledger_replaced, "ledger_replaced",
     "a ledger failed its check and was set aside"},
    {journeys::StaffNotice::reader, "reader", "the ID-card reader is out of service"},
    {journeys::StaffNotice::revoked, "revoked",
     "the hospital has withdrawn this kiosk; patients' data on it are destroyed"},
}};

/// What staff are to know of the ledgers that were set aside; empty: nothing.
std::string words_of_asides(const store::Ledger& ledger) {
  std::string text = ledger.set_aside() ? "; a new one was begun" : "";
  std::int64_t taken = 0, left = 0;
  bool whole = true;
  for (const store::AsideLedger& aside : ledger.asides()) {
    taken += aside.taken;
    left += aside.left;
    whole = whole && aside.whole;
  }
  if (taken > 0) text += fmt::format("; {} of its arrivals will be told to the server", taken);
  if (left > 0) text += fmt::format("; {} of its arrivals are told by nobody", left);
  if (!whole) text += "; it cannot be read to its end and may hold more";
  if (left > 0 || !whole)
    text +=
        ": export them with kiosk list unacknowledged --export FILE --ledger FILE (its name: see "
        "ledger_left in the log)";
  return text;
}

ListedItem item_of(const domain::PrintJob& job) {
  ListedItem item;
  item.number = job.number;
  item.visit_key = job.check_in.visit_key;
  item.appointment_id = job.check_in.appointment_id;
  item.patient_id = job.check_in.patient_id;
  item.confirmed_at = job.check_in.confirmed.instant;
  item.name = domain::masked_name(job.check_in.person.name);
  item.reason = job.copy == domain::Copy::copy ? "copy" : "";
  return item;
}

}  // namespace

void Records::take(const PrinterChanged& changed) {
  printer_ = changed.health;
  spooler_.printer(changed.health);
  if (changed.health == journeys::PrinterHealth::ok) {
    printer_troubled_since_.reset();
    notice(journeys::StaffNotice::printer, false);
  } else if (!printer_troubled_since_) {
    printer_troubled_since_ = now_.instant;
    next_care_ = std::min(next_care_, now_.instant + printer_patience);
  }
}

void Records::take(const ReaderChanged& changed) {
  reader_ = changed.health;
  notice(journeys::StaffNotice::reader, changed.health == journeys::ReaderHealth::out_of_service);
}

void Records::notice(journeys::StaffNotice kind, bool on) {
  if (!on) {
    facts_.notices.erase(kind);
    return;
  }
  if (!facts_.notices.insert(kind).second) return;
  for (const NoticeWords& words : notice_words) {
    if (words.kind != kind) continue;
    std::string text = fmt::format("{}: {}", rules_.kiosk_code, words.text);
    if (kind == journeys::StaffNotice::printer) text += fmt::format(" ({})", text_of(printer_));
    if (kind == journeys::StaffNotice::ledger_replaced) text += words_of_asides(ledger_);
    to_engine_.push_back(sync::RaiseAlert{words.code, text});
    out_.alerts.push_back({kind, words.code, std::move(text)});
  }
}

void Records::take(const WithdrawalOrdered&) {
  if (withdrawn_) return;
  withdrawn_ = true;
  next_care_ = now_.instant;
}

/// Once begun it is not taken back: an error leaves it to the next time.
void Records::destroy_personal_data() {
  if (withdrawn_ && !ledger_.revoked()) {
    if (const auto destroyed = ledger_.destroy_personal_data(now_); !destroyed)
      note(destroyed.error());
  }
  facts_.revoked = ledger_.revoked();
  notice(journeys::StaffNotice::revoked, facts_.revoked);
}

/// A run brings today's and tomorrow's appointments: on the day after tomorrow they are stale.
void Records::judge_age() {
  if (!last_sync_ || now_.trust == ClockTrust::not_before) return;
  const domain::Day today = domain::day_of(rules_.zone, now_.instant);
  facts_.has_data =
      *last_sync_ >= domain::day_of(rules_.zone, domain::plus_days(today.date, -1)).start;
}

void Records::judge_notices() {
  const bool doubted = now_.trust == ClockTrust::not_before;
  if (!doubted) {
    clock_doubted_since_.reset();
  } else if (!clock_doubted_since_) {
    clock_doubted_since_ = now_.instant;
  }
  notice(journeys::StaffNotice::clock_untrusted,
         doubted && now_.instant >= *clock_doubted_since_ + clock_patience);
  notice(journeys::StaffNotice::ledger_replaced, !words_of_asides(ledger_).empty());
  if (printer_troubled_since_ && now_.instant >= *printer_troubled_since_ + printer_patience) {
    notice(journeys::StaffNotice::printer, true);
  }
  const auto status = ledger_.status(now_.instant);
  if (!status) {
    note(status.error());
    return;
  }
  notice(journeys::StaffNotice::refused, status->refused > 0);
  notice(journeys::StaffNotice::unacknowledged, status->unacknowledged > 0);
  if (status->own_code_elsewhere) {
    notice(journeys::StaffNotice::own_code_seen, true);
    facts_.may_issue = false;
  }
}

void Records::prove_ledger() {
  const bool was_ok = facts_.ledger == journeys::LedgerHealth::ok;
  if (was_ok && now_.instant < next_proof_ && next_proof_ - now_.instant <= prove_every) return;
  next_proof_ = now_.instant + prove_every;
  const auto proven = ledger_.prove_writable();
  if (!proven && was_ok) note(proven.error());
  facts_.ledger = proven ? journeys::LedgerHealth::ok : journeys::LedgerHealth::cannot_record;
}

void Records::look_after() {
  if (now_.instant < next_care_ && next_care_ - now_.instant <= care_every) return;
  next_care_ = now_.instant + care_every;
  prove_ledger();
  if (facts_.ledger == journeys::LedgerHealth::ok) ledger_.take_over_waiting();
  destroy_personal_data();
  judge_age();
  judge_notices();
  if (printer_troubled_since_ && !facts_.notices.contains(journeys::StaffNotice::printer)) {
    next_care_ = std::min(next_care_, *printer_troubled_since_ + printer_patience);
  }
  if (now_.trust != ClockTrust::server) return;  // which day it is is not sure
  if (now_.instant < next_erase_ && next_erase_ - now_.instant <= erase_every) return;
  next_erase_ = now_.instant + erase_every;
  const domain::Day today = domain::day_of(rules_.zone, now_.instant);
  const domain::Day tomorrow = domain::day_of(rules_.zone, domain::plus_days(today.date, 1));
  const auto days_ago = [&](int days) {
    return domain::day_of(rules_.zone, domain::plus_days(today.date, -days)).start;
  };
  const store::KeptDays kept{today.start, tomorrow.end, days_ago(settings_.acts_kept_days),
                             days_ago(audit_rows_kept_days)};
  if (auto erased = ledger_.erase_old(now_, kept); !erased) {
    note(erased.error());
  }
}

void Records::take(const StatusQuery& query) {
  Status status;
  status.version = KIOSK_VERSION;
  status.kiosk_code = rules_.kiosk_code;
  status.printer = text_of(printer_);
  status.server = text_of(facts_.server);
  status.server_trouble = server_trouble_;
  status.ledger = facts_.ledger == journeys::LedgerHealth::ok ? "ok" : "cannot_record";
  status.revoked = ledger_.revoked();
  status.clock_trust = text_of(now_.trust);
  status.last_sync = last_sync_;
  if (const auto counts = ledger_.status(now_.instant)) {
    status.outbox_pending = counts->outbox_pending;
    status.refused = counts->refused;
    status.unacknowledged = counts->unacknowledged;
    status.held = counts->jobs_held;
    status.printing_unknown = counts->jobs_unknown;
    status.appointments = counts->appointments;
    status.people = counts->people;
    status.check_ins = counts->check_ins;
    status.audit_last = counts->audit_last;
    status.audit_told = counts->audit_told;
    for (const store::AsideLedger& aside : ledger_.asides()) {
      if (!aside.settled()) ++status.aside_files;
      status.aside_left += aside.left;
    }
  } else {
    note(counts.error());
  }
  out_.statuses.emplace_back(query.request, std::move(status));
}

void Records::take(const ListQuery& query) {
  const bool printed = query.on_paper == OnPaper::yes;
  if (query.after == 0) {
    add_act(
        {printed ? domain::Act::list_printed : domain::Act::list_read, "", name_of(query.list)});
  }
  ListAnswer answer{query.request, query.on_paper, query.list, {}};
  const auto add = [&](const auto& rows) {
    if (!rows) {
      note(rows.error());
      return;
    }
    for (const auto& row : *rows) answer.items.push_back(item_of(row));
  };
  switch (query.list) {
    case StaffList::unacknowledged:
      add(ledger_.unacknowledged(now_.instant, query.after));
      break;
    case StaffList::refused:
      add(ledger_.refused_arrivals(query.after));
      break;
    case StaffList::held: {
      const auto jobs = ledger_.held_jobs();
      add(jobs);
      if (jobs && query.on_paper == OnPaper::yes) {
        for (const domain::PrintJob& job : *jobs) {
          spooler_.release(job.id, now_.instant);
          add_act({domain::Act::held_released, job.check_in.visit_key, "", {}, job.id});
        }
      }
      break;
    }
  }
  out_.lists.push_back(std::move(answer));
}

}  // namespace kiosk::shell
