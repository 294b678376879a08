// Welcome and closed: only what works now is offered.
#include <doctest/doctest.h>

#include "tests/unit/screens/find.h"
#include "tests/unit/screens/fixture.h"

using namespace screens;
namespace journeys = kiosk::journeys;

TEST_CASE("welcome: with all devices it speaks of card, code and neither") {
  const ui::Node tree = viewed(sample_model("welcome", "en"));
  CHECK(shows(tree, "Please lay your ID card on the reader"));
  CHECK(shows(tree, ui::Picture::card_above_reader));
  CHECK(shows(tree, "or show your code"));
  CHECK(offers(tree, "no_card"));
}

TEST_CASE("welcome: without the reader the code is the main way and no card is asked for") {
  const ui::Node tree = viewed(sample_model("welcome_no_reader", "en"));
  CHECK(shows(tree, "Please show your booking code"));
  CHECK(shows(tree, ui::Picture::code_above_scanner));
  CHECK_FALSE(shows(tree, ui::Picture::card_above_reader));
  CHECK(offers(tree, "no_card"));
}

TEST_CASE("welcome: without the scanner nobody is asked for a code") {
  const ui::Node tree = viewed(sample_model("welcome_no_scanner", "en"));
  CHECK(shows(tree, "Please lay your ID card on the reader"));
  CHECK_FALSE(shows(tree, "or show your code"));
  CHECK_FALSE(shows(tree, ui::Picture::qr_code));
}

TEST_CASE("welcome: without both, birth date and digits are the main way") {
  const ui::Node tree = viewed(sample_model("welcome_no_devices", "en"));
  CHECK(shows(tree, "Check in with your date of birth"));
  CHECK(offers(tree, "no_card"));
  CHECK_FALSE(shows(tree, ui::Picture::card_above_reader));
  CHECK_FALSE(shows(tree, ui::Picture::code_above_scanner));
}

TEST_CASE("welcome: a locked entry is not offered") {
  CHECK_FALSE(offers(viewed(sample_model("welcome_entry_locked", "en")), "no_card"));
}

TEST_CASE("welcome: a printer that cannot print is told before starting, with the reason") {
  CHECK(shows(viewed(sample_model("welcome_no_paper", "en")), "No paper at the moment."));
  CHECK(shows(viewed(sample_model("welcome_trouble", "en")), "No tickets at the moment."));
  const ui::Node fine = viewed(sample_model("welcome", "en"));
  CHECK_FALSE(shows(fine, "No paper at the moment."));
  CHECK_FALSE(shows(fine, "No tickets at the moment."));
}

TEST_CASE("welcome: each language stands under its own name, the current one cannot be pressed") {
  const ui::Node tree = viewed(sample_model("welcome", "en"));
  CHECK(offers(tree, "language:zh-Hans"));
  CHECK_FALSE(offers(tree, "language:en"));
  CHECK(shows(tree, "中文"));
  CHECK(shows(tree, "English"));
}

TEST_CASE("every screen: the language pill leads to the next language and round again") {
  CHECK(offers(viewed(sample_model("confirm", "en")), "language:zh-Hans"));
  CHECK(offers(viewed(sample_model("confirm", "zh-Hans")), "language:en"));
  journeys::Rules rules = sample_rules();
  rules.languages.resize(1);
  const ui::Node tree = view(rules, sample_model("confirm", "zh-Hans"), test_texts("zh-Hans"));
  CHECK_FALSE(shows(tree, ui::Picture::globe));
}

TEST_CASE("every screen: staff see what needs them in one line, three matters at most") {
  const ui::Node tree = viewed(sample_model("welcome_trouble", "en"));
  CHECK(shows(tree, "For staff: printer · check-ins refused · check-ins not delivered · …"));
}

TEST_CASE("closed: out of hours it tells today's hours and when it opens again") {
  journeys::Model model = sample_model("closed_hours", "en");
  const ui::Node evening = viewed(model);
  CHECK(shows(evening, "20:15"));
  CHECK(shows(evening, "07:30–12:00"));
  CHECK(shows(evening, "Mon 23 Nov, 07:30"));
  CHECK(shows(evening, "Registration desk"));

  model.now.instant -= kiosk::Minutes(14 * 60);
  CHECK(shows(viewed(model), "today at 07:30"));
  model.now.instant += kiosk::Minutes(2 * 24 * 60 + 6 * 60 + 30);  // Monday, 12:45
  CHECK(shows(viewed(model), "07:30–12:00,  13:30–17:30"));
  CHECK(shows(viewed(model), "today at 13:30"));
  model.now.instant += kiosk::Minutes(8 * 60);
  CHECK(shows(viewed(model), "tomorrow at 07:30"));
}

TEST_CASE("closed: every reason has its words and the desk with its phone") {
  for (const char* sample :
       {"closed_nothing_usable", "closed_cannot_record", "closed_stopped_issuing"}) {
    const ui::Node tree = viewed(sample_model(sample, "en"));
    CHECK(shows(tree, "021-5550 0120"));
    CHECK(shows(tree, "09:41"));
    CHECK_FALSE(offers(tree, "no_card"));
  }
}
