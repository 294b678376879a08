#include "tests/unit/kiosk/journeys/bench_model.h"

using namespace journeys_test;

namespace {

void type(Bench& kiosk, const std::string& digits) {
  for (const char digit : digits) kiosk.tap(std::string("digit:") + digit);
}

void enter_person(Bench& kiosk) {
  kiosk.tap("no_card");
  type(kiosk, "194603074821");
  kiosk.tap("submit");
}

/// All of the model that could hold something of a patient, as it is at the start.
bool nothing_of_a_patient(const Bench& kiosk) {
  return kiosk.model.screen == Screen(Welcome{}) && kiosk.model.printing.empty() &&
         kiosk.model.session == initial_model(kiosk.rules, kiosk.model.now).session;
}

}  // namespace

TEST_CASE("entry: birth date and last four find exactly one person or say nothing") {
  Bench kiosk;
  enter_person(kiosk);
  CHECK(kiosk.asked<LookUp>()[0].key == LookUpKey(BirthDateAndDigits{{1946, 3, 7}, "4821"}));
  kiosk.answer_look_up({wang({visit_at("a1", Minutes(39))}), wang({})});
  CHECK(kiosk.screen() == "entry_no_match");
  Outcome neutral;
  neutral.kind = OutcomeKind::entry_no_match;
  CHECK(kiosk.as<Outcome>() == neutral);
}

TEST_CASE("entry: three misses lock it for five minutes, also with pauses between") {
  Bench kiosk;
  for (int i = 0; i < 3; ++i) {
    enter_person(kiosk);
    kiosk.answer_look_up({});
    if (i < 2) kiosk.tap("home");
  }
  CHECK(kiosk.screen() == "entry_locked");
  kiosk.tap("home");
  kiosk.tap("no_card");
  CHECK(kiosk.screen() == "entry_locked");
  kiosk.pass(Minutes(5));
  kiosk.tap("no_card");
  CHECK(kiosk.screen() == "entry");
}

TEST_CASE("entry: a success between two misses does not buy more guesses") {
  Bench kiosk;
  for (int i = 0; i < 2; ++i) {
    enter_person(kiosk);
    kiosk.answer_look_up({});
    kiosk.tap("home");
  }
  enter_person(kiosk);
  kiosk.answer_look_up({wang({visit_at("a1", Minutes(39))})});
  kiosk.tap("home");
  enter_person(kiosk);
  kiosk.answer_look_up({});
  CHECK(kiosk.screen() == "entry_locked");
}

TEST_CASE("entry: guesses count without the server, too; a kiosk without data counts none") {
  Bench kiosk;
  for (int i = 0; i < 3; ++i) {
    enter_person(kiosk);
    kiosk.feed(LookUpAnswered{kiosk.as<LookingUp>().request, LookUpFailure::unavailable});
    CHECK(kiosk.screen() == (i < 2 ? "cannot_look_up" : "entry_locked"));
    kiosk.tap("home");
  }
  Bench empty;
  enter_person(empty);
  empty.feed(LookUpAnswered{empty.as<LookingUp>().request, LookUpFailure::no_data});
  CHECK(empty.model.entry_misses == 0);
}

TEST_CASE("entry: no day, no day to come, nothing but digits and a last X") {
  Bench kiosk;
  kiosk.tap("no_card");
  type(kiosk, "20230230");
  CHECK(kiosk.as<Entry>().bad_date);
  type(kiosk, "1");
  CHECK(kiosk.as<Entry>().last_four.empty());
  kiosk.tap("erase");
  type(kiosk, "1");
  CHECK(kiosk.as<Entry>().birth_date == "20230231");
  kiosk.tap("home");
  kiosk.tap("no_card");
  type(kiosk, "20990101");
  CHECK(kiosk.as<Entry>().bad_date);
  kiosk.tap("home");
  kiosk.tap("no_card");
  type(kiosk, "X19460307X00XX9");
  CHECK(kiosk.as<Entry>().birth_date == "19460307");
  CHECK(kiosk.as<Entry>().last_four == "009");
  type(kiosk, "X");
  CHECK(kiosk.as<Entry>().last_four == "009X");
  for (int i = 0; i < 20; ++i) kiosk.tap("erase");
  CHECK(kiosk.as<Entry>() == Entry{});
  kiosk.tap("submit");
  CHECK(kiosk.screen() == "entry");
}

