#pragma once

#include "kiosk/domain/check_in.h"
#include "kiosk/shell/config.h"
#include "printing/ticket_values.h"
#include "screens/ui/catalogue.h"

namespace kiosk::app {

/// The names a ticket's template may use; all are texts in the ticket's language.
const std::vector<std::string>& ticket_value_names();

/// What stands on the ticket of a print job, by the names of the template. Absent facts are empty.
/// `texts`: the catalogue of the ticket's language. Pure.
printing::Values ticket_values(const shell::Config& config, const domain::PrintJob& job,
                               const screens::ui::Catalogue& texts, const Now& printed);

/// What the ticket's QR code holds: a version, then the token.
std::string ticket_code(const std::string& token);

}  // namespace kiosk::app
