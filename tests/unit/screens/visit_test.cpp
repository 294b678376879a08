// The visit itself: entry, choice, confirmation, number and way.
#include <doctest/doctest.h>

#include "tests/unit/screens/find.h"
#include "tests/unit/screens/fixture.h"

using namespace screens;
namespace journeys = kiosk::journeys;

namespace {

journeys::Model entry(const std::string& date, const std::string& last) {
  journeys::Model model = sample_model("entry", "en");
  model.screen = journeys::Entry{date, last, false};
  return model;
}

}  // namespace

TEST_CASE("entry: shows what was typed and what is still missing") {
  CHECK(shows(viewed(entry("", "")), "____-__-__"));
  CHECK(shows(viewed(entry("195604", "")), "1956-04-__"));
  CHECK(shows(viewed(entry("19560413", "48")), "4 8 _ _"));
}

TEST_CASE("entry: asks for one thing at a time") {
  CHECK(shows(viewed(entry("1956041", "")), "When were you born?"));
  CHECK(shows(viewed(entry("19560413", "482")), "The last four digits?"));
  CHECK(shows(viewed(entry("19560413", "4821")), "All correct?"));
}

TEST_CASE("entry: can be submitted only when complete, and X is only a last character") {
  CHECK_FALSE(offers(viewed(entry("19560413", "482")), "submit"));
  CHECK(offers(viewed(entry("19560413", "4821")), "submit"));
  CHECK_FALSE(offers(viewed(entry("19560413", "48")), "digit:X"));
  CHECK(offers(viewed(entry("19560413", "482")), "digit:X"));
  CHECK_FALSE(offers(viewed(entry("", "")), "erase"));
}

TEST_CASE("entry: a day that does not exist is said at once, and only erasing helps") {
  const ui::Node tree = viewed(sample_model("entry_bad_date", "en"));
  CHECK(shows(tree, "There is no such day. Please erase and correct it."));
  CHECK_FALSE(offers(tree, "digit:1"));
  CHECK_FALSE(offers(tree, "submit"));
  CHECK(offers(tree, "erase"));
}

TEST_CASE("choose: what cannot be checked in has no box but a reason") {
  const ui::Node tree = viewed(sample_model("choose_five", "en"));
  CHECK(offers(tree, "toggle:0"));
  CHECK(offers(tree, "toggle:1"));
  CHECK(control(tree, "toggle:2") == nullptr);
  CHECK(shows(tree, "check-in opens at 10:40"));
  CHECK(shows(tree, "cancelled"));
  CHECK(offers(tree, "continue"));
  CHECK_FALSE(offers(viewed(sample_model("choose_none", "en")), "continue"));
}

TEST_CASE("confirm: shows the site's names, and the server's where the site has none") {
  const ui::Node tree = viewed(sample_model("confirm", "en"));
  CHECK(shows(tree, "Hello, 王*芳"));
  CHECK(shows(tree, "10:20"));
  CHECK(shows(tree, "Cardiology"));
  CHECK(shows(tree, "Dr Li Jianguo"));
  CHECK(shows(viewed(sample_model("confirm_long", "en")), "阿卜杜热合曼·买买提艾力"));
  CHECK_FALSE(shows(tree, ui::Picture::cross));
}

TEST_CASE("confirm: once pressed the button is busy and cannot be pressed again") {
  const ui::Node tree = viewed(sample_model("confirm_waiting", "en"));
  CHECK_FALSE(offers(tree, "confirm"));
  CHECK(shows(tree, "One moment, please…"));
}

TEST_CASE("confirm: what to mind is said before confirming") {
  CHECK(shows(viewed(sample_model("confirm_changed", "en")),
              "Something changed. Please look again."));
  CHECK(shows(viewed(sample_model("confirm_late", "en")),
              "You are late, but you can still check in."));
  CHECK(shows(viewed(sample_model("confirm_no_paper", "en")),
              "No paper: your number will be on the screen."));
  CHECK(shows(viewed(sample_model("confirm_crowded", "en")),
              "Your ID card has expired. Please renew it soon."));
}

