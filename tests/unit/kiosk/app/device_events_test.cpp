#include "kiosk/app/device_events.h"

#include <doctest/doctest.h>

using namespace kiosk;
using namespace kiosk::app;
namespace id_card = drivers::id_card;
namespace scanner = drivers::scanner;

namespace {

template <typename T, typename Event>
T as(const Event& event) {
  const auto told = journey_event(event);
  REQUIRE(told.has_value());
  return std::get<T>(*told);
}

}  // namespace

TEST_CASE("device events: a card's document, number and end of validity reach the journey") {
  id_card::IdCardText text;
  text.number = "990101199003070015";
  text.valid_to = "20400101";
  const auto read = as<journeys::CardRead>(id_card::ReaderEvent(id_card::CardRead{text}));
  CHECK(read.kind == journeys::CardKind::resident);
  CHECK(read.valid_to == domain::Date{2040, 1, 1});
  text.document = id_card::Document::foreign_permit_2023;
  text.valid_to.reset();
  const auto permit = as<journeys::CardRead>(id_card::ReaderEvent(id_card::CardRead{text}));
  CHECK(permit.kind == journeys::CardKind::foreign_permit);
  CHECK_FALSE(permit.valid_to.has_value());
}

TEST_CASE("device events: an absent reader is missing, a faulty one out of service") {
  using id_card::ReaderEvent;
  shell::DeviceReport told{"id_reader/usb", journeys::ReaderHealth::ok, {}, {}};
  const ReaderEvent absent(id_card::ReaderUnusable{{"usb", "absent", "no reader found"}});
  CHECK(report(told, absent) == Reported::changed);
  CHECK(std::string(word_of(told)) == "unplugged");
  CHECK(told.wrong == "no reader found (usb/absent)");
  CHECK(report(told, absent) == Reported::nothing_new);
  report(told, ReaderEvent(id_card::ReaderUnusable{{"id_card", "not_authorised", ""}}));
  CHECK(std::string(word_of(told)) == "out_of_service");
  report(told, ReaderEvent(id_card::ReaderReady{"05.03-20260101"}));
  CHECK(std::string(word_of(told)) == "ok");
  CHECK(told.detail == "SAM 05.03-20260101");
  CHECK(told.wrong.empty());
}

TEST_CASE("device events: a printer's report tells model, state and what to do") {
  using drivers::printer::PrinterEvent;
  shell::DeviceReport told{"printer/usb", journeys::PrinterHealth::missing, {}, {}};
  report(told, PrinterEvent(drivers::printer::Identified{"EPSON", "TM-T88V"}));
  report(told,
         PrinterEvent(drivers::printer::StateChanged{drivers::printer::PrinterState::paper_out}));
  CHECK(told.detail == "EPSON TM-T88V");
  CHECK(std::string(word_of(told)) == "paper_out");
  CHECK(told.wrong.find("new roll") != std::string::npos);
  report(told, PrinterEvent(drivers::printer::StateChanged{drivers::printer::PrinterState::ready}));
  CHECK(told.wrong.empty());
}

TEST_CASE("device events: damaged, pulled too early and of another kind are told apart") {
  using journeys::CardTrouble;
  const auto trouble = [](const id_card::ReaderEvent& event) {
    return as<journeys::CardUnreadable>(event).trouble;
  };
  CHECK(trouble(id_card::NotAResidentCard{}) == CardTrouble::not_supported);
  CHECK(trouble(id_card::CardPulled{}) == CardTrouble::pulled);
  CHECK(trouble(id_card::CardUnreadable{{"id_card", "read_failed", ""}}) ==
        CardTrouble::unreadable);
}

TEST_CASE("device events: a smart card gives the first identifier that has a system") {
  using namespace drivers::smart_card;
  shell::SmartCardSettings settings;
  settings.social_security_card = "urn:ssc";
  const SmartCardEvent both(
      CardIdentified{CardKind::social_security,
                     {{IdentifierKind::social_security_number, "990101199003070015"},
                      {IdentifierKind::social_security_card_number, "A12345678"}}});
  CHECK(journey_event(both, settings) ==
        JourneyEvent(journeys::IdentifierRead{{"urn:ssc", "A12345678"}}));
  settings.social_security_number = "urn:citizen";
  CHECK(journey_event(both, settings) ==
        JourneyEvent(journeys::IdentifierRead{{"urn:citizen", "990101199003070015"}}));
  CHECK(journey_event(both, {}) ==
        JourneyEvent(journeys::CardUnreadable{journeys::CardTrouble::not_supported}));
  CHECK(journey_event(UseTheIdCardReader{}, settings) ==
        JourneyEvent(journeys::CardUnreadable{journeys::CardTrouble::wrong_reader}));
}

TEST_CASE("device events: a code that could not be read is damaged, not unknown") {
  const auto scan = as<journeys::CodeScanned>(
      scanner::ScannerEvent(scanner::CodeUnreadable{{"scanner", "torn", ""}}));
  CHECK(domain::recognise_code({}, scan.text) == domain::Code(domain::DamagedCode{}));
}

TEST_CASE("device events: a printer's report tells its profile, whence it is, and a wrong width") {
  using namespace drivers::printer;
  const auto detail = [](const SiteProfile& site, const FoundPrinter& found) {
    shell::DeviceReport told{"printer/usb", journeys::PrinterHealth::missing, {}, {}};
    report(told, PrinterEvent(Identified{"EPSON", found.model, profile_for(site, found)}));
    return told.detail;
  };
  const FoundPrinter epson{{0x04B8, 0x0202}, "TM-T88V"};
  CHECK(detail({}, epson) ==
        "EPSON TM-T88V; profile epson-tm-t88 (by its name): 512 dots in a row, partial cut");
  CHECK(detail({}, {{0x04B8, 0x0E03}, ""}) ==
        "EPSON; profile epson-tm-t20 (by its USB ids): 576 dots in a row, partial cut");
  CHECK(detail({}, {{}, "X", false}) ==
        "EPSON X; profile auto (its model is not known): 576 dots in a row, no cut");
  SiteProfile wide;
  wide.width_dots = 576;
  CHECK(detail(wide, epson) ==
        "EPSON TM-T88V; profile epson-tm-t88 (by its name): 576 dots in a row, partial cut; its "
        "model prints 512 dots in a row, the configuration says 576: tickets are cut off at the "
        "right; leave printer.width_dots out, with profile \"auto\"");
  CHECK(detail({"clone-80", {}}, epson).find("profile clone-80 (as configured)") !=
        std::string::npos);
  CHECK(detail({"clone-80", {}}, epson).find("prints 512 dots") != std::string::npos);
}

TEST_CASE("device events: only a printer that can print is called well") {
  using drivers::printer::PrinterState;
  for (const PrinterState state :
       {PrinterState::ready, PrinterState::paper_near_end, PrinterState::offline,
        PrinterState::overheated, PrinterState::cutter_error, PrinterState::paper_out,
        PrinterState::cover_open, PrinterState::silent, PrinterState::unplugged}) {
    journeys::Surroundings around;
    around.printer = health_of(state);
    CHECK(journeys::can_print(around) == drivers::printer::can_print(state));
  }
}
