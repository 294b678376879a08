#include "records_bench.h"

#include "kiosk/shell/trail.h"
#include "tests/unit/kiosk/store/faulty_vfs.h"

using namespace records_test;

namespace {

const std::string foreign_nonce(32, 'f');

}  // namespace

TEST_CASE("records: a confirmed visit is in the hospital once, and a second try says so") {
  Bench bench;
  bench.run();
  CHECK(bench.facts.has_data);
  const PersonVisits found = bench.look_up("one_booked");
  const auto first = bench.confirm(found);
  REQUIRE(std::holds_alternative<Committed>(first));
  const auto second = bench.confirm(found);
  REQUIRE(std::holds_alternative<AlreadyCheckedIn>(second));
  CHECK(std::get<AlreadyCheckedIn>(second).arrival.number == std::get<Committed>(first).number);
  bench.pass(Seconds(5));
  CHECK(bench.hospital->encounters_of(found.visits[0].appointment.id).size() == 1);
  CHECK(bench.hospital->status_of(found.visits[0].appointment.id) == "arrived");
}

TEST_CASE("records: off-line the store answers, and the hospital learns later") {
  Bench bench;
  bench.run();
  bench.connected = false;
  bench.pass(Seconds(40));
  const Committed committed = bench.check_in("offline");
  const std::string id = committed.visit_key;
  CHECK(bench.hospital->encounters_of(id).empty());
  bench.pass(Minutes(4));
  CHECK(bench.facts.notices.contains(journeys::StaffNotice::unacknowledged));
  bench.run({ListQuery{RequestId{7}, StaffList::unacknowledged, OnPaper::no}});
  REQUIRE(bench.lists.back().items.size() == 1);
  const ListedItem item = bench.lists.back().items[0];
  CHECK(item.number == committed.number);
  CHECK(item.state == "not_told");
  bench.run({ListQuery{RequestId{8}, StaffList::unacknowledged, OnPaper::no, item.row}});
  CHECK(bench.lists.back().items.empty());
  const auto acts = bench.acts();
  CHECK(std::count_if(acts.begin(), acts.end(), [](const domain::AuditNote& note) {
          return note.act == Act::list_read;
        }) <= 1);
  bench.connected = true;
  for (int i = 0; i < 20; ++i) bench.pass(Seconds(30));
  CHECK(bench.hospital->encounters_of(id).size() == 1);
  CHECK_FALSE(bench.facts.notices.contains(journeys::StaffNotice::unacknowledged));
}

TEST_CASE(
    "records: a ticket prints while its patient is there, else it is held until she comes back") {
  Bench bench;
  bench.run({PrinterChanged{journeys::PrinterHealth::ok}});
  const Committed committed = bench.check_in("one_booked");
  CHECK(bench.printed.empty());
  bench.run({journeys::AllowPrinting{}});  // she went away before it began
  CHECK(bench.last<journeys::PrintReported>().state == PrintState::held);
  const PersonVisits back = bench.look_up("one_booked");
  REQUIRE(back.visits[0].arrival.has_value());
  CHECK(back.visits[0].arrival->ticket == TicketPaper::held);
  bench.run({journeys::PrintAgain{RequestId{9}, back.person, back.visits[0], "zh-Hans"}});
  REQUIRE(bench.printed.size() == 1);
  CHECK(bench.printed[0].copy == Copy::original);
  CHECK(bench.printed[0].number == committed.number);
  bench.run({JobEnded{bench.printed[0].id, PrintState::printed}});
  bench.run({journeys::PrintAgain{RequestId{10}, back.person, back.visits[0], "zh-Hans"}});
  REQUIRE(bench.printed.size() == 2);
  CHECK(bench.printed[1].copy == Copy::copy);
  CHECK(bench.printed[1].number == committed.number);
}

TEST_CASE("records: the printer's trouble becomes an alert after a moment, once, and goes away") {
  Bench bench;
  bench.run({PrinterChanged{journeys::PrinterHealth::paper_out}});
  CHECK(bench.alerts.empty());
  bench.pass(Seconds(5));
  bench.pass(Seconds(5));
  REQUIRE(bench.alerts.size() == 1);
  CHECK(bench.alerts[0].code == "printer");
  CHECK(bench.alerts[0].text.find("paper_out") != std::string::npos);
  CHECK(bench.hospital->count("Task") == 1);
  bench.run({PrinterChanged{journeys::PrinterHealth::ok}});
  CHECK_FALSE(bench.facts.notices.contains(journeys::StaffNotice::printer));
}

