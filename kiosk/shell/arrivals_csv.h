#pragma once

#include <string>
#include <vector>

#include "kiosk/domain/civil_time.h"
#include "kiosk/shell/status.h"
#include "kiosk/store/ledger.h"

// Arrivals that the server does not have, for the staff's lists and as a file for the desk.
namespace kiosk::shell {

ListedItem item_of(const store::ListedArrival& listed);

/// Comma-separated values in UTF-8 with a line of names (RFC 4180), without patients' names; times
/// are the zone's, with their offset. A text that a spreadsheet would take for a formula begins
/// with an apostrophe.
std::string csv_text(const std::vector<ListedItem>& items, const domain::Zone& zone);

}  // namespace kiosk::shell