TEST_CASE("entry: it can check in and nothing else") {
  Bench kiosk;
  enter_person(kiosk);
  Visit visit = visit_at("a1", Minutes(39));
  visit.arrival = Arrival{};
  visit.arrival->number = "K1-001";
  visit.arrival->ticket = TicketPaper::held;
  kiosk.answer_look_up({wang({visit})});
  CHECK(kiosk.screen() == "already_checked_in");
  CHECK(kiosk.asked<PrintAgain>().empty());
  kiosk.tap("copy");
  CHECK(kiosk.asked<PrintAgain>().empty());
}

TEST_CASE("session: every screen ends by itself and leaves nothing of its patient") {
  const auto reach = [](int which, Bench& kiosk) {
    switch (which) {
      case 0:
        kiosk.feed(CardNoticed{});
        break;
      case 1:
        kiosk.lay_card();
        break;
      case 2:
        kiosk.tap("no_card");
        break;
      case 3:
        kiosk.to_confirm({visit_at("a", Minutes(9)), visit_at("b", Minutes(19))});
        break;
      case 4:
        kiosk.to_confirm();
        break;
      case 5:
        kiosk.to_done();
        break;
      case 6:
        kiosk.to_confirm({visit_at("a", Minutes(100))});
        break;
      case 7:
        kiosk.feed(CardUnreadable{});
        break;
      default:
        kiosk.to_confirm();
        kiosk.tap("help");
        break;
    }
  };
  for (int which = 0; which < 9; ++which) {
    CAPTURE(which);
    Bench kiosk;
    kiosk.tap("language:en");
    reach(which, kiosk);
    CHECK_FALSE(kiosk.model.screen == Screen(Welcome{}));
    kiosk.pass(Minutes(3));
    CHECK(nothing_of_a_patient(kiosk));
  }
}

TEST_CASE(
    "session: time-outs are 45 s to choose, 60 s after the last touch of entry, 20 s "
    "when done") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.pass(Milliseconds(44'999));
  CHECK(kiosk.screen() == "confirm");
  kiosk.pass(Milliseconds(1));
  CHECK(kiosk.screen() == "take_card");
  Bench entry;
  entry.tap("no_card");
  entry.pass(Seconds(50));
  type(entry, "1");
  entry.pass(Seconds(59));
  CHECK(entry.screen() == "entry");
  entry.pass(Seconds(1));
  CHECK(entry.screen() == "welcome");
  Bench done;
  done.to_done();
  done.feed(PrintReported{1, PrintState::printed});
  done.pass(Seconds(19));
  CHECK(done.screen() == "done");
  done.pass(Seconds(1));
  CHECK(done.screen() == "take_card");
}

TEST_CASE(
    "session: more time is offered in the last fifteen seconds and gives the whole time "
    "again") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.pass(Seconds(29));
  CHECK_FALSE(seconds_left(kiosk.rules, kiosk.model).has_value());
  kiosk.pass(Seconds(1));
  CHECK(seconds_left(kiosk.rules, kiosk.model) == 15);
  kiosk.pass(Milliseconds(500));
  CHECK(seconds_left(kiosk.rules, kiosk.model) == 15);
  kiosk.tap("more_time");
  CHECK_FALSE(seconds_left(kiosk.rules, kiosk.model).has_value());
  kiosk.pass(Seconds(44));
  CHECK(kiosk.screen() == "confirm");
}

TEST_CASE("session: the countdown is due at every whole second and nothing else wakes the kiosk") {
  Bench kiosk;
  kiosk.now = morning + Seconds(1);
  kiosk.to_confirm();
  kiosk.answer_fresh();
  CHECK(next_deadline(kiosk.rules, kiosk.model) == kiosk.now + Seconds(30));
  kiosk.pass(Seconds(30));
  CHECK(next_deadline(kiosk.rules, kiosk.model) == kiosk.now + Seconds(1));
  Bench idle;
  CHECK(next_deadline(idle.rules, idle.model) == morning + Minutes(1));
}

TEST_CASE("session: without paper the number stays at least sixty seconds") {
  Bench kiosk;
  kiosk.around([](Surroundings& around) { around.printer = PrinterHealth::paper_out; });
  kiosk.to_done();
  CHECK(kiosk.as<Done>().visits[0].ticket == TicketState::no_paper);
  kiosk.pass(Seconds(59));
  CHECK(kiosk.screen() == "done");
  kiosk.pass(Seconds(1));
  CHECK(kiosk.screen() == "take_card");
}

