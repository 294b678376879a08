#pragma once

#include "kiosk/journeys/model.h"
#include "kiosk/journeys/rules.h"
#include "screens/ui/catalogue.h"
#include "screens/ui/node.h"

namespace screens {

/// What the kiosk shows: the one function from its model to a screen.
///
/// texts: those of the session's language. Thread: any; pure.
ui::Node view(const kiosk::journeys::Rules& rules, const kiosk::journeys::Model& model,
              const ui::Catalogue& texts);

}  // namespace screens
