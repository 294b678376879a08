#pragma once

#include "screens/page.h"

// The screens, a file each (outcomes: three files by what the patient does next).

namespace screens {

ui::Node welcome(const Page& page);
ui::Node closed(const Page& page, const journeys::Closed& screen);
ui::Node reading_card(const Page& page);
ui::Node looking_up(const Page& page, const journeys::LookingUp& screen);
ui::Node committing(const Page& page);
ui::Node entry(const Page& page, const journeys::Entry& screen);
ui::Node choose(const Page& page, const journeys::Choose& screen);
ui::Node confirm(const Page& page, const journeys::Confirm& screen);
ui::Node done(const Page& page, const journeys::Done& screen);
ui::Node outcome(const Page& page, const journeys::Outcome& screen);
ui::Node take_card(const Page& page);
/// Over any screen: who helps, and where.
ui::Node help(const Page& page);

}  // namespace screens
