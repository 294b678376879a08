#include "screens/view.h"

#include <variant>

#include "kiosk/base/overloaded.h"
#include "screens/screens.h"

namespace screens {
namespace {

constexpr Fit fits[] = {{Room::full, 100}, {Room::full, 95},  {Room::tight, 100}, {Room::tight, 95},
                        {Room::tight, 90}, {Room::tight, 85}, {Room::line, 92},   {Room::line, 85},
                        {Room::line, 78},  {Room::line, 70},  {Room::line, 62}};

}  // namespace

ui::Node view(const journeys::Rules& rules, const journeys::Model& model,
              const ui::Catalogue& texts, Fit fit) {
  const Page page{rules, model, texts, fit};
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

ui::Scene laid_out_view(ui::Layout& layout, const journeys::Rules& rules,
                        const journeys::Model& model, const ui::Catalogue& texts,
                        const ui::Theme& theme) {
  const ui::Setting setting{.theme = theme, .language = model.session.language};
  ui::Scene scene;
  for (const Fit fit : fits) {
    scene = layout.lay_out(view(rules, model, texts, fit), setting);
    if (scene.flaws.empty()) break;
  }
  return scene;
}

}  // namespace screens
