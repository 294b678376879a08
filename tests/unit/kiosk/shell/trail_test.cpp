#include "kiosk/shell/trail.h"

#include <doctest/doctest.h>

using namespace kiosk;
using namespace kiosk::shell;
using domain::Act;

namespace {

const Instant morning = from_ms(1795398060000);  // 2026-11-23 09:41 in Shanghai
const domain::Zone shanghai{{Instant{}, Minutes(480)}};

/// Rows of two people and their tickets, in the order in which they were written.
class Trail {
 public:
  void add(Milliseconds after, domain::AuditNote note, ClockTrust trust = ClockTrust::server) {
    TrailRow row;
    row.seq = static_cast<std::int64_t>(rows.size()) + 1;
    row.now = {morning + after, trust};
    row.note = std::move(note);
    row.commitment = "c0";
    row.previous_hash = rows.empty() ? "" : rows.back().hash;
    row.hash = "f" + std::to_string(row.seq);
    rows.push_back(std::move(row));
  }
  std::vector<TrailRow> rows;
};

Trail sample() {
  const Instant stay = morning;
  Trail trail;
  trail.add({}, {Act::started, "", "K1, incarnation 1"});
  trail.add(Seconds(10), {Act::code_read, "", "", stay});
  trail.add(Seconds(11), {Act::shown, "a1", "confirm in en", stay});
  trail.add(Seconds(14), {Act::check_in, "a1", "K1-001", {}, 0, "version 1, nonce 77"});  // row 4
  trail.add(Seconds(16), {Act::ticket_sent, "a1", "", {}, 4});
  trail.add(Seconds(13), {Act::pressed, "", "confirm", stay});
  trail.add(Seconds(20), {Act::ticket_unknown, "a1", "", {}, 4});
  trail.add(Seconds(21), {Act::shown, "b9", "confirm in en", stay + Seconds(20)});
  trail.add(Seconds(22), {Act::pressed, "", "not_me", stay + Seconds(20)});
  trail.add(Seconds(30), {Act::started, "", "K1, incarnation 1"}, ClockTrust::not_before);
  trail.add(Seconds(40), {Act::acknowledged, "a1", "", {}, 4, "Encounter/e1"});
  trail.add(Seconds(50), {Act::started, "", "K1, incarnation 1"});
  return trail;
}

std::vector<TrailRow> told_of(const std::string& ticket) {
  const Trail trail = sample();
  return story_of(trail.rows, *visit_of(trail.rows, {ticket, {}}, shanghai));
}

std::vector<std::int64_t> numbers(const std::vector<TrailRow>& rows) {
  std::vector<std::int64_t> found;
  for (const TrailRow& row : rows) found.push_back(row.seq);
  return found;
}

}  // namespace

TEST_CASE("trail: a visit's story holds what its person did, its ticket and the server's word") {
  const auto story = told_of("a1");
  CHECK(numbers(story) == std::vector<std::int64_t>{2, 3, 6, 4, 5, 7, 10, 11});
  CHECK(
      story_text(story, shanghai) ==
      "2026-11-23 09:41:10.000  server      patient  showed a code\n"
      "2026-11-23 09:41:11.000  server      patient  saw confirm in en\n"
      "2026-11-23 09:41:13.000  server      patient  pressed confirm\n"
      "2026-11-23 09:41:14.000  server      patient  confirmed, recorded as K1-001\n"
      "2026-11-23 09:41:16.000  server      printer  the ticket is being sent\n"
      "2026-11-23 09:41:20.000  server      printer  it is not known whether the ticket came out\n"
      "2026-11-23 09:41:30.000  not_before  kiosk    started K1, incarnation 1\n"
      "2026-11-23 09:41:40.000  server      server   acknowledged the arrival Encounter/e1\n");
}

TEST_CASE("trail: what another person did or saw is not in the story") {
  for (const TrailRow& row : told_of("a1")) {
    CHECK(row.note->visit_key != "b9");
    CHECK(row.note->detail != "not_me");
  }
  CHECK(numbers(told_of("b9")) == std::vector<std::int64_t>{8, 9});
}

TEST_CASE("trail: a place whose name looks like a number leads to no other ticket") {
  Trail trail = sample();
  trail.add(Seconds(15), {Act::shown, "", "confirm in en: 2026-11-23 10:20, Room, number K1-001",
                          morning + Seconds(20)});
  const auto visit = visit_of(trail.rows, {"K1-001", {}}, shanghai);
  CHECK(visit->stays == std::set<Instant>{morning});
}

