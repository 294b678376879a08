#include "tests/unit/kiosk/journeys/bench_model.h"

using namespace journeys_test;

TEST_CASE("check-in: card, fresh read, confirm, commit, ticket, welcome") {
  Bench kiosk;
  kiosk.feed(CardNoticed{});
  CHECK(kiosk.screen() == "reading_card");
  kiosk.feed(CardRead{CardKind::resident, "990101199003070015", Date{2040, 1, 1}});
  REQUIRE(kiosk.asked<LookUp>().size() == 1);
  CHECK(kiosk.asked<LookUp>()[0].key ==
        LookUpKey(PersonCode{{"urn:citizen", "990101199003070015"}}));
  kiosk.answer_look_up({wang({visit_at("a1", Minutes(39))})});
  REQUIRE(kiosk.asked<ReadFresh>().size() == 1);
  CHECK(kiosk.asked<ReadFresh>()[0].appointment_id == "a1");
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  REQUIRE(kiosk.asked<Commit>().size() == 1);
  const Commit commit = kiosk.asked<Commit>()[0];
  CHECK(commit.online);
  CHECK(commit.visits[0].appointment.id == "a1");
  CHECK(commit.service_day.date == Date{2026, 11, 23});
  kiosk.feed(CommitAnswered{commit.request, {Committed{"a1", "K1-001", "t", 5, kiosk.now}}});
  CHECK(kiosk.as<Done>().visits[0].ticket == TicketState::printing);
  CHECK(kiosk.asked<AllowPrinting>() == std::vector{AllowPrinting{{5}}});
  kiosk.feed(PrintReported{5, PrintState::printed});
  CHECK(kiosk.as<Done>().visits[0].ticket == TicketState::printed);
  kiosk.pass(Seconds(20));
  CHECK(kiosk.screen() == "take_card");
  CHECK(kiosk.asked<AllowPrinting>() == std::vector{AllowPrinting{}});
  kiosk.pass(Seconds(5));
  CHECK(kiosk.screen() == "welcome");
}

TEST_CASE("check-in: nothing is committed twice however often one confirms") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.tap("confirm");
  kiosk.tap("confirm");
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  int commits = 0;
  for (const Effect& effect : kiosk.all_effects) commits += std::holds_alternative<Commit>(effect);
  CHECK(commits == 1);
}

TEST_CASE("check-in: confirm waits for the fresh read at most 1.5 s, then trusts the store") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.tap("confirm");
  CHECK(kiosk.screen() == "confirm");
  kiosk.pass(Milliseconds(1499));
  CHECK(kiosk.screen() == "confirm");
  kiosk.pass(Milliseconds(1));
  CHECK(kiosk.screen() == "committing");
}

TEST_CASE("check-in: what changed while the patient looked is shown again") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.tap("confirm");
  Visit changed = visit_at("a1", Minutes(54));
  changed.appointment.version = "2";
  kiosk.feed(FreshAnswered{kiosk.as<Confirm>().fresh_requests[0], changed});
  CHECK(kiosk.as<Confirm>().changed);
  CHECK_FALSE(kiosk.as<Confirm>().confirmed);
  CHECK(kiosk.asked<Commit>().empty());
  kiosk.tap("confirm");
  REQUIRE(kiosk.asked<Commit>().size() == 1);
  CHECK(kiosk.asked<Commit>()[0].visits[0].appointment.version == "2");
}

TEST_CASE("check-in: a new version without another meaning disturbs nobody") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.tap("confirm");
  Visit touched = visit_at("a1", Minutes(39));
  touched.appointment.version = "2";
  kiosk.feed(FreshAnswered{kiosk.as<Confirm>().fresh_requests[0], touched});
  REQUIRE(kiosk.asked<Commit>().size() == 1);
  CHECK(kiosk.asked<Commit>()[0].visits[0].appointment.version == "2");
}

TEST_CASE("check-in: cancelled while the patient looked") {
  Bench kiosk;
  kiosk.to_confirm();
  Visit cancelled = visit_at("a1", Minutes(39));
  cancelled.appointment.status = AppointmentStatus::cancelled;
  cancelled.appointment.cancelled_by = CancelledBy::hospital;
  kiosk.feed(FreshAnswered{kiosk.as<Confirm>().fresh_requests[0], cancelled});
  CHECK(kiosk.screen() == "cancelled");
  CHECK(kiosk.as<Outcome>().visit->appointment.cancelled_by == CancelledBy::hospital);
}

TEST_CASE("check-in: an appointment that is another patient's now is not confirmed by this one") {
  Bench kiosk;
  kiosk.to_confirm();
  Visit given = visit_at("a1", Minutes(39));
  given.appointment.patient_id = "somebody-else";
  given.appointment.version = "9";
  kiosk.feed(FreshAnswered{kiosk.as<Confirm>().fresh_requests[0], given});
  CHECK(kiosk.screen() == "cannot_look_up");
}

