#include "kiosk/shell/trail.h"

#include <algorithm>
#include <set>

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

/// "K1-001, version 3" -> "K1-001"
std::string number_in(const AuditNote& note) {
  return note.detail.substr(0, note.detail.find(','));
}

bool gives_number(const AuditNote& note) {
  return note.act == Act::check_in || note.act == Act::copy;
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

std::optional<std::string> visit_key_of(const std::vector<TrailRow>& rows,
                                        const TicketAsked& asked) {
  for (auto row = rows.rbegin(); row != rows.rend() && !asked.ticket.empty(); ++row) {
    if (!row->note) continue;
    const Instant at = row->now.instant;
    if (asked.day && (at < asked.day->start || at >= asked.day->end)) continue;
    const bool numbered = gives_number(*row->note) && number_in(*row->note) == asked.ticket;
    if (numbered || row->note->visit_key == asked.ticket) return row->note->visit_key;
  }
  return std::nullopt;
}

std::vector<TrailRow> story_of(const std::vector<TrailRow>& rows, const std::string& visit_key) {
  std::set<Instant> stays;
  std::set<std::int64_t> jobs;  // a job has the number of the row that began it
  std::optional<Instant> first;
  Instant last;
  for (const TrailRow& row : rows) {
    if (!row.note || row.note->visit_key != visit_key) continue;
    if (row.note->stay) stays.insert(*row.note->stay);
    if (gives_number(*row.note)) jobs.insert(row.seq);
    first = std::min(first.value_or(row.now.instant), row.now.instant);
    last = std::max(last, row.now.instant);
  }
  std::vector<TrailRow> story;
  for (const TrailRow& row : rows) {
    if (!row.note || !first) continue;
    const AuditNote& note = *row.note;
    const bool of_others = !note.visit_key.empty() && note.visit_key != visit_key;
    const bool began =
        note.act == Act::started && row.now.instant >= *first && row.now.instant <= last;
    const bool own = note.visit_key == visit_key || (note.stay && stays.contains(*note.stay)) ||
                     jobs.contains(note.job);
    if (!of_others && (own || began)) story.push_back(row);
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
    const std::string& detail =
        row.note->act == Act::check_in ? number_in(*row.note) : row.note->detail;
    text += fmt::format("{}  {:<10}  {:<7}  {}{}{}\n",
                        local_text(zone, shown_instant(row.now.instant)), text_of(row.now.trust),
                        words.who, words.what, detail.empty() ? "" : " ", detail);
  }
  return text;
}

}  // namespace kiosk::shell
