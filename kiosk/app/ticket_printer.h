#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/printer/printer_table.h"
#include "kiosk/app/ticket_text.h"
#include "kiosk/shell/status.h"
#include "kiosk/text/fonts.h"
#include "printing/ticket.h"

namespace kiosk::app {

using Catalogues = std::map<std::string, screens::ui::Catalogue>;  ///< by language

/// Loads the compiled catalogue of each of the site's languages. Errors: those of Catalogue::load.
Result<Catalogues> load_catalogues(const shell::Config& config);

/// The site's own fallback list, or that of the system's fonts.
text::FontList font_list(const shell::Config& config, text::Pitch pitch);

/// Makes printer bytes of print jobs: values, template, picture, ESC/POS. Thread: one.
class TicketPrinter {
 public:
  /// Reads the templates. Errors: app/template naming file, line and column; those of the fonts.
  static Result<std::unique_ptr<TicketPrinter>> create(const shell::Config& config,
                                                       const Catalogues& catalogues);

  /// By which tickets are made from now on: a printer was found.
  void go_by(const drivers::printer::Profile& profile) { profile_ = profile; }
  const drivers::printer::Profile& profile() const { return profile_; }

  Result<Bytes> ticket(const domain::PrintJob& job, const Now& now);
  /// A staff's list as a document: a line an item.
  Result<Bytes> list(shell::StaffList which, const std::vector<shell::ListedItem>& items,
                     const Now& now);
  /// For `kiosk test print`: what staff see at a glance is missing when a font, the width or the
  /// cutter is wrong.
  Result<Bytes> test_page(const Now& now);

 private:
  TicketPrinter(const shell::Config& config, const Catalogues& catalogues, text::Fonts fonts)
      : config_(config),
        catalogues_(catalogues),
        fonts_(std::move(fonts)),
        profile_(drivers::printer::profile_for(config.printer, {}).profile) {}

  Result<Bytes> encoded(const printing::Template& document, const printing::Values& values);

  const shell::Config& config_;
  const Catalogues& catalogues_;
  text::Fonts fonts_;
  drivers::printer::Profile profile_;
  std::map<std::string, printing::Template> templates_;  ///< by language
};

}  // namespace kiosk::app
