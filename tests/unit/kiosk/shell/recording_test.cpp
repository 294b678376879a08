#include "kiosk/shell/recording.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "kiosk/shell/loop.h"
#include "tests/unit/kiosk/journeys/bench_model.h"

using namespace journeys_test;
using kiosk::shell::read_recording;
using kiosk::shell::Recorder;
using kiosk::shell::replay;

namespace {

/// A folder of this test alone, gone with it.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("kiosk_recording_test_" + std::to_string(getpid()));
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A kiosk on the bench whose every event is recorded.
struct Recorded {
  Folder folder;
  Bench kiosk;
  std::unique_ptr<Recorder> recorder;
  std::vector<std::string> screens{"welcome"};

  Recorded() {
    const Now start{morning, ClockTrust::server};
    auto made = Recorder::create(folder.path.string(), start);
    REQUIRE(made);
    recorder = std::move(*made);
    recorder->record(kiosk.rules, initial_model(kiosk.rules, start),
                     Event{start, SurroundingsChanged{kiosk.model.around}});
  }
  template <typename What>
  void feed(What what) {
    recorder->record(kiosk.rules, kiosk.model, Event{{kiosk.now, kiosk.trust}, what});
    kiosk.feed(std::move(what));
    const bool help = kiosk.model.session.overlay == Overlay::help;
    const std::string screen = help ? "help" : kiosk.screen();
    if (screen != screens.back()) screens.push_back(screen);
  }
  void tap(const std::string& action) { feed(Tapped{action}); }
  void type(const std::string& characters) {
    for (const char c : characters) tap(std::string("digit:") + c);
  }
  void lay_card() {
    feed(CardNoticed{});
    feed(CardRead{CardKind::resident, "990101199003070015", Date{2040, 1, 1}});
  }
  void find(std::vector<PersonVisits> found) {
    feed(LookUpAnswered{kiosk.as<LookingUp>().request, std::move(found)});
  }
  std::string text() const { return text_of(recorder->path()); }
  /// What a replay shows, without the rules' own table of codes.
  std::vector<std::string> replayed() const {
    const auto recording = read_recording(text());
    REQUIRE(recording);
    Rules rules = kiosk.rules;
    rules.code_formats.clear();
    return replay(rules, *recording);
  }
};

bool holds(const std::string& text, const std::string& value) {
  return text.find(value) != std::string::npos ||
         text.find(to_hex(as_bytes(value))) != std::string::npos;
}

PersonVisits full_record() {
  PersonVisits found = wang({visit_at("appointment-77", Minutes(39))});
  found.person.id = "patient-77";
  found.person.identifiers = {{"urn:citizen", "990101199003070015"}};
  Appointment& appointment = found.visits[0].appointment;
  appointment.patient_id = "patient-77";
  appointment.booking_number = "A20260077";
  appointment.queue_number = "Q-077";
  appointment.doctor_name = "李医生";
  appointment.notes = {"王小芳 13800004821"};
  return found;
}

}  // namespace

TEST_CASE("recording: a check-in by card replays to its screens and names nobody") {
  Recorded run;
  run.lay_card();
  run.find({full_record()});
  const Confirm confirm = run.kiosk.as<Confirm>();
  run.feed(FreshAnswered{confirm.fresh_requests[0], confirm.visits[0], domain::Waiting{3}});
  run.tap("help");
  run.tap("close_help");
  run.tap("confirm");
  run.feed(CommitAnswered{
      run.kiosk.as<Committing>().request,
      {Committed{"appointment-77", "K1-077", std::string(32, 'b'), 5, run.kiosk.now}}});
  run.feed(PrintReported{5, PrintState::printed});
  run.tap("home");
  const std::vector<std::string> shown{"welcome", "reading_card", "looking_up", "confirm",  "help",
                                       "confirm", "committing",   "done",       "take_card"};
  CHECK(run.screens == shown);
  CHECK(run.replayed() == shown);
  for (const char* value :
       {"王小芳", "990101199003070015", "13800004821", "4821", "patient-77", "appointment-77",
        "A20260077", "Q-077", "K1-077", "李医生", "bbbbbbbbbbbbbbbb"}) {
    CAPTURE(value);
    CHECK_FALSE(holds(run.text(), value));
  }
  CHECK(holds(run.text(), "心内科"));  // what is kept can be found: the check above can fail
}

