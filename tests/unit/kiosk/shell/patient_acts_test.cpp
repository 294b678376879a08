#include "kiosk/shell/patient_acts.h"

#include "tests/unit/kiosk/journeys/bench_model.h"

using namespace journeys_test;
using kiosk::shell::PatientActs;

namespace {

/// The model with the acts that are told of it.
class Stage {
 public:
  Stage() : model(initial_model(rules, {morning, ClockTrust::server})) {
    feed(SurroundingsChanged{all_works()});
  }

  template <typename What>
  void feed(What what) {
    const Event event{{now, ClockTrust::server}, std::move(what)};
    acts.before(event, model);
    model = update(rules, std::move(model), event).model;
    for (auto& note : acts.after(rules, event, model)) notes.push_back(std::move(note));
  }
  void lay_card() {
    feed(CardNoticed{});
    feed(CardRead{CardKind::resident, "990101199003070015", Date{2040, 1, 1}});
  }
  void look_up_finds(std::vector<Visit> visits) {
    feed(LookUpAnswered{std::get<LookingUp>(model.screen).request,
                        std::vector<PersonVisits>{wang(std::move(visits))}});
  }
  void to_done() {
    lay_card();
    look_up_finds({visit_at("a1", Minutes(39))});
    const auto confirm = std::get<Confirm>(model.screen);
    feed(FreshAnswered{confirm.fresh_requests[0], confirm.visits[0]});
    feed(Tapped{"confirm"});
    const auto request = std::get<Committing>(model.screen).request;
    feed(CommitAnswered{request, {Committed{"a1", "K1-001", std::string(32, 'b'), 7, now}}});
  }
  /// "pressed confirm", "shown a1: done in zh-Hans, ..."
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const domain::AuditNote& note : std::exchange(notes, {})) {
      std::string line = domain::name(note.act);
      if (!note.visit_key.empty()) line += " " + note.visit_key + ":";
      if (!note.detail.empty()) line += " " + note.detail;
      lines.push_back(std::move(line));
    }
    return lines;
  }

  Rules rules = sample_rules();
  Model model;
  Instant now = morning;
  PatientActs acts;
  std::vector<domain::AuditNote> notes;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("patient acts: a visit is told screen by screen and press by press") {
  Stage stage;
  CHECK(stage.told() == Lines{});
  stage.to_done();
  CHECK(stage.told() == Lines{"card_noticed", "shown reading_card in zh-Hans", "card_read",
                              "shown looking_up in zh-Hans",
                              "shown a1: confirm in zh-Hans: 2026-11-23 10:20, 心内科, version 1",
                              "pressed confirm", "shown a1: committing in zh-Hans",
                              "shown a1: done in zh-Hans, number K1-001, ticket printing"});
  stage.feed(PrintReported{7, domain::PrintState::printed});
  stage.feed(Tapped{"home"});
  CHECK(stage.told() == Lines{"shown a1: done in zh-Hans, number K1-001, ticket printed",
                              "pressed home", "left ended"});
}

TEST_CASE("patient acts: what one person does bears one mark, the next one's another") {
  Stage stage;
  stage.to_done();
  const auto first = stage.notes.front().stay;
  REQUIRE(first.has_value());
  for (const auto& note : stage.notes) CHECK(note.stay == first);
  stage.told();
  stage.now += Seconds(3);
  stage.feed(CodeScanned{"A12345678"});
  REQUIRE(stage.notes.size() == 3);
  CHECK(stage.notes[0] == domain::AuditNote{domain::Act::left, "", "someone else came", first});
  CHECK(stage.notes[1].act == domain::Act::code_read);
  CHECK(stage.notes[1].stay == stage.now);
  CHECK(stage.notes[2].stay == stage.now);
}

TEST_CASE("patient acts: who walks away is told to have") {
  Stage stage;
  stage.lay_card();
  stage.look_up_finds({visit_at("a1", Minutes(39))});
  stage.told();
  stage.now += Seconds(120);
  stage.feed(Tick{});
  CHECK(stage.told() == Lines{"left time was up"});
  stage.now += Seconds(120);
  stage.feed(Tick{});  // of "take your card"
  CHECK(stage.told() == Lines{});
}

TEST_CASE("patient acts: nothing of what is typed or read is told") {
  Stage stage;
  stage.feed(Tapped{"no_card"});
  for (const char digit : std::string("199003070015")) {
    stage.feed(Tapped{std::string("digit:") + digit});
  }
  stage.feed(Tapped{"erase"});
  CHECK(stage.told() == Lines{"pressed no_card", "shown entry in zh-Hans"});
  stage.lay_card();
  stage.look_up_finds({visit_at("a1", Minutes(39)), visit_at("a2", Minutes(60))});
  for (const std::string& line : stage.told()) {
    CAPTURE(line);
    for (const char* of_her : {"9901", "王", "p1", "1380"}) {
      CHECK(line.find(of_her) == std::string::npos);
    }
  }
}

TEST_CASE("patient acts: what was confirmed is told as it was shown, and what it changed to") {
  Stage stage;
  stage.rules.aliases["cardio"] = {{"en", "Cardiology"}};
  stage.feed(Tapped{"language:en"});
  stage.lay_card();
  Visit visit = visit_at("a1", Minutes(39));
  visit.appointment.doctor_name = "李明";
  visit.appointment.place_name = "3F\n301";
  stage.look_up_finds({visit});
  const std::string shown = "Cardiology, 李明, 3F 301, version ";
  CHECK(stage.told().back() == "shown a1: confirm in en: 2026-11-23 10:20, " + shown + "1");
  visit.appointment.start += Minutes(10);
  visit.appointment.version = "2";
  const auto confirm = std::get<Confirm>(stage.model.screen);
  stage.feed(FreshAnswered{confirm.fresh_requests[0], visit});
  CHECK(stage.told() ==
        Lines{"shown a1: confirm in en, changed meanwhile: 2026-11-23 10:30, " + shown + "2"});
}

TEST_CASE("patient acts: a name without end is cut between two characters") {
  Stage stage;
  stage.lay_card();
  Visit visit = visit_at("a1", Minutes(39));
  visit.appointment.clinic_name.clear();
  for (int i = 0; i < 4000; ++i) visit.appointment.clinic_name += "科";
  visit.appointment.doctor_name = "Dr " + visit.appointment.clinic_name;
  visit.appointment.version = std::string(4000, '7');
  stage.look_up_finds({visit});
  const std::string told = stage.told().back();
  CHECK(told.size() < 400);
  CHECK(told.find("科, Dr 科") != std::string::npos);
}

TEST_CASE("patient acts: two visits on one screen are told one by one, help and language too") {
  Stage stage;
  stage.lay_card();
  stage.look_up_finds({visit_at("a1", Minutes(39)), visit_at("a2", Minutes(60))});
  stage.told();
  stage.feed(Tapped{"language:en"});
  stage.feed(Tapped{"help"});
  CHECK(stage.told() == Lines{"pressed language:en", "shown a1: choose in en",
                              "shown a2: choose in en", "pressed help",
                              "shown a1: choose, help in en", "shown a2: choose, help in en"});
}

TEST_CASE("patient acts: who only touches the welcome screen is told, and gone when it is over") {
  Stage stage;
  stage.feed(Tapped{"help"});
  CHECK(stage.told() == Lines{"pressed help", "shown welcome, help in zh-Hans"});
  stage.now += Seconds(120);
  stage.feed(Tick{});
  CHECK(stage.told() == Lines{"left time was up"});
}