TEST_CASE("check-in: the row changed between the fresh read and the commit") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  Appointment moved = visit_at("a1", Minutes(50)).appointment;
  kiosk.feed(CommitAnswered{kiosk.as<Committing>().request, {ChangedMeanwhile{moved}}});
  CHECK(kiosk.as<Confirm>().changed);
  CHECK(kiosk.as<Confirm>().visits[0].appointment.start == moved.start);
}

TEST_CASE("check-in: another kiosk was first") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  Arrival theirs;
  theirs.number = "K2-004";
  kiosk.feed(CommitAnswered{kiosk.as<Committing>().request, {AlreadyCheckedIn{theirs}}});
  CHECK(kiosk.screen() == "already_checked_in");
  CHECK(kiosk.as<Outcome>().visit->arrival->number == "K2-004");
}

TEST_CASE("check-in: cannot record prints nothing and sends to the desk") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  kiosk.feed(CommitAnswered{kiosk.as<Committing>().request, {CannotRecord{}}});
  CHECK(kiosk.screen() == "cannot_record");
  CHECK(kiosk.model.printing.empty());
}

TEST_CASE("check-in: what may have been recorded is not called unrecorded") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  kiosk.feed(CommitAnswered{kiosk.as<Committing>().request, {RecordingUnknown{}}});
  CHECK(kiosk.screen() == "recording_unknown");
  CHECK(kiosk.model.printing.empty());
}

TEST_CASE("check-in: a ledger that does not answer ends in words, and a late answer is ignored") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  const RequestId request = kiosk.as<Committing>().request;
  kiosk.tap("home");
  CHECK(kiosk.screen() == "committing");
  kiosk.pass(Seconds(5));
  CHECK(kiosk.screen() == "recording_unknown");
  kiosk.feed(CommitAnswered{request, {Committed{"a1", "K1-001", "t", 5, kiosk.now}}});
  CHECK(kiosk.screen() == "recording_unknown");
}

TEST_CASE("check-in: off-line is said on the ticket, not asked of the patient") {
  Bench kiosk;
  kiosk.around([](Surroundings& around) { around.server = ServerHealth::offline; });
  kiosk.lay_card();
  kiosk.answer_look_up({wang({visit_at("a1", Minutes(39))}, Freshness::store)});
  CHECK(kiosk.asked<ReadFresh>().empty());
  kiosk.tap("confirm");
  CHECK_FALSE(kiosk.as<Committing>().online);
}

TEST_CASE("check-in: a late answer to a look-up is ignored") {
  Bench kiosk;
  kiosk.lay_card();
  const RequestId request = kiosk.as<LookingUp>().request;
  kiosk.pass(Seconds(8));
  CHECK(kiosk.screen() == "cannot_look_up");
  kiosk.feed(LookUpAnswered{request, std::vector{wang({visit_at("a1", Minutes(39))})}});
  CHECK(kiosk.screen() == "cannot_look_up");
}

TEST_CASE("several today: those in their window are preselected, the rest cannot be chosen") {
  Bench kiosk;
  kiosk.to_confirm(
      {visit_at("a1", Minutes(39)), visit_at("a2", Minutes(50)), visit_at("a3", Minutes(300))});
  const auto choose = kiosk.as<Choose>();
  CHECK(choose.chosen == std::vector<char>{1, 1, 0});
  kiosk.tap("toggle:2");
  CHECK(kiosk.as<Choose>().chosen == std::vector<char>{1, 1, 0});
  for (const char* nasty : {"toggle:9", "toggle:-1", "toggle:1x", "toggle:"}) kiosk.tap(nasty);
  CHECK(kiosk.as<Choose>().chosen == std::vector<char>{1, 1, 0});
  kiosk.tap("toggle:0");
  kiosk.tap("toggle:1");
  kiosk.tap("continue");
  CHECK(kiosk.screen() == "choose");
  kiosk.tap("toggle:1");
  kiosk.tap("continue");
  REQUIRE(kiosk.as<Confirm>().visits.size() == 1);
  CHECK(kiosk.as<Confirm>().visits[0].appointment.id == "a2");
}

TEST_CASE("several today: one that could not be recorded is told beside those that were") {
  Bench kiosk;
  kiosk.to_confirm({visit_at("a1", Minutes(39)), visit_at("a2", Minutes(50))});
  kiosk.tap("continue");
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  kiosk.feed(
      CommitAnswered{kiosk.as<Committing>().request,
                     {Committed{"a1", "K1-001", "t", 5, kiosk.now}, CommitResult(CannotRecord{})}});
  CHECK(kiosk.as<Done>().visits.size() == 1);
  CHECK(kiosk.as<Done>().not_recorded == 1);
}