TEST_CASE("recording: each end of a commit replays to its screen") {
  Appointment moved = visit_at("appointment-77", Minutes(50)).appointment;
  for (const CommitResult& end : std::vector<CommitResult>{
           AlreadyCheckedIn{}, ChangedMeanwhile{moved}, CannotRecord{}, RecordingUnknown{}}) {
    CAPTURE(end.index());
    Recorded run;
    run.lay_card();
    run.find({full_record()});
    const Confirm confirm = run.kiosk.as<Confirm>();
    run.feed(FreshAnswered{confirm.fresh_requests[0], confirm.visits[0], domain::Waiting{}});
    run.tap("confirm");
    run.feed(CommitAnswered{run.kiosk.as<Committing>().request, {end}});
    CHECK(run.replayed() == run.screens);
  }
}

TEST_CASE("recording: typed digits become those of one date; what they do stays") {
  Recorded run;
  run.tap("no_card");
  run.type("1946X0230");  // X does nothing, and 30 February is no day
  CHECK(run.kiosk.as<Entry>().bad_date);
  run.tap("erase");
  run.tap("erase");
  run.tap("erase");
  run.type("307X4821");
  run.tap("submit");
  run.find({});
  CHECK(run.screens ==
        std::vector<std::string>{"welcome", "entry", "looking_up", "entry_no_match"});
  CHECK(run.replayed() == run.screens);
  const auto recording = read_recording(run.text());
  REQUIRE(recording);
  std::string typed;
  for (const Event& event : recording->events) {
    const auto* tap = std::get_if<Tapped>(&event.what);
    if (tap != nullptr && tap->action.starts_with("digit:")) typed += tap->action.substr(6);
  }
  CHECK(typed == "2000-0100101-0000");
}

TEST_CASE("recording: codes and cards keep what they lead to") {
  const std::vector<std::pair<std::string, std::string>> codes{
      {"A20260077", "looking_up"},
      {"S1234567D", "looking_up"},
      {"S1234567A", "code_damaged"},
      {"hello", "code_unknown"},
      {"KT1." + std::string(32, 'c'), "looking_up"}};
  for (const auto& [code, screen] : codes) {
    Recorded run;
    run.feed(CodeScanned{code});
    const std::string shown = code;
    CAPTURE(shown);
    CHECK(run.screens == std::vector<std::string>{"welcome", screen});
    CHECK(run.replayed() == run.screens);
    CHECK_FALSE(holds(run.text(), code));
  }
  Recorded run;
  run.kiosk.rules.expired_card = ExpiredCardRule::desk;
  run.feed(CardRead{CardKind::resident, "990101199003070015", Date{2020, 1, 1}});
  run.feed(CardRead{CardKind::resident, "990101199003070016", {}});
  run.feed(CardRead{CardKind::foreign_permit, "USA990190070001", Date{2040, 1, 1}});
  CHECK(run.screens ==
        std::vector<std::string>{"welcome", "card_expired", "card_unreadable", "looking_up"});
  CHECK(run.replayed() == run.screens);
  CHECK_FALSE(holds(run.text(), "USA990190070001"));
}

TEST_CASE("recording: a held ticket prints again, so that later requests keep their ids") {
  Recorded run;
  PersonVisits found = full_record();
  Arrival arrival;
  arrival.encounter_id = "encounter-77";
  arrival.number = "K1-077";
  arrival.ticket = TicketPaper::held;
  found.visits[0].arrival = arrival;
  run.lay_card();
  run.find({found});
  run.feed(TicketQueued{run.kiosk.as<Outcome>().copy_request, 9});
  run.lay_card();
  run.find({wang({visit_at("a2", Minutes(500))})});
  CHECK(run.screens == std::vector<std::string>{"welcome", "reading_card", "looking_up",
                                                "already_checked_in", "reading_card", "looking_up",
                                                "too_early"});
  CHECK(run.replayed() == run.screens);
  CHECK_FALSE(holds(run.text(), "encounter-77"));
}

