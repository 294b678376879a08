#include "kiosk/shell/trail.h"

#include <algorithm>

#include <fmt/format.h>

namespace kiosk::shell {
namespace {

using domain::Act;
using domain::AuditNote;

struct Words {
  const char* who;
  const char* what;
};

Words words_for(Act act) {
  switch (act) {
    case Act::started:
      return {"kiosk", "started"};
    case Act::server_state:
      return {"kiosk", "the server is"};
    case Act::clock_corrected:
      return {"kiosk", "put its clock right by"};
    case Act::revoked:
      return {"kiosk", "was revoked, personal data destroyed"};
    case Act::key_rotated:
      return {"kiosk", "has a new key"};
    case Act::erased:
      return {"kiosk", "erased:"};
    case Act::taken_over:
      return {"kiosk", "took over from a ledger that was set aside"};
    case Act::acts_lost:
      return {"kiosk", "lost:"};
    case Act::card_noticed:
      return {"patient", "laid a card"};
    case Act::card_read:
      return {"patient", "the card was read"};
    case Act::card_unreadable:
      return {"patient", "the card could not be read"};
    case Act::code_read:
      return {"patient", "showed a code"};
    case Act::shown:
      return {"patient", "saw"};
    case Act::pressed:
      return {"patient", "pressed"};
    case Act::left:
      return {"patient", "left:"};
    case Act::check_in:
      return {"patient", "confirmed, recorded as"};
    case Act::copy:
      return {"patient", "is given a copy of"};
    case Act::paper_came:
      return {"patient", "said that the ticket came out"};
    case Act::paper_missing:
      return {"patient", "said that no ticket came out"};
    case Act::ticket_queued:
      return {"printer", "the ticket waits to be printed"};
    case Act::ticket_sent:
      return {"printer", "the ticket is being sent"};
    case Act::ticket_printed:
      return {"printer", "confirmed the ticket"};
    case Act::ticket_failed:
      return {"printer", "the ticket was not printed"};
    case Act::ticket_unknown:
      return {"printer", "it is not known whether the ticket came out"};
    case Act::ticket_held:
      return {"printer", "the ticket is held until its patient comes back"};
    case Act::list_read:
      return {"staff", "read the list"};
    case Act::list_printed:
      return {"staff", "printed the list"};
    case Act::held_released:
      return {"staff", "had the held ticket printed"};
    case Act::audit_read:
      return {"staff", "read the audit trail:"};
    case Act::order_refused:
      return {"staff", "brought an order that was refused:"};
    case Act::sent:
      return {"server", "the arrival is being sent,"};
    case Act::answer_lost:
      return {"server", "no answer came: it may have the arrival or not"};
    case Act::acknowledged:
      return {"server", "acknowledged the arrival"};
    case Act::refused:
      return {"server", "refused the arrival:"};
  }
  return {"", ""};
}

/// A screen that showed this number, as kiosk/shell/patient_acts.cpp writes it: after a colon
/// follow the server's names.
bool shows_number(const AuditNote& note, const std::string& number) {
  const std::string text = note.detail.substr(0, note.detail.find(':')) + ",";
  return note.act == Act::shown && text.find(", number " + number + ",") != std::string::npos;
}

bool is_of(const domain::Day& day, const TrailRow& row) {
  return row.now.instant >= day.start && row.now.instant < day.end;
}

bool gives_number(const AuditNote& note) {
  return note.act == Act::check_in || note.act == Act::copy || note.act == Act::taken_over;
}

std::string local_text(const domain::Zone& zone, Instant instant) {
  const domain::LocalTime local = domain::local_time(zone, instant);
  const auto in_minute = to_ms(instant) - to_ms(std::chrono::floor<Minutes>(instant));
  return fmt::format("{} {}:{:02}.{:03}", domain::iso(local.date), domain::clock(local.time),
                     in_minute / 1000, in_minute % 1000);
}

}  // namespace

Instant shown_instant(Instant instant) {
  return std::clamp(instant, Instant(), from_ms(253'402'300'799'999));
}

TrailPage trail_page(const store::AuditPage& page) {
  TrailPage made{{}, page.faults, page.at_end, page.incarnation};
  for (const store::AuditRow& row : page.rows) {
    made.rows.push_back({row.seq, row.now, row.note, to_hex(row.commitment),
                         to_hex(row.previous_hash), to_hex(row.row_hash)});
  }
  return made;
}

std::optional<VisitTrace> visit_of(const std::vector<TrailRow>& rows, const TicketAsked& asked,
                                   const domain::Zone& zone) {
  const auto names = [&](const AuditNote& note) {
    return (gives_number(note) && note.detail == asked.ticket) || note.visit_key == asked.ticket;
  };
  const auto found = std::find_if(rows.rbegin(), rows.rend(), [&](const TrailRow& row) {
    return row.note && (!asked.day || is_of(*asked.day, row)) && names(*row.note);
  });
  if (asked.ticket.empty() || found == rows.rend()) return std::nullopt;
  VisitTrace visit{found->note->visit_key, {}, {}};
  const std::string number = gives_number(*found->note) ? found->note->detail : "";
  // The series begins anew each day.
  const domain::Day day = domain::day_of(zone, found->now.instant);
  for (const TrailRow& row : rows) {
    if (!row.note) continue;
    const AuditNote& note = *row.note;
    // The key is surer, as long as the row has one.
    const bool own = note.visit_key.empty() ? is_of(day, row) && !number.empty() &&
                                                  ((gives_number(note) && note.detail == number) ||
                                                   shows_number(note, number))
                                            : note.visit_key == visit.visit_key;
    if (!own) continue;
    if (gives_number(note)) visit.tickets.insert(row.seq);
    if (note.stay) visit.stays.insert(*note.stay);
  }
  return visit;
}

std::vector<TrailRow> story_of(const std::vector<TrailRow>& rows, const VisitTrace& visit) {
  const auto is_own = [&](const TrailRow& row) {
    const AuditNote& note = *row.note;
    if (!note.visit_key.empty()) return note.visit_key == visit.visit_key;
    return (note.stay && visit.stays.contains(*note.stay)) || visit.tickets.contains(row.seq) ||
           visit.tickets.contains(note.job);
  };
  std::optional<Instant> first;
  Instant last;
  for (const TrailRow& row : rows) {
    if (!row.note || !is_own(row)) continue;
    first = std::min(first.value_or(row.now.instant), row.now.instant);
    last = std::max(last, row.now.instant);
  }
  std::vector<TrailRow> story;
  for (const TrailRow& row : rows) {
    if (!row.note || !first) continue;
    const bool began =
        row.note->act == Act::started && row.now.instant >= *first && row.now.instant <= last;
    if (is_own(row) || began) story.push_back(row);
  }
  std::stable_sort(story.begin(), story.end(), [](const TrailRow& a, const TrailRow& b) {
    return a.now.instant < b.now.instant;
  });
  return story;
}

std::string story_text(const std::vector<TrailRow>& story, const domain::Zone& zone) {
  std::string text;
  for (const TrailRow& row : story) {
    const Words words = words_for(row.note->act);
    std::string detail = row.note->detail;
    const std::string& more = row.note->words;
    if (row.note->act != Act::check_in && row.note->act != Act::taken_over && !more.empty())
      detail += (detail.empty() ? "" : " ") + more;
    text += fmt::format("{}  {:<10}  {:<7}  {}{}{}\n",
                        local_text(zone, shown_instant(row.now.instant)), text_of(row.now.trust),
                        words.who, words.what, detail.empty() ? "" : " ", detail);
  }
  return text;
}

}  // namespace kiosk::shell