TEST_CASE("done: number, place, way and step-free way") {
  const ui::Node tree = viewed(sample_model("done_printed", "en"));
  CHECK(shows(tree, "K1-017"));
  CHECK(shows(tree, "Outpatient Building, floor 3, area B, room 302"));
  CHECK(shows(tree, "Escalator on your right to floor 3, then left"));
  CHECK(shows(tree, ui::Picture::wheelchair));
  CHECK(shows(tree, "Remember to take your card."));
  CHECK(offers(tree, "home"));
}

TEST_CASE("done: when to ask is the start and the margin, for the late the check-in and it") {
  journeys::Model model = sample_model("done_kept", "en");
  CHECK(shows(viewed(model), "10:50 and not called? Show the ticket at the desk."));
  auto& done = std::get<journeys::Done>(model.screen);
  done.visits.front().waiting.range->until = kiosk::Minutes(55);  // from 09:41
  CHECK(shows(viewed(model), "11:06 and not called? Show the ticket at the desk."));
  done.visits.front().waiting.range.reset();
  done.visits.front().committed.confirmed_at =
      done.visits.front().visit.appointment.start + kiosk::Minutes(12);
  CHECK(shows(viewed(model), "11:02 and not called? Show the ticket at the desk."));
  model.now.trust = kiosk::ClockTrust::not_before;
  CHECK(shows(viewed(model), "10:50 and not called? Show the ticket at the desk."));
}

TEST_CASE("done: each state of the ticket has its words and its next step") {
  const auto tree = [](const char* sample) { return viewed(sample_model(sample, "en")); };
  CHECK(shows(tree("done_printing"), "Checked in. Your ticket is printing…"));
  CHECK_FALSE(offers(tree("done_printing"), "no_ticket"));
  CHECK(offers(tree("done_printed"), "no_ticket"));
  CHECK_FALSE(offers(tree("done_copied"), "no_ticket"));
  CHECK(shows(tree("done_no_paper"), "Checked in. Please note your number."));
  CHECK(shows(tree("done_no_paper"), "10:50 and not called? Give your number at the desk."));
  CHECK(shows(tree("done_failed"), "The ticket did not come out. Your check-in counts."));
  CHECK(offers(tree("done_unknown"), "ticket_came"));
  CHECK(offers(tree("done_unknown"), "no_ticket"));
  CHECK_FALSE(offers(tree("done_unknown"), "home"));
  CHECK(offers(tree("done_unknown_copy"), "ticket_came"));
  CHECK(offers(tree("done_unknown_copy"), "home"));
  CHECK_FALSE(offers(tree("done_unknown_copy"), "no_ticket"));
}

TEST_CASE("done: off-line the patient carries the news") {
  const ui::Node tree = viewed(sample_model("done_offline", "en"));
  CHECK(shows(tree,
              "Show this ticket to the nurse at Outpatient Building, floor 3, area B, room 302 "
              "now. Arrived 09:41."));
  journeys::Model model = sample_model("done_offline", "en");
  model.now.trust = kiosk::ClockTrust::not_before;
  CHECK(shows(viewed(model),
              "Show this ticket to the nurse at Outpatient Building, floor 3, area B, room 302 "
              "now."));
}

TEST_CASE("done: several visits have several numbers, and what was not recorded is told") {
  CHECK(shows(viewed(sample_model("done_several", "en")), "K1-017"));
  CHECK(shows(viewed(sample_model("done_several", "en")), "K1-018"));
  CHECK(shows(viewed(sample_model("done_crowded", "en")),
              "1 appointment was not recorded: please ask at the desk."));
  CHECK(shows(viewed(sample_model("done_many", "en")),
              "2 appointments were not recorded: please ask at the desk."));
  CHECK(shows(viewed(sample_model("done_many", "en")),
              "We do not know yet whether 1 appointment was recorded: please ask at the desk."));
}
