#pragma once

#include <string>
#include <string_view>

#include "kiosk/domain/appointment.h"
#include "kiosk/domain/check_in.h"
#include "kiosk/domain/localized.h"
#include "kiosk/journeys/actions.h"
#include "kiosk/journeys/model.h"
#include "kiosk/journeys/rules.h"
#include "screens/ui/catalogue.h"
#include "screens/ui/kit.h"

namespace screens {

namespace actions = kiosk::journeys::actions;
namespace domain = kiosk::domain;
namespace journeys = kiosk::journeys;

/// How much room a part of a screen may take: all it likes; less; one line.
enum class Room { full, tight, line };

/// Where texts are long a screen gives way: first in its arrangement, then in its sizes.
struct Fit {
  Room room = Room::full;
  int percent = 100;  ///< of the sizes of letters, gaps and drawings in the content
};

/// What every screen is built from, and the words that more than one of them needs. Borrows all.
struct Page {
  const journeys::Rules& rules;
  const journeys::Model& model;
  const ui::Catalogue& texts;
  Fit fit = {};

  /// The text in the session's language; a test scans the sources for these calls.
  std::string tr(std::string_view id, ui::Placeholders values = {}) const {
    return texts.tr(id, values);
  }
  std::string tr_n(std::string_view one, std::string_view many, long n) const {
    return texts.tr_n(one, many, n);
  }
  const std::string& language() const { return model.session.language; }
  std::string local(const domain::Localized& text) const {
    return domain::in_language(text, language());
  }
  bool clock_is_trusted() const { return model.now.trust != kiosk::ClockTrust::not_before; }

  /// "10:20", in the site's time zone.
  std::string time(kiosk::Instant instant) const;
  /// "Mon 23 Nov" as the language writes it.
  std::string date(const domain::Date& date) const;

  bool reader_works() const { return model.around.reader == journeys::ReaderHealth::ok; }
  bool scanner_works() const { return model.around.scanner == journeys::ScannerHealth::ok; }
  bool prints() const { return journeys::can_print(model.around); }

  // Of a visit, by the site's names; empty: not known.
  std::string clinic(const domain::Visit& visit) const;
  std::string doctor(const domain::Visit& visit) const;
  std::string place(const domain::Visit& visit) const;
  /// "10:20 Cardiology".
  std::string time_and_clinic(const domain::Visit& visit) const;
  /// "Hello, J*** S****"; the full name is never on a screen.
  std::string greeting(const domain::Person& person) const;
};

/// An action as a node bears it.
inline std::string act(std::string_view action) {
  return std::string(action);
}

/// The texts that are not empty, with ` · ` between them.
std::string joined(std::initializer_list<std::string> texts);

}  // namespace screens
