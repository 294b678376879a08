#pragma once

#include <string>

#include "screens/frame.h"
#include "screens/page.h"

// How every outcome speaks: a sign and a headline, what it means in a sentence, the visit it is
// about, and the next step.

namespace screens {

struct Message {
  ui::Tone tone = ui::Tone::teal;
  std::string headline;
  std::string meaning;                                    ///< may be empty
  enum class Desk { next, if_needed } desk = Desk::next;  ///< whether the next step is the desk
};

/// Sign, greeting (of a person who is known), headline and meaning.
ui::Node told(const Page& page, const journeys::Outcome& screen, Message message);

/// The message, the visit's facts where it has one, the desk, and OK: most outcomes.
ui::Node to_the_desk(const Page& page, const journeys::Outcome& screen, Message message);

/// Card and code, as far as they work now: "lay your ID card on the reader or show ...". Empty:
/// neither works.
std::string other_ways(const Page& page);

/// "Back to start", below a larger next step.
ui::Node back_button(const Page& page);

ui::Node about_the_visit(const Page& page, const journeys::Outcome& screen);
ui::Node about_trying_again(const Page& page, const journeys::Outcome& screen);
ui::Node about_the_desk(const Page& page, const journeys::Outcome& screen);
ui::Node already_checked_in(const Page& page, const journeys::Outcome& screen);

}  // namespace screens
