// Outcomes of which the desk is the next step and of which no visit is known.
#include <utility>

#include "screens/outcome_parts.h"

namespace screens {
namespace {

Message message_of(const Page& page, journeys::OutcomeKind kind) {
  using journeys::OutcomeKind;
  switch (kind) {
    case OutcomeKind::no_appointment:
      return {ui::Tone::teal, page.tr("We found no appointment for you"),
              page.tr("The desk can register you or look for your booking.")};
    case OutcomeKind::cannot_look_up:
      return {ui::Tone::amber, page.tr("We cannot look you up now"),
              page.tr("The hospital's system does not answer. Your appointment stays as it is; "
                      "the desk can check you in.")};
    case OutcomeKind::card_expired:
      return {ui::Tone::amber, page.tr("Your ID card has expired"),
              page.tr("The desk can check you in.")};
    case OutcomeKind::more_than_one_person:
      return {ui::Tone::teal, page.tr("We are not sure who you are"),
              page.tr("More than one person matches. The desk will find your record.")};
    case OutcomeKind::no_data_yet:
      return {ui::Tone::amber, page.tr("This kiosk is still getting ready"),
              page.tr("Today's appointments are not here yet. Try again in a few minutes, or ask "
                      "at the desk.")};
    case OutcomeKind::cannot_record:
      return {ui::Tone::amber, page.tr("You are not checked in yet"),
              page.tr("This kiosk cannot record it now, and nothing was printed. The desk will "
                      "check you in.")};
    case OutcomeKind::recording_unknown:
      return {ui::Tone::amber, page.tr("Please ask at the desk"),
              page.tr("We do not know yet whether your check-in was recorded. The desk can see "
                      "it; nothing is counted twice.")};
    default:  // restricted, and whatever must not be told apart from it
      return {ui::Tone::teal, page.tr("Please go to the desk"),
              page.tr("Our staff there will help you.")};
  }
}

}  // namespace

ui::Node about_the_desk(const Page& page, const journeys::Outcome& screen) {
  return to_the_desk(page, screen, message_of(page, screen.kind));
}

}  // namespace screens
