#include "tests/unit/kiosk/journeys/bench_model.h"

using namespace journeys_test;

namespace {

std::string screen_for(Visit visit, Rules rules = sample_rules(),
                       Freshness freshness = Freshness::server) {
  Bench kiosk(std::move(rules));
  kiosk.lay_card();
  kiosk.answer_look_up({wang({std::move(visit)}, freshness)});
  return kiosk.screen();
}

Visit with_status(AppointmentStatus status) {
  Visit visit = visit_at("a1", Minutes(39));
  visit.appointment.status = status;
  return visit;
}

}  // namespace

TEST_CASE("outcome: every status of an appointment has its screen") {
  CHECK(screen_for(with_status(AppointmentStatus::booked)) == "confirm");
  CHECK(screen_for(with_status(AppointmentStatus::pending)) == "not_confirmed");
  CHECK(screen_for(with_status(AppointmentStatus::proposed)) == "not_confirmed");
  CHECK(screen_for(with_status(AppointmentStatus::waitlist)) == "waiting_list");
  CHECK(screen_for(with_status(AppointmentStatus::arrived)) == "already_checked_in");
  CHECK(screen_for(with_status(AppointmentStatus::checked_in)) == "already_checked_in");
  CHECK(screen_for(with_status(AppointmentStatus::fulfilled)) == "visit_over");
  CHECK(screen_for(with_status(AppointmentStatus::cancelled)) == "cancelled");
  CHECK(screen_for(with_status(AppointmentStatus::noshow)) == "late");
  CHECK(screen_for(with_status(AppointmentStatus::entered_in_error)) == "no_appointment");
}

TEST_CASE("outcome: a visit that was cancelled after the check-in is cancelled, number or not") {
  auto visit = with_status(AppointmentStatus::cancelled);
  visit.arrival.emplace().number = "K1-017";
  CHECK(screen_for(visit) == "cancelled");
}

TEST_CASE("outcome: a site may check in what is not confirmed yet") {
  Rules rules = sample_rules();
  rules.unconfirmed = UnconfirmedRule::check_in;
  CHECK(screen_for(with_status(AppointmentStatus::pending), rules) == "confirm");
}

TEST_CASE("outcome: too early tells when to come back") {
  Bench kiosk;
  kiosk.lay_card();
  kiosk.answer_look_up({wang({visit_at("a1", Minutes(61))})});
  CHECK(kiosk.screen() == "too_early");
  CHECK(kiosk.as<Outcome>().opens == morning + Minutes(1));
  CHECK(screen_for(visit_at("a1", Minutes(60))) == "confirm");
}

TEST_CASE("outcome: late goes to the desk, or is let in where the clinic allows it") {
  CHECK(screen_for(visit_at("a1", Minutes(-15))) == "confirm");
  CHECK(screen_for(visit_at("a1", Minutes(-16))) == "late");
  Rules rules = sample_rules();
  rules.clinics["cardio"] = ClinicRules{};
  rules.clinics["cardio"].late = LateRule::allow;
  CHECK(screen_for(visit_at("a1", Minutes(-16)), rules) == "confirm");
}

TEST_CASE("outcome: another day, another site and no appointment need the server's own word") {
  CHECK(screen_for(visit_at("a1", Minutes(2 * 24 * 60))) == "another_day");
  CHECK(screen_for(visit_at("a1", Minutes(2 * 24 * 60)), sample_rules(), Freshness::store) ==
        "cannot_look_up");
  Visit west = visit_at("a1", Minutes(39));
  west.appointment.site_id = "west";
  CHECK(screen_for(west) == "another_site");
  CHECK(screen_for(west, sample_rules(), Freshness::store) == "cannot_look_up");

  Bench kiosk;
  kiosk.lay_card();
  kiosk.answer_look_up({wang({})});
  CHECK(kiosk.screen() == "no_appointment");
  CHECK(kiosk.asked<AllowPrinting>().empty());
  kiosk.lay_card();
  kiosk.answer_look_up({wang({}, Freshness::store)});
  CHECK(kiosk.screen() == "cannot_look_up");
}

TEST_CASE("outcome: desk first, phone and video") {
  Visit visit = visit_at("a1", Minutes(39));
  visit.appointment.marks = {"payment"};
  CHECK(screen_for(visit) == "desk_first");
  visit.appointment.marks = {"a mark this site does not mind"};
  CHECK(screen_for(visit) == "confirm");
  visit.appointment.modality = Modality::video;
  CHECK(screen_for(visit) == "remote");
  visit.appointment.modality = Modality::phone;
  CHECK(screen_for(visit) == "remote");
}

TEST_CASE("outcome: a person whom the kiosk may not speak of gets a neutral word") {
  for (const Standing standing : {Standing::restricted, Standing::deceased, Standing::inactive}) {
    Bench kiosk;
    kiosk.lay_card();
    PersonVisits found = wang({visit_at("a1", Minutes(39))});
    found.person.standing = standing;
    kiosk.answer_look_up({found});
    CHECK(kiosk.screen() == "restricted");
    CHECK_FALSE(kiosk.as<Outcome>().person.has_value());
  }
}