TEST_CASE("records: what the server does not declare is said once, in words without quotes") {
  emulators::HospitalOptions options;
  options.transactions = emulators::HospitalOptions::Can::no;
  Bench bench("K1", options);
  bench.run();
  bench.pass(Milliseconds(60'000));
  REQUIRE(bench.alerts.size() == 1);
  CHECK(bench.alerts[0].code == "server_lacks");
  CHECK(bench.alerts[0].text ==
        "K1: the server does not declare what the kiosk needs: transactions");
}

TEST_CASE("records: a clock that stays in doubt is staff's business, one of a moment is not") {
  Bench bench;
  bench.connected = false;
  bench.trust = ClockTrust::not_before;
  bench.run();
  bench.pass(Seconds(15));
  CHECK(bench.alerts.empty());
  bench.trust = ClockTrust::rtc;
  bench.pass(Seconds(15));
  bench.trust = ClockTrust::not_before;
  bench.pass(Seconds(15));
  bench.pass(Seconds(15));
  CHECK(bench.alerts.empty());
  bench.pass(Seconds(20));
  REQUIRE(bench.alerts.size() == 1);
  CHECK(bench.alerts[0].code == "clock_untrusted");
  CHECK(bench.facts.notices.contains(journeys::StaffNotice::clock_untrusted));
  bench.trust = ClockTrust::server;
  bench.pass(Seconds(15));
  CHECK_FALSE(bench.facts.notices.contains(journeys::StaffNotice::clock_untrusted));
}

TEST_CASE("records: a replaced ledger sees its code used and goes on with new numbers") {
  Bench bench;
  const std::string other = bench.hospital->demo_person("by_booking").appointments[0];
  bench.hospital->check_in_elsewhere(other, foreign_nonce, "K1-003", morning);
  bench.run();
  CHECK(bench.facts.may_issue);
  CHECK(bench.check_in("one_booked").number == "K1B-001");
}

TEST_CASE("records: a ledger that was never filled answers nobody, for it may give used numbers") {
  Bench bench;
  const auto& who = bench.hospital->demo_person("one_booked");
  const Identifier number{emulators::hospital_profile(url).systems.citizen_number, who.number};
  bench.records->step(bench.now(), {journeys::LookUp{RequestId{1}, PersonCode{number}}});
  const auto output =
      bench.records->step(bench.now(), {journeys::LookUp{RequestId{1}, PersonCode{number}}});
  REQUIRE(output.events.size() == 1);
  const auto& answer = std::get<journeys::LookUpAnswered>(output.events[0]);
  CHECK(std::get<journeys::LookUpFailure>(answer.result) == journeys::LookUpFailure::no_data);
}

namespace {

/// The disk fails for good with this operation after she pressed the button, and later works
/// again; her visit is then what its patient was told.
journeys::CommitResult confirmed_on_failing_disk(int operation) {
  using namespace store::testing;
  forget_files();
  plan_fault(Fault::none, 0, Lasting::once);
  Bench bench("K1", {}, faulty_vfs());
  bench.run({PrinterChanged{journeys::PrinterHealth::ok}});
  const PersonVisits found = bench.look_up("one_booked");
  const std::string& id = found.visits[0].appointment.id;
  plan_fault(Fault::io_error, operation, Lasting::from_then_on);
  const auto told = bench.confirm(found);
  if (std::holds_alternative<Committed>(told)) {
    plan_fault(Fault::none, 0, Lasting::once);
    return told;
  }
  CHECK(bench.facts.ledger == journeys::LedgerHealth::cannot_record);
  plan_fault(Fault::none, 0, Lasting::once);
  for (int i = 0; i < 4; ++i) bench.pass(Seconds(10));
  CHECK(bench.facts.ledger == journeys::LedgerHealth::ok);
  const PersonVisits back = bench.look_up("one_booked");
  const auto& arrival = back.visits[0].arrival;
  CHECK(bench.hospital->encounters_of(id).size() == (arrival ? 1 : 0));
  CHECK(bench.printed.empty());
  if (!arrival) {
    CHECK(std::holds_alternative<Committed>(bench.confirm(back)));
    return told;
  }
  CHECK(std::holds_alternative<journeys::RecordingUnknown>(told));
  const auto again = bench.confirm(back);
  REQUIRE(std::holds_alternative<AlreadyCheckedIn>(again));
  CHECK(std::get<AlreadyCheckedIn>(again).arrival.number == "K1-001");
  CHECK(arrival->ticket == TicketPaper::held);
  bench.run({journeys::PrintAgain{RequestId{9}, back.person, back.visits[0], "zh-Hans"}});
  REQUIRE(bench.printed.size() == 1);
  CHECK(bench.printed[0].copy == Copy::original);
  CHECK(bench.printed[0].number == "K1-001");
  bench.pass(Minutes(1));
  CHECK(bench.hospital->encounters_of(id).size() == 1);
  return AlreadyCheckedIn{*arrival};
}

}  // namespace

TEST_CASE("records: a commit whose end is unknown is told as such, and found by who comes again") {
  constexpr int operations_max = 200;
  int operation = 0;
  int found = 0;
  for (journeys::CommitResult end = journeys::CannotRecord{};
       !std::holds_alternative<Committed>(end); end = confirmed_on_failing_disk(++operation)) {
    REQUIRE(operation < operations_max);
    CAPTURE(operation);
    found += std::holds_alternative<AlreadyCheckedIn>(end) ? 1 : 0;
  }
  CHECK(found > 0);
}

TEST_CASE("records: a withdrawn kiosk destroys patients' data, issues nothing and still delivers") {
  Bench bench;
  bench.run();
  const auto found = bench.look_up("by_booking");
  bench.connected = false;
  const auto committed = bench.check_in("one_booked");
  bench.run({WithdrawalOrdered{}});
  CHECK(bench.facts.revoked);
  CHECK(bench.facts.notices.contains(journeys::StaffNotice::revoked));
  CHECK(bench.ledger->status(bench.instant)->people == 0);
  CHECK(std::holds_alternative<journeys::CannotRecord>(bench.confirm(found)));
  bench.connected = true;
  bench.pass(Minutes(2));
  CHECK(bench.ledger->status(bench.instant)->outbox_pending == 0);
  CHECK(bench.ledger->status(bench.instant)->people == 0);
  CHECK(bench.hospital->encounters_of(committed.visit_key).size() == 1);
}

TEST_CASE("records: what was stored serves tomorrow too, on the day after it is stale") {
  Bench bench;
  bench.run();
  CHECK(bench.facts.has_data);
  bench.connected = false;
  const Instant tomorrow = domain::day_of(bench.rules.zone, bench.instant).end;
  bench.instant = tomorrow + Minutes(600);
  bench.pass(Seconds(20));
  CHECK(bench.facts.has_data);
  bench.instant = tomorrow + Minutes(25 * 60);
  bench.trust = ClockTrust::not_before;
  bench.pass(Seconds(20));
  CHECK(bench.facts.has_data);  // who knows what day it is
  bench.trust = ClockTrust::server;
  bench.pass(Seconds(20));
  CHECK_FALSE(bench.facts.has_data);
  bench.connected = true;
  bench.pass(Minutes(2));
  CHECK(bench.facts.has_data);
}

TEST_CASE("records: staff are told once of a withdrawal") {
  Bench bench;
  bench.run();
  const auto told = [&] {
    return std::count_if(bench.alerts.begin(), bench.alerts.end(),
                         [](const Alert& one) { return one.code == "revoked"; });
  };
  bench.run({WithdrawalOrdered{}});
  CHECK(told() == 1);
  bench.run({WithdrawalOrdered{}});
  bench.pass(Minutes(1));
  CHECK(told() == 1);
}

TEST_CASE("records: a sign-in that is refused stands on the strip until the server answers again") {
  Bench bench;
  bench.run();
  CHECK_FALSE(bench.facts.notices.contains(journeys::StaffNotice::sign_in));
  bench.hospital->set_bearer("wanted");
  bench.pass(Minutes(2));
  CHECK(bench.facts.notices.contains(journeys::StaffNotice::sign_in));
  bench.hospital->set_bearer("");
  bench.pass(Minutes(5));
  CHECK_FALSE(bench.facts.notices.contains(journeys::StaffNotice::sign_in));
}

TEST_CASE("records: another machine with our code stops us from issuing") {
  Bench bench;
  bench.run();
  CHECK(bench.check_in("one_booked").number == "K1-001");
  const std::string other = bench.hospital->demo_person("by_booking").appointments[0];
  bench.hospital->check_in_elsewhere(other, foreign_nonce, "K1-001", bench.instant);
  bench.pass(Seconds(60));
  bench.pass(Seconds(60));
  CHECK_FALSE(bench.facts.may_issue);
  CHECK(bench.facts.notices.contains(journeys::StaffNotice::own_code_seen));
  const auto refused = bench.confirm(bench.look_up("offline"));
  CHECK(std::holds_alternative<journeys::CannotRecord>(refused));
}

TEST_CASE("records: what is over is erased, every byte of it, as soon as the day is sure") {
  Bench bench;
  bench.run();
  bench.check_in("one_booked");
  bench.connected = false;
  bench.check_in("by_booking");
  const auto sealed = bench.sealed();
  REQUIRE(sealed.size() > 10);
  const auto left = [&] {
    const std::string bytes = bench.file_bytes();
    return std::count_if(sealed.begin(), sealed.end(), [&](const std::string& record) {
      return bytes.find(record) != std::string::npos;
    });
  };
  CHECK(std::size_t(left()) == sealed.size());
  bench.trust = ClockTrust::not_before;
  bench.pass(std::chrono::days(3));
  bench.trust = ClockTrust::rtc;
  bench.pass(Seconds(11));
  CHECK(std::size_t(left()) == sealed.size());
  bench.trust = ClockTrust::server;
  bench.pass(Seconds(11));
  CHECK(left() == 2);  // the check-in that the server does not have, and whose it is in the trail
  CHECK(bench.ledger->status(bench.instant).value().unacknowledged == 1);
}

TEST_CASE(
    "records: two days later the trail tells what happened to a ticket, but not whose it was") {
  Bench bench;
  bench.run();
  const PersonVisits found = bench.look_up("one_booked");
  const auto committed = std::get<Committed>(bench.confirm(found));
  bench.pass(Seconds(5));
  bench.run({AuditQuery{RequestId{1}, 0, "visit " + committed.visit_key}});
  const auto day = day_of(bench.rules.zone, bench.instant);
  bench.pass(std::chrono::days(2));
  const auto tells = [&] {
    std::vector<TrailRow> rows = trail_page(bench.ledger->audit_page(0).value()).rows;
    const auto visit = visit_of(rows, {committed.number, day}, bench.rules.zone);
    return visit ? story_text(story_of(rows, *visit), bench.rules.zone) : "nothing";
  };
  const std::string text = tells();
  for (const char* part : {"confirmed, recorded as K1-001\n",
                           "the arrival is being sent, attempt 1", "acknowledged the arrival\n"}) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  }
  for (const domain::AuditNote& note : bench.acts()) {
    CHECK(note.visit_key.empty());
    CHECK(note.words.empty());
    CHECK(note.detail.find(committed.visit_key) == std::string::npos);
  }
  CHECK_FALSE(bench.ledger->verify_audit().value().has_value());
  bench.pass(std::chrono::days(11));
  CHECK(tells() != "nothing");
  bench.pass(std::chrono::days(2));
  CHECK(tells() == "nothing");
  CHECK_FALSE(bench.ledger->verify_audit().value().has_value());
}

TEST_CASE("records: acts are written down within a second, or with the next commit") {
  Bench bench;
  bench.run();
  const domain::AuditNote pressed{Act::pressed, "", "help", bench.instant};
  bench.run({ActsNoted{bench.now(), {pressed}}});
  CHECK(bench.acts().back() != pressed);
  CHECK(bench.records->step(bench.now(), {}).wake <= bench.instant + Seconds(1));
  bench.pass(Seconds(1));
  CHECK(bench.acts().back() == pressed);
  const PersonVisits found = bench.look_up("one_booked");
  bench.run({ActsNoted{bench.now(), {pressed, pressed}}});
  bench.confirm(found);
  const auto acts = bench.acts();
  const auto commit = std::find_if(acts.begin(), acts.end(), [](const domain::AuditNote& note) {
    return note.act == Act::check_in;
  });
  REQUIRE(commit != acts.end());
  CHECK(*(commit - 1) == pressed);
  CHECK_FALSE(bench.ledger->verify_audit().value().has_value());
}

TEST_CASE("records: nothing happens, nothing is written") {
  Bench bench;
  bench.run();
  bench.pass(Seconds(2));
  const auto before = bench.acts().size();
  for (int i = 0; i < 20; ++i) bench.pass(Seconds(31));
  CHECK(bench.acts().size() == before);
}

TEST_CASE("records: the trail is read in pages, and who reads it is in it") {
  Bench bench;
  bench.run();
  bench.run({AuditQuery{RequestId{1}, 0, "verify"}});
  REQUIRE(bench.audits.size() == 1);
  REQUIRE(bench.audits[0].page.has_value());
  const store::AuditPage& page = *bench.audits[0].page;
  CHECK(page.at_end);
  CHECK(page.faults.empty());
  CHECK(page.rows.front().note->act == Act::started);
  CHECK(page.rows.back().note == domain::AuditNote{Act::audit_read, "", "verify"});
}

TEST_CASE("records: staff's acts are in the trail") {
  Bench bench;
  bench.run({PrinterChanged{journeys::PrinterHealth::ok}});
  const std::string key = bench.check_in("one_booked").visit_key;
  bench.run({journeys::AllowPrinting{}});
  bench.run({ListQuery{RequestId{7}, StaffList::held, OnPaper::yes}});
  bench.pass(Seconds(2));
  const auto acts = bench.acts();
  const auto has = [&](const domain::AuditNote& note) {
    return std::find(acts.begin(), acts.end(), note) != acts.end();
  };
  CHECK(has({Act::list_printed, "", "held"}));
  const auto released = std::find_if(
      acts.begin(), acts.end(), [](const auto& note) { return note.act == Act::held_released; });
  REQUIRE(released != acts.end());
  CHECK(released->visit_key == key);
  CHECK(released->job > 0);
  CHECK(has({Act::server_state, "", "online"}));
}

TEST_CASE("records: who asks for a synchronisation hears when all is sent and read") {
  Bench bench;
  bench.run();
  bench.connected = false;
  bench.pass(Seconds(40));
  bench.check_in("offline");
  bench.run({SyncQuery{RequestId{1}}});
  bench.pass(Seconds(1));
  REQUIRE(bench.syncs.size() == 1);
  CHECK(bench.syncs[0].end == SyncReport::End::unreachable);
  CHECK(bench.syncs[0].left == 1);
  CHECK_FALSE(bench.syncs[0].trouble.empty());
  bench.connected = true;
  bench.run({SyncQuery{RequestId{2}}});
  bench.pass(Seconds(1));
  REQUIRE(bench.syncs.size() == 2);
  CHECK(bench.syncs[1].end == SyncReport::End::complete);
  CHECK(bench.syncs[1].sent == 1);
  CHECK(bench.syncs[1].left == 0);
  CHECK(bench.syncs[1].appointments > 0);
  CHECK(bench.hospital->count("AuditEvent") > 0);
}

TEST_CASE("records: a synchronisation that never ends is answered when its limit is over") {
  Bench bench;
  bench.run();
  bench.silent = true;
  bench.run({SyncQuery{RequestId{1}, Seconds(5)}});
  CHECK(bench.syncs.empty());
  bench.pass(Seconds(6));
  REQUIRE(bench.syncs.size() == 1);
  CHECK(bench.syncs[0].end == SyncReport::End::unreachable);
}

TEST_CASE("records: a withdrawn kiosk, which reads nothing, is through when all is sent") {
  Bench bench;
  bench.run();
  bench.connected = false;
  bench.pass(Seconds(40));
  bench.check_in("offline");
  bench.run({WithdrawalOrdered{}});
  bench.run({SyncQuery{RequestId{1}, Seconds(60)}});
  bench.connected = true;
  bench.pass(Seconds(59));
  REQUIRE(bench.syncs.size() == 1);
  CHECK(bench.syncs[0].end == SyncReport::End::complete);
  CHECK(bench.syncs[0].sent == 1);
  bench.run({SyncQuery{RequestId{2}, Seconds(60)}});
  bench.pass(Seconds(1));
  REQUIRE(bench.syncs.size() == 2);
  CHECK(bench.syncs[1].end == SyncReport::End::complete);
}
