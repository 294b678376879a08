#include "screens/view.h"

#include <variant>

#include "kiosk/base/overloaded.h"
#include "screens/screens.h"

namespace screens {

ui::Node view(const journeys::Rules& rules, const journeys::Model& model,
              const ui::Catalogue& texts) {
  const Page page{rules, model, texts};
  if (model.session.overlay == journeys::Overlay::help) return help(page);
  return std::visit(kiosk::overloaded{
                        [&](const journeys::Welcome&) { return welcome(page); },
                        [&](const journeys::Closed& screen) { return closed(page, screen); },
                        [&](const journeys::ReadingCard&) { return reading_card(page); },
                        [&](const journeys::LookingUp& screen) { return looking_up(page, screen); },
                        [&](const journeys::Entry& screen) { return entry(page, screen); },
                        [&](const journeys::Choose& screen) { return choose(page, screen); },
                        [&](const journeys::Confirm& screen) { return confirm(page, screen); },
                        [&](const journeys::Committing&) { return committing(page); },
                        [&](const journeys::Done& screen) { return done(page, screen); },
                        [&](const journeys::Outcome& screen) { return outcome(page, screen); },
                        [&](const journeys::TakeCard&) { return take_card(page); },
                    },
                    model.screen);
}

}  // namespace screens
