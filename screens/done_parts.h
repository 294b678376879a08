#pragma once

#include <string>
#include <vector>

#include "screens/page.h"

// Number and way: what a patient takes along from the done screen and from "already checked in".

namespace screens {

/// "Your number", the number in the largest figures, what it is for, how many are before her and
/// how long that takes, where they are known.
ui::Node number_card(const Page& page, const std::string& number, const domain::Visit& visit,
                     const domain::Waiting& waiting = {});

/// Where to go, and how to get there from this kiosk.
ui::Node place_card(const Page& page, const domain::Visit& visit);

/// Several numbers, each with what it is for and where.
ui::Node number_rows(const Page& page, const std::vector<journeys::DoneVisit>& visits);

}  // namespace screens
