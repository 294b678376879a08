#pragma once

#include "kiosk/journeys/model.h"

namespace kiosk::journeys {

/// Whether the person who lays a card or shows a code now is surely the one who stood here a moment
/// ago.
bool same_person_goes_on(const Screen& screen);

/// Cards and codes are taken on this screen.
bool takes_cards_and_codes(const Screen& screen);

}  // namespace kiosk::journeys
