#pragma once

#include <optional>
#include <string>
#include <vector>

#include "screens/page.h"

// Number and way: what a patient takes along from the done screen and from "already checked in".

namespace screens {

/// "Your number", the number in the largest figures, what it is for, and how many are before her
/// where that was counted.
ui::Node number_card(const Page& page, const std::string& number, const domain::Visit& visit,
                     std::optional<int> people_ahead = std::nullopt);

/// Where to go, and how to get there from this kiosk.
ui::Node place_card(const Page& page, const domain::Visit& visit);

/// Several numbers, each with what it is for and where.
ui::Node number_rows(const Page& page, const std::vector<journeys::DoneVisit>& visits);

}  // namespace screens