TEST_CASE("recording: equal values have equal tokens, others have others") {
  Recorded run;
  for (int i = 0; i < 2; ++i) {
    run.lay_card();
    PersonVisits other = wang({});
    other.person.name = "赵大";
    run.find({full_record(), other});
  }
  const auto recording = read_recording(run.text());
  REQUIRE(recording);
  std::vector<std::string> names;
  for (const Event& event : recording->events) {
    const auto* answer = std::get_if<LookUpAnswered>(&event.what);
    if (answer == nullptr) continue;
    for (const auto& found : std::get<0>(answer->result)) names.push_back(found.person.name);
  }
  REQUIRE(names.size() == 4);
  CHECK(names[0] == names[2]);
  CHECK(names[1] == names[3]);
  CHECK(names[0] != names[1]);
  CHECK(run.replayed() == run.screens);
}

TEST_CASE("recording: a torn last line is left out, any other is an error") {
  Recorded run;
  run.tap("no_card");
  run.tap("home");
  const std::string text = run.text();
  const auto torn = read_recording(text.substr(0, text.size() - 2));
  REQUIRE(torn);
  CHECK(replay(run.kiosk.rules, *torn) == std::vector<std::string>{"welcome", "entry"});
  for (const char* line : {"", "1 0 tick", "kiosk-recording 1 1 0"}) {
    CHECK(read_recording(std::string(line) + "\n").error().code == "bad_line");
  }
  for (const char* line : {"", "tick", "1 0 tick ", "1 0 tick 1", "1 3 tick", "1 0 tap",
                           "1 0 tap x6", "1 0 tap xzz", "1 0 card 3 x 0", "1 0 found 1 2",
                           "1 0 committed 1 9999", "999999999999999 0 tick", "1 0 print 1 6"}) {
    CAPTURE(line);
    const auto read = read_recording(text + line + "\n");
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "bad_line");
  }
}

TEST_CASE("recording: its file is its owner's alone and never replaces another") {
  Recorded run;
  const auto rights = std::filesystem::status(run.recorder->path()).permissions();
  CHECK(rights == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const auto again = Recorder::create(run.folder.path.string(), {morning, ClockTrust::server});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == "cannot_write");
}

namespace {

/// A screen that presses "no card" once and then is closed.
class OneTap : public shell::Face {
 public:
  void show(const Model& model) override { shown = name(model.screen); }
  std::vector<std::string> wait(Milliseconds) override {
    ++waits_;
    return waits_ == 1 ? std::vector<std::string>{"no_card"} : std::vector<std::string>{};
  }
  void wake() override {}
  bool closed() const override { return waits_ == 2; }
  std::vector<shell::SceneNode> nodes() const override { return {}; }
  std::string hit(double, double) const override { return {}; }
  Result<void> screenshot(const std::string&) override { return {}; }

  std::string shown;

 private:
  int waits_ = 0;
};

}  // namespace

TEST_CASE("recording: the loop gives the recorder every event") {
  const Folder folder;
  shell::Clock clock{morning};
  auto recorder = Recorder::create(folder.path.string(), clock.now());
  REQUIRE(recorder);
  OneTap face;
  Rules rules;
  rules.languages = {{"en", "English"}};
  shell::LoopPorts ports;
  ports.perform = [](const Effect&) {};
  ports.want_input = [](bool) {};
  shell::Loop loop(rules, face, clock, ports, shell::Automation::off, recorder->get());
  loop.run();
  const auto recording = read_recording(text_of((*recorder)->path()));
  REQUIRE(recording);
  CHECK(face.shown == "entry");
  CHECK(replay(rules, *recording) == std::vector<std::string>{"welcome", "entry"});
}
