#include <doctest/doctest.h>

#include <set>

#include "tests/unit/screens/find.h"
#include "tests/unit/screens/fixture.h"

using namespace screens;
namespace journeys = kiosk::journeys;

namespace {

ui::Node tree_of(const char* sample) {
  return viewed(sample_model(sample, "en"));
}

/// The largest words of a screen.
std::string heading_of(const ui::Node& node) {
  if (node.role == ui::Role::heading) return node.text;
  for (const ui::Node& child : node.children) {
    if (const std::string found = heading_of(child); !found.empty()) return found;
  }
  return {};
}

}  // namespace

TEST_CASE("outcomes: every kind has a sample, a headline of its own and a next step") {
  std::set<journeys::OutcomeKind> kinds;
  std::map<std::string, journeys::OutcomeKind> headlines;
  for (const Sample& sample : sample_models("en")) {
    const auto* outcome = std::get_if<journeys::Outcome>(&sample.model.screen);
    if (outcome == nullptr) continue;
    CAPTURE(sample.name);
    kinds.insert(outcome->kind);
    const ui::Node tree = viewed(sample.model);
    const std::string headline = heading_of(tree);
    CHECK_FALSE(headline.empty());
    const auto [at, added] = headlines.emplace(headline, outcome->kind);
    CHECK_MESSAGE((added || at->second == outcome->kind), headline);
    CHECK(offers(tree, "home"));
  }
  CHECK(kinds.size() == static_cast<std::size_t>(journeys::OutcomeKind::entry_no_match) + 1);
}

TEST_CASE("outcomes: already checked in shows the same number and offers a copy") {
  CHECK(shows(tree_of("already_checked_in"), "A017"));
  CHECK(offers(tree_of("already_checked_in"), "copy"));
  CHECK_FALSE(offers(tree_of("already_copy_printing"), "copy"));
  CHECK(shows(tree_of("already_copy_printing"), "Your ticket is printing…"));
  CHECK_FALSE(offers(tree_of("already_copy_printed"), "copy"));
  CHECK(offers(tree_of("already_copy_failed"), "copy"));
  CHECK(shows(tree_of("already_copy_unknown"), "No ticket? Please note your number."));
  CHECK(shows(tree_of("already_checked_in_no_number"), "The desk has your number."));
}

TEST_CASE("outcomes: no copy is offered to who gave birth date and digits, nor without paper") {
  journeys::Model model = sample_model("already_checked_in", "en");
  std::get<journeys::Outcome>(model.screen).by_entry = true;
  CHECK_FALSE(offers(viewed(model), "copy"));
  model = sample_model("already_checked_in", "en");
  model.around.printer = journeys::PrinterHealth::paper_out;
  CHECK_FALSE(offers(viewed(model), "copy"));
}

TEST_CASE("outcomes: too early tells when to come back") {
  const ui::Node tree = tree_of("too_early");
  CHECK(shows(tree, "You are early. Come back at 14:00."));
  CHECK(shows(tree, "now 09:41"));
  CHECK(shows(tree, "14:00 check-in opens"));
}

TEST_CASE("outcomes: day, site, canceller and reason are named") {
  CHECK(shows(tree_of("another_day"), "Your appointment is on Mon 23 Nov"));
  CHECK(shows(tree_of("another_site"), "Your appointment is at the West Campus"));
  CHECK(shows(tree_of("cancelled_by_patient"), "You cancelled this appointment"));
  CHECK(shows(tree_of("cancelled_by_hospital"), "The hospital cancelled this appointment"));
  CHECK(shows(tree_of("cancelled_by_hospital"),
              "Reason: 医生停诊\nThe desk can tell you more and book a new time."));
  CHECK(shows(tree_of("desk_first"), "It is about: payment. Then you can check in."));
  CHECK(shows(tree_of("remote_phone"), "Your appointment is by phone"));
  CHECK(shows(tree_of("remote_video"), "Your appointment is by video"));
}

TEST_CASE("outcomes: the card is laid again twice, then the desk helps") {
  CHECK(shows(tree_of("card_unreadable"), ui::Picture::lift_card));
  CHECK_FALSE(shows(tree_of("card_unreadable"), "Registration desk"));
  CHECK_FALSE(shows(tree_of("card_unreadable_third"), ui::Picture::lift_card));
  CHECK(shows(tree_of("card_unreadable_third"), "Registration desk"));
}

TEST_CASE("outcomes: only ways that work now are named") {
  CHECK(
      shows(tree_of("code_unknown"), "Lay your ID card on the reader, or show your booking code."));
  journeys::Model model = sample_model("code_unknown", "en");
  model.around.reader = journeys::ReaderHealth::missing;
  CHECK(shows(viewed(model), "Show your booking code."));
  CHECK(shows(tree_of("code_unknown_no_devices"), "Registration desk"));
  CHECK_FALSE(shows(tree_of("code_unknown_no_devices"), "Show your booking code."));
}

TEST_CASE("outcomes: a mistyped entry can be tried again") {
  CHECK(offers(tree_of("entry_no_match"), "retry"));
  CHECK_FALSE(offers(tree_of("entry_locked"), "retry"));
}

TEST_CASE("outcomes: what the patient cannot put right names the desk, its place and phone") {
  for (const char* sample : {"late", "not_confirmed", "waiting_list", "no_appointment",
                             "cannot_look_up", "card_expired", "more_than_one_person", "restricted",
                             "no_data_yet", "cannot_record", "recording_unknown"}) {
    CAPTURE(sample);
    const ui::Node tree = tree_of(sample);
    CHECK(shows(tree, "Registration desk"));
    CHECK(shows(tree, "Ground floor, east side, windows 1–6"));
    CHECK(shows(tree, "021-5550 0120"));
  }
}