TEST_CASE("outcome: more than one person with this number is the desk's") {
  Bench kiosk;
  kiosk.lay_card();
  kiosk.answer_look_up({wang({}), wang({})});
  CHECK(kiosk.screen() == "more_than_one_person");
}

TEST_CASE("outcome: no answer and no data are told apart") {
  Bench kiosk;
  kiosk.lay_card();
  kiosk.feed(LookUpAnswered{kiosk.as<LookingUp>().request, LookUpFailure::unavailable});
  CHECK(kiosk.screen() == "cannot_look_up");
  kiosk.lay_card();
  kiosk.feed(LookUpAnswered{kiosk.as<LookingUp>().request, LookUpFailure::no_data});
  CHECK(kiosk.screen() == "no_data_yet");
}

TEST_CASE("outcome: an untrusted clock refuses nobody") {
  for (const Minutes start : {Minutes(-600), Minutes(600), Minutes(3 * 24 * 60)}) {
    Bench kiosk;
    kiosk.trust = ClockTrust::not_before;
    kiosk.lay_card();
    kiosk.answer_look_up({wang({visit_at("a1", start)}, Freshness::store)});
    CHECK(kiosk.screen() == "confirm");
  }
}

TEST_CASE("outcome: codes unknown, damaged, known") {
  Bench kiosk;
  kiosk.feed(CodeScanned{"what is this"});
  CHECK(kiosk.screen() == "code_unknown");
  kiosk.feed(CodeScanned{"S1234567E"});
  CHECK(kiosk.screen() == "code_damaged");
  kiosk.feed(CodeScanned{"A00000317"});
  CHECK(kiosk.asked<LookUp>()[0].key == LookUpKey(BookingCode{{"urn:booking", "A00000317"}}));
}

TEST_CASE("outcome: an expired card is accepted with a notice, or sent to the desk") {
  Bench kiosk;
  kiosk.feed(CardRead{CardKind::resident, "990101199003070015", Date{2020, 1, 1}});
  kiosk.answer_look_up({wang({visit_at("a1", Minutes(39))})});
  CHECK(kiosk.as<Confirm>().card_expired);
  Rules rules = sample_rules();
  rules.expired_card = ExpiredCardRule::desk;
  Bench strict(rules);
  strict.feed(CardRead{CardKind::resident, "990101199003070015", Date{2020, 1, 1}});
  CHECK(strict.screen() == "card_expired");
  strict.trust = ClockTrust::not_before;
  strict.feed(CardRead{CardKind::resident, "990101199003070015", Date{2020, 1, 1}});
  CHECK(strict.screen() == "looking_up");
}

TEST_CASE("outcome: a ticket held for its patient prints when she comes back, without asking") {
  Bench kiosk;
  Visit visit = visit_at("a1", Minutes(39));
  visit.arrival = Arrival{};
  visit.arrival->number = "K1-001";
  visit.arrival->ticket = TicketPaper::held;
  kiosk.to_confirm({visit});
  CHECK(kiosk.screen() == "already_checked_in");
  REQUIRE(kiosk.asked<PrintAgain>().size() == 1);
  kiosk.feed(TicketQueued{kiosk.asked<PrintAgain>()[0].request, 9});
  CHECK(kiosk.asked<AllowPrinting>() == std::vector{AllowPrinting{{9}}});
  kiosk.feed(PrintReported{9, PrintState::printed});
  CHECK(kiosk.as<Outcome>().copy == CopyState::printed);
}

TEST_CASE("outcome: a ticket whose patient leaves before it is queued may not print any more") {
  Bench kiosk;
  Visit visit = visit_at("a1", Minutes(20));
  visit.arrival = Arrival{"e1", "a1", "n", "K1-007", "t", morning, TicketPaper::held};
  kiosk.lay_card();
  kiosk.answer_look_up({wang({visit})});
  REQUIRE(kiosk.asked<PrintAgain>().size() == 1);
  kiosk.tap("home");
  CHECK(kiosk.asked<AllowPrinting>() == std::vector{AllowPrinting{}});
}

TEST_CASE("outcome: a copy is offered once, and only where a number is known") {
  Bench kiosk;
  Visit visit = visit_at("a1", Minutes(39));
  visit.arrival = Arrival{};
  kiosk.to_confirm({visit});
  kiosk.tap("copy");
  CHECK(kiosk.asked<PrintAgain>().empty());
  visit.arrival->number = "K2-001";
  kiosk.to_confirm({visit});
  kiosk.tap("copy");
  CHECK(kiosk.asked<PrintAgain>().size() == 1);
  kiosk.tap("copy");
  CHECK(kiosk.asked<PrintAgain>().empty());
}
