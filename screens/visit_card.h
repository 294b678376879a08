#pragma once

#include "screens/page.h"

namespace screens {

/// Name and value of clinic, doctor and place, as far as they are known.
/// When room is tight clinic and doctor stand side by side.
ui::Nodes visit_details(const Page& page, const domain::Visit& visit);

/// One visit in large: the teal head with its time, then the details.
ui::Node visit_card(const Page& page, const domain::Visit& visit);

/// One of several visits: time and clinic, then doctor and place as far as there is room.
ui::Node visit_row(const Page& page, const domain::Visit& visit);

/// The facts of a visit that an outcome is about: its day, time, clinic and doctor.
ui::Node visit_facts(const Page& page, const domain::Visit& visit);

}  // namespace screens