TEST_CASE("several today: one of which it cannot be told is told apart from those unrecorded") {
  Bench kiosk;
  kiosk.to_confirm(
      {visit_at("a1", Minutes(39)), visit_at("a2", Minutes(50)), visit_at("a3", Minutes(55))});
  kiosk.tap("continue");
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  kiosk.feed(CommitAnswered{
      kiosk.as<Committing>().request,
      {RecordingUnknown{}, Committed{"a2", "K1-001", "t", 5, kiosk.now}, CannotRecord{}}});
  CHECK(kiosk.as<Done>().visits.size() == 1);
  CHECK(kiosk.as<Done>().recording_unknown == 1);
  CHECK(kiosk.as<Done>().not_recorded == 1);
}

TEST_CASE("several today: none recorded for sure, one perhaps: the desk can see it") {
  const std::vector<CommitResult> others{CannotRecord{}, AlreadyCheckedIn{},
                                         ChangedMeanwhile{visit_at("a1", Minutes(45)).appointment}};
  for (const CommitResult& other : others) {
    CAPTURE(other.index());
    Bench kiosk;
    kiosk.to_confirm({visit_at("a1", Minutes(39)), visit_at("a2", Minutes(50))});
    kiosk.tap("continue");
    kiosk.answer_fresh();
    kiosk.tap("confirm");
    kiosk.feed(CommitAnswered{kiosk.as<Committing>().request, {other, RecordingUnknown{}}});
    CHECK(kiosk.screen() == "recording_unknown");
  }
}

TEST_CASE("several today: one cancelled meanwhile leaves the list and is said") {
  Bench kiosk;
  kiosk.to_confirm({visit_at("a1", Minutes(39)), visit_at("a2", Minutes(50))});
  kiosk.tap("continue");
  Visit cancelled = visit_at("a1", Minutes(39));
  cancelled.appointment.status = AppointmentStatus::cancelled;
  kiosk.feed(FreshAnswered{kiosk.as<Confirm>().fresh_requests[0], cancelled});
  REQUIRE(kiosk.as<Confirm>().visits.size() == 1);
  CHECK(kiosk.as<Confirm>().changed);
  kiosk.feed(FreshAnswered{kiosk.as<Confirm>().fresh_requests[0], kiosk.as<Confirm>().visits[0]});
  kiosk.tap("confirm");
  CHECK(kiosk.as<Committing>().visits[0].appointment.id == "a2");
}

TEST_CASE("check-in: a wait ends after the appointment begins unless the clinic calls by arrival") {
  const auto told = [](CallOrder order, ClockTrust trust) {
    Bench kiosk;
    kiosk.rules.clinic.order = order;
    kiosk.to_confirm();
    kiosk.trust = trust;
    const auto confirm = kiosk.as<Confirm>();
    const domain::Waiting waiting{4, domain::WaitRange{Minutes(5), Minutes(10)}};
    kiosk.feed(FreshAnswered{confirm.fresh_requests[0], confirm.visits[0], waiting});
    kiosk.tap("confirm");
    REQUIRE(kiosk.asked<Commit>().size() == 1);
    const auto range = kiosk.asked<Commit>()[0].waiting[0].range;
    return std::make_pair(range, confirm.visits[0].appointment.start - kiosk.now);
  };
  const auto by_appointment = told(CallOrder::appointment, ClockTrust::server);
  REQUIRE(by_appointment.first.has_value());
  REQUIRE(by_appointment.second > Minutes(10));
  CHECK(by_appointment.first->until >= by_appointment.second);
  CHECK(told(CallOrder::arrival, ClockTrust::server).first ==
        domain::WaitRange{Minutes(5), Minutes(10)});
  CHECK_FALSE(told(CallOrder::appointment, ClockTrust::not_before).first.has_value());
}

TEST_CASE("check-in: the people ahead are those whom the fresh read counted") {
  Bench kiosk;
  kiosk.to_confirm();
  const auto confirm = kiosk.as<Confirm>();
  kiosk.feed(FreshAnswered{confirm.fresh_requests[0], confirm.visits[0], domain::Waiting{4}});
  kiosk.tap("confirm");
  const auto commits = kiosk.asked<Commit>();
  REQUIRE(commits.size() == 1);
  CHECK(commits[0].waiting == std::vector<domain::Waiting>{{4, {}}});
  kiosk.feed(CommitAnswered{commits[0].request, {Committed{"a1", "K1-001", "t", 5, kiosk.now}}});
  CHECK(kiosk.as<Done>().visits[0].waiting.people_ahead == 4);
}