TEST_CASE("session: an unknown ticket is asked about; no gives one copy, never a second") {
  Bench kiosk;
  kiosk.to_done();
  kiosk.feed(PrintReported{1, PrintState::unknown});
  CHECK(kiosk.as<Done>().visits[0].ticket == TicketState::unknown);
  kiosk.tap("no_ticket");
  CHECK(kiosk.asked<ResolvePrint>() == std::vector{ResolvePrint{1, CameOut::no}});
  REQUIRE(kiosk.asked<PrintAgain>().size() == 1);
  kiosk.feed(TicketQueued{kiosk.asked<PrintAgain>()[0].request, 2});
  kiosk.feed(PrintReported{2, PrintState::printed});
  kiosk.tap("no_ticket");
  CHECK(kiosk.asked<PrintAgain>().empty());

  Bench yes;
  yes.to_done();
  yes.feed(PrintReported{1, PrintState::unknown});
  yes.tap("ticket_came");
  CHECK(yes.asked<ResolvePrint>() == std::vector{ResolvePrint{1, CameOut::yes}});
  CHECK(yes.as<Done>().visits[0].ticket == TicketState::kept);
}

TEST_CASE(
    "cards: lifting after the read ends nothing; another card before the commit starts "
    "anew") {
  Bench kiosk;
  kiosk.tap("language:en");
  kiosk.to_confirm();
  CHECK(kiosk.model.session.language == "en");
  kiosk.feed(CardNoticed{});
  CHECK(kiosk.screen() == "reading_card");
  CHECK(kiosk.model.session.language == "zh-Hans");
  kiosk.feed(CodeScanned{"A00000317"});
  CHECK(kiosk.screen() == "looking_up");
}

TEST_CASE(
    "cards: while the check-in is being recorded a card disturbs nothing, after it the "
    "next may come") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.answer_fresh();
  kiosk.tap("confirm");
  const RequestId request = kiosk.as<Committing>().request;
  kiosk.lay_card();
  CHECK(kiosk.screen() == "committing");
  kiosk.feed(CommitAnswered{request, {Committed{"a1", "K1-001", "t", 5, kiosk.now}}});
  CHECK(kiosk.screen() == "done");
  kiosk.feed(CardNoticed{});
  CHECK(kiosk.screen() == "reading_card");
  CHECK(kiosk.asked<AllowPrinting>() == std::vector{AllowPrinting{}});
}

TEST_CASE(
    "cards: unreadable three times in a row is the desk's, a number that does not check "
    "too") {
  Bench kiosk;
  kiosk.feed(CardUnreadable{});
  kiosk.feed(CardNoticed{});
  kiosk.feed(CardUnreadable{});
  CHECK(kiosk.as<Outcome>().tries == 2);
  kiosk.feed(CardUnreadable{});
  CHECK(kiosk.as<Outcome>().tries == 3);
  Bench forged;
  forged.feed(CardRead{CardKind::resident, "990101199003070016", std::nullopt});
  CHECK(forged.screen() == "card_unreadable");
  CHECK(forged.asked<LookUp>().empty());
}

TEST_CASE(
    "cards: a card that no reader of this kind knows is told, each kind of permit has its own "
    "system") {
  Bench kiosk;
  kiosk.feed(CardUnreadable{CardTrouble::not_supported});
  CHECK(kiosk.screen() == "card_not_supported");
  kiosk.feed(CardUnreadable{CardTrouble::wrong_reader});
  CHECK(kiosk.screen() == "card_wrong_reader");
  kiosk.feed(CardRead{CardKind::foreign_permit, "XXA310080010103", std::nullopt});
  CHECK(kiosk.asked<LookUp>()[0].key == LookUpKey(PersonCode{{"urn:permit", "XXA310080010103"}}));
  kiosk.feed(CardRead{CardKind::hk_macao_taiwan_permit, "990101199003070015", std::nullopt});
  CHECK(kiosk.asked<LookUp>().back().key ==
        LookUpKey(PersonCode{{"urn:hk-macao-taiwan", "990101199003070015"}}));
}

TEST_CASE("cards: one that was lifted too early is told apart, and is the desk's the third time") {
  Bench kiosk;
  kiosk.feed(CardUnreadable{CardTrouble::pulled});
  CHECK(kiosk.screen() == "card_pulled");
  kiosk.feed(CardUnreadable{CardTrouble::unreadable});
  CHECK(kiosk.screen() == "card_unreadable");
  kiosk.feed(CardUnreadable{CardTrouble::pulled});
  CHECK(kiosk.screen() == "card_unreadable");
  CHECK(kiosk.as<Outcome>().tries == 3);
}

