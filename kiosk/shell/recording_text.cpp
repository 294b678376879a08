// The text form of a recording: "kiosk-recording 2 INSTANT TRUST", then a line an event: instant,
// trust, kind and the members in the order of their struct, apart by one space. Numbers are
// decimal, choices their place in the enum, texts hexadecimal after an x; persons and visits are
// the store's records in hexadecimal.
#include <algorithm>
#include <array>

#include "kiosk/shell/recording.h"
#include "kiosk/shell/recording_fields.h"

namespace kiosk::shell {
namespace {

using recording::Reader;
using recording::Writer;
using namespace journeys;

constexpr std::array<std::string_view, 13> kinds{
    "tick",  "tap",       "card_noticed", "card",  "card_unreadable", "code",      "found",
    "fresh", "committed", "queued",       "print", "surroundings",    "identifier"};
static_assert(std::variant_size_v<decltype(Event::what)> == kinds.size());

/// Longest list that is read: visits of a person, results of a commit.
constexpr std::size_t items_max = 1000;

constexpr std::string_view form = "kiosk-recording 2";

// Of any member; defined below those of each struct, which they need.
template <typename T>
void describe(auto& io, std::optional<T>& value);
template <typename T>
void describe(auto& io, std::vector<T>& values);
template <typename... T>
void describe(auto& io, std::variant<T...>& value);

void describe(auto& io, RequestId& id) {
  io.number(id.value);
}
void describe(auto& io, int& count) {
  io.number(count);
}
void describe(auto& io, domain::Date& date) {
  io.date(date);
}
void describe(auto& io, Now& now) {
  io.instant(now.instant);
  io.choice(now.trust, ClockTrust::not_before);
}
void describe(auto& io, Minutes& minutes) {
  auto count = minutes.count();
  io.number(count);
  minutes = Minutes(count);
}
void describe(auto& io, domain::WaitRange& range) {
  describe(io, range.from);
  describe(io, range.until);
}
void describe(auto& io, domain::Visit& visit) {
  io.visit(visit);  // all but what only the ledger of this kiosk knows
  if (visit.arrival) io.choice(visit.arrival->ticket, domain::TicketPaper::unknown);
}
void describe(auto& io, StaffNotice& notice) {
  io.choice(notice, StaffNotice::revoked);
}
void describe(auto& io, LookUpFailure& failure) {
  io.choice(failure, LookUpFailure::no_data);
}

void describe(auto& io, domain::PersonVisits& found) {
  io.person(found.person);
  describe(io, found.visits);
  io.choice(found.freshness, domain::Freshness::store);
}
void describe(auto&, Gone&) {}
void describe(auto&, Unavailable&) {}
void describe(auto&, CannotRecord&) {}
void describe(auto&, RecordingUnknown&) {}
void describe(auto& io, domain::Committed& committed) {
  for (auto* text : {&committed.visit_key, &committed.number, &committed.token}) io.text(*text);
  io.number(committed.print_job);
  io.instant(committed.confirmed_at);
}
void describe(auto& io, domain::AlreadyCheckedIn& already) {
  domain::Visit visit;  // the form in which the store writes an arrival
  visit.arrival = already.arrival;
  describe(io, visit);
  already.arrival = visit.arrival.value_or(domain::Arrival{});
}
void describe(auto& io, domain::ChangedMeanwhile& changed) {
  domain::Visit visit;
  visit.appointment = changed.appointment;
  describe(io, visit);
  changed.appointment = visit.appointment;
}

void describe(auto&, Tick&) {}
void describe(auto& io, Tapped& tap) {
  io.text(tap.action);
}
void describe(auto&, CardNoticed&) {}
void describe(auto& io, CardRead& card) {
  io.choice(card.kind, CardKind::foreign_permit);
  io.text(card.number);
  describe(io, card.valid_to);
}
void describe(auto& io, CardUnreadable& card) {
  io.choice(card.trouble, CardTrouble::wrong_reader);
}
void describe(auto& io, IdentifierRead& read) {
  io.text(read.identifier.system);
  io.text(read.identifier.value);
}
void describe(auto& io, CodeScanned& scanned) {
  io.text(scanned.text);
}
void describe(auto& io, LookUpAnswered& answer) {
  describe(io, answer.request);
  describe(io, answer.result);
}
void describe(auto& io, domain::Waiting& waiting) {
  describe(io, waiting.people_ahead);
  describe(io, waiting.range);
}
void describe(auto& io, FreshAnswered& answer) {
  describe(io, answer.request);
  describe(io, answer.result);
  describe(io, answer.waiting);
}
void describe(auto& io, CommitAnswered& answer) {
  describe(io, answer.request);
  describe(io, answer.results);
}
void describe(auto& io, TicketQueued& queued) {
  describe(io, queued.request);
  io.number(queued.job);
}
void describe(auto& io, PrintReported& report) {
  io.number(report.job);
  io.choice(report.state, domain::PrintState::held);
}
void describe(auto& io, SurroundingsChanged& changed) {
  Surroundings& around = changed.around;
  io.choice(around.reader, ReaderHealth::out_of_service);
  io.choice(around.scanner, ScannerHealth::missing);
  io.choice(around.printer, PrinterHealth::missing);
  io.choice(around.server, ServerHealth::offline);
  io.choice(around.ledger, LedgerHealth::cannot_record);
  io.flag(around.has_data);
  io.flag(around.may_issue);
  io.flag(around.revoked);
  std::vector<StaffNotice> notices(around.notices.begin(), around.notices.end());
  describe(io, notices);
  around.notices = {notices.begin(), notices.end()};
}

template <typename T>
void describe(auto& io, std::optional<T>& value) {
  bool present = value.has_value();
  io.flag(present);
  if (!present) return;
  if (!value) value.emplace();
  describe(io, *value);
}
template <typename T>
void describe(auto& io, std::vector<T>& values) {
  std::size_t size = values.size();
  io.size(size, items_max);
  values.resize(size);
  for (std::size_t i = 0; i < size && io.good(); ++i) describe(io, values[i]);
}
/// Makes it the alternative of that place, with its members not yet set.
template <typename... T>
void choose(std::variant<T...>& value, std::size_t which) {
  std::size_t i = 0;
  ((which == i++ ? void(value = T{}) : void()), ...);
}

template <typename... T>
void describe(auto& io, std::variant<T...>& value) {
  std::size_t which = value.index();
  io.size(which, sizeof...(T) - 1);
  if (which != value.index()) choose(value, which);
  std::visit([&](auto& one) { describe(io, one); }, value);
}

bool read_event(std::string_view line, Event& event) {
  Reader reader(line);
  describe(reader, event.now);
  const auto kind = std::find(kinds.begin(), kinds.end(), reader.field());
  if (kind == kinds.end()) return false;
  choose(event.what, std::size_t(kind - kinds.begin()));
  std::visit([&](auto& what) { describe(reader, what); }, event.what);
  return reader.complete();
}

bool read_start(std::string_view line, Now& start) {
  if (!line.starts_with(form) || line.size() <= form.size()) return false;
  Reader reader(line.substr(form.size() + 1));
  describe(reader, start);
  return reader.complete();
}

}  // namespace

std::string first_line(const Now& start) {
  Writer writer;
  writer.field(form);
  Now now = start;
  describe(writer, now);
  return writer.line + "\n";
}

std::string line_of(Event event) {
  Writer writer;
  describe(writer, event.now);
  writer.field(kinds[event.what.index()]);
  std::visit([&](auto& what) { describe(writer, what); }, event.what);
  return writer.line + "\n";
}

Result<Recording> read_recording(std::string_view text) {
  if (text.size() > recording_bytes_max) {
    return fail("recording", "too_long", "the recording is too long");
  }
  Recording recording;
  std::size_t number = 0;
  while (true) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    ++number;
    const bool good = number == 1 ? read_start(line, recording.start)
                                  : read_event(line, recording.events.emplace_back());
    if (!good) {
      return fail("recording", "bad_line",
                  "line " + std::to_string(number) + " of the recording cannot be read");
    }
  }
  if (number == 0) return fail("recording", "bad_line", "the recording has no first line");
  return recording;
}

}  // namespace kiosk::shell