TEST_CASE("trail: a visit is found by its key and by a ticket's number, of a day too") {
  Trail trail = sample();
  trail.add(Minutes(24 * 60), {Act::check_in, "c3", "K1-001", {}, 0, "version 1, nonce 78"});
  CHECK(visit_of(trail.rows, {"a1", {}}, shanghai)->visit_key == "a1");
  CHECK(visit_of(trail.rows, {"K1-001", {}}, shanghai)->visit_key == "c3");
  CHECK(visit_of(trail.rows, {"K1-001", domain::day_of(shanghai, morning)}, shanghai)->visit_key ==
        "a1");
  CHECK_FALSE(visit_of(trail.rows, {"K1-00", {}}, shanghai).has_value());
  CHECK_FALSE(visit_of(trail.rows, {"", {}}, shanghai).has_value());
}

TEST_CASE("trail: the day after, a ticket's number leads to the same story, without whose it was") {
  Trail trail = sample();
  trail.add(Seconds(15), {Act::shown, "a1", "done in en, number K1-001, ticket printed", morning});
  trail.add(Seconds(45), {Act::refused, "a1", "HTTP 422", {}, 4, "no such schedule"});
  const auto whole = story_of(trail.rows, *visit_of(trail.rows, {"K1-001", {}}, shanghai));
  trail.add(Minutes(24 * 60), {Act::check_in, "c3", "K1-001"});
  trail.add(Minutes(24 * 60 + 1), {Act::shown, "c3", "done in en, number K1-001, x", morning});
  for (TrailRow& row : trail.rows) {
    if (row.now.instant >= morning + Minutes(24 * 60)) continue;
    row.note->visit_key.clear();
    row.note->words.clear();
  }
  const auto asked = TicketAsked{"K1-001", domain::day_of(shanghai, morning)};
  const auto visit = visit_of(trail.rows, asked, shanghai);
  REQUIRE(visit.has_value());
  CHECK(visit->visit_key.empty());
  const auto left = story_of(trail.rows, *visit);
  CHECK(numbers(left) == numbers(whole));
  const std::string text = story_text(left, shanghai);
  CHECK(text.find("refused the arrival: HTTP 422\n") != std::string::npos);
  CHECK(text.find("acknowledged the arrival\n") != std::string::npos);
  CHECK_FALSE(visit_of(trail.rows, {"a1", {}}, shanghai).has_value());
}

TEST_CASE("trail: a number of last night and of this morning, whose it was gone, is of two days") {
  Trail trail;
  trail.add(Minutes(11 * 60), {Act::check_in, "", "K1-001"});
  trail.add(Minutes(11 * 60), {Act::ticket_sent, "", "", {}, 1});
  trail.add(Minutes(22 * 60), {Act::check_in, "", "K1-001"});
  trail.add(Minutes(22 * 60), {Act::ticket_sent, "", "", {}, 3});
  const auto today = visit_of(trail.rows, {"K1-001", {}}, shanghai);
  REQUIRE(today);
  CHECK(numbers(story_of(trail.rows, *today)) == std::vector<std::int64_t>{3, 4});
}

TEST_CASE("trail: a page passes the control socket whole") {
  TrailPage page{sample().rows, {{3, "was changed"}}, true};
  page.rows[1].note.reset();
  CHECK(parse_trail(trail_reply(page)).value() == page);
  CHECK(parse_trail("{\"ok\":true}").error().code == "bad_reply");
  CHECK(parse_trail("{\"ok\":true,\"rows\":[],\"faults\":[]}").error().code == "bad_reply");
  CHECK(parse_trail("{\"ok\":false,\"what\":\"no\"}").error().code == "refused");
}

TEST_CASE("trail: a line for auditors says what was erased, and survives a mad clock") {
  TrailRow row;
  row.seq = 9;
  row.now = {Instant::max(), ClockTrust::rtc};
  row.hash = "ab";
  const auto line = trail_line(row);
  CHECK(line.find("\"act\":null") != std::string::npos);
  CHECK(line.find("9999-12-31T23:59:59.999Z") != std::string::npos);
  CHECK(line.find("visit_key") == std::string::npos);
}

TEST_CASE("trail: how a synchronisation ended passes the control socket whole") {
  const SyncReport report{SyncReport::End::incomplete, 3,         1, 2, 120, 98,
                          Milliseconds(1800),          "HTTP 500"};
  const auto read = parse_sync(sync_reply(report)).value();
  CHECK(read.end == report.end);
  CHECK(read.sent == 3);
  CHECK(read.left == 2);
  CHECK(read.took == report.took);
  CHECK(read.trouble == "HTTP 500");
  CHECK(parse_sync("{\"ok\":true,\"end\":\"perhaps\"}").error().code == "bad_reply");
}