TEST_CASE("cards: a smart card names a person by the identifier it gives") {
  Bench kiosk;
  const domain::Identifier insured{"urn:kvnr", "A123456780"};
  kiosk.feed(IdentifierRead{insured});
  CHECK(kiosk.asked<LookUp>()[0].key == LookUpKey(PersonCode{insured}));
  kiosk.answer_look_up({wang({visit_at("a1", Minutes(39))})});
  CHECK(kiosk.screen() == "confirm");
}

TEST_CASE("closed: disk full, hours, nothing usable; each recovers by itself") {
  Bench kiosk;
  kiosk.around([](Surroundings& around) { around.ledger = LedgerHealth::cannot_record; });
  CHECK(kiosk.as<Closed>().reason == ClosedReason::cannot_record);
  kiosk.lay_card();
  CHECK(kiosk.screen() == "closed");
  kiosk.around([](Surroundings& around) { around.ledger = LedgerHealth::ok; });
  CHECK(kiosk.screen() == "welcome");
  kiosk.around([](Surroundings& around) {
    around.has_data = false;
    around.server = ServerHealth::offline;
  });
  CHECK(kiosk.as<Closed>().reason == ClosedReason::nothing_usable);
  kiosk.around([](Surroundings& around) { around.server = ServerHealth::online; });
  CHECK(kiosk.screen() == "welcome");
  kiosk.around([](Surroundings& around) { around.may_issue = false; });
  CHECK(kiosk.as<Closed>().reason == ClosedReason::stopped_issuing);
}

TEST_CASE("closed: outside opening hours, but never by an untrusted clock or in mid-visit") {
  Rules rules = sample_rules();
  for (int day = 1; day <= 7; ++day) rules.opening_hours.push_back({day, {7, 0}, {9, 45}});
  Bench kiosk(rules);
  CHECK(kiosk.screen() == "welcome");
  kiosk.now += Minutes(3);
  kiosk.to_confirm();
  kiosk.pass(Minutes(2));
  CHECK(kiosk.screen() == "closed");
  kiosk.trust = ClockTrust::not_before;
  kiosk.feed(Tick{});
  CHECK(kiosk.screen() == "welcome");
}

TEST_CASE("clock: setting it by years keeps what is left of a time-out") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.pass(Seconds(40));
  kiosk.now += std::chrono::years(3);
  kiosk.feed(Tick{});
  CHECK(kiosk.screen() == "confirm");
  kiosk.pass(Seconds(5));
  CHECK(kiosk.screen() == "take_card");
}

TEST_CASE("language, help: one touch of the welcome screen is forgotten by itself") {
  for (const char* action : {"language:en", "help"}) {
    Bench kiosk;
    kiosk.tap(action);
    kiosk.pass(kiosk.rules.time_outs.choose);
    CHECK(kiosk.model.session.language == "zh-Hans");
    CHECK(kiosk.model.session.overlay == Overlay::none);
  }
}

TEST_CASE("language: a choice on welcome lasts the visit and is forgotten with it or by itself") {
  Bench kiosk;
  kiosk.tap("language:en");
  CHECK(kiosk.model.session.language == "en");
  kiosk.tap("language:xx");
  CHECK(kiosk.model.session.language == "en");
  kiosk.pass(Seconds(45));
  CHECK(kiosk.model.session.language == "zh-Hans");
}

TEST_CASE("help: opens over any screen, closes to it, and ends with it") {
  Bench kiosk;
  kiosk.to_confirm();
  kiosk.tap("help");
  CHECK(kiosk.model.session.overlay == Overlay::help);
  kiosk.tap("close_help");
  CHECK(kiosk.model.session.overlay == Overlay::none);
  CHECK(kiosk.screen() == "confirm");
}

TEST_CASE("ticket: paper that runs out before it began is said, and paper that comes back prints") {
  Bench kiosk;
  kiosk.to_done();
  kiosk.around([](Surroundings& around) { around.printer = PrinterHealth::paper_out; });
  CHECK(kiosk.as<Done>().visits[0].ticket == TicketState::no_paper);
  kiosk.pass(Seconds(50));
  CHECK(kiosk.screen() == "done");
  kiosk.around([](Surroundings& around) { around.printer = PrinterHealth::ok; });
  kiosk.feed(PrintReported{1, PrintState::sending});
  CHECK(kiosk.as<Done>().visits[0].ticket == TicketState::printing);
  kiosk.feed(PrintReported{1, PrintState::printed});
  CHECK(kiosk.as<Done>().visits[0].ticket == TicketState::printed);
}
