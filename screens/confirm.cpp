// "Is this your appointment?" The fresh read runs meanwhile; cancelling is not done here.
#include <algorithm>
#include <utility>
#include <vector>

#include "screens/frame.h"
#include "screens/screens.h"
#include "screens/visit_card.h"

namespace screens {
namespace {

/// More are told of, but do not fit.
constexpr std::size_t visits_max = 8;

/// What the patient should mind before confirming, the most important first.
std::vector<std::string> to_mind(const Page& page, const journeys::Confirm& screen) {
  std::vector<std::string> lines;
  if (screen.changed) lines.push_back(page.tr("Something changed. Please look again."));
  const bool late =
      std::any_of(screen.visits.begin(), screen.visits.end(), [&](const domain::Visit& visit) {
        return journeys::state_of(page.rules, visit, page.model.now) ==
               journeys::VisitState::ready_late;
      });
  if (late) lines.push_back(page.tr("You are late, but you can still check in."));
  if (!page.prints()) {
    const bool paper = page.model.around.printer == journeys::PrinterHealth::paper_out;
    lines.push_back(paper ? page.tr("No paper: your number will be on the screen.")
                          : page.tr("No tickets now: your number will be on the screen."));
  }
  if (screen.card_expired) {
    lines.push_back(page.tr("Your ID card has expired. Please renew it soon."));
  }
  return lines;
}

ui::Node visits(const Page& page, const journeys::Confirm& screen) {
  if (screen.visits.size() == 1) return visit_card(page, screen.visits.front());
  ui::Nodes cards;
  for (const domain::Visit& visit : screen.visits) {
    if (cards.size() == visits_max) break;
    cards.push_back(visit_row(page, visit));
  }
  if (screen.visits.size() > cards.size()) cards.push_back(ui::sub("…"));
  return ui::column({.gap = page.fit.room == Room::full ? 20 : 10}, std::move(cards));
}

ui::Node yes_button(const Page& page, const journeys::Confirm& screen) {
  if (screen.confirmed) {
    return ui::disabled(
        ui::primary_button(act(actions::confirm), page.tr("One moment, please...")));
  }
  return ui::primary_button(act(actions::confirm), ui::Picture::check, page.tr("Yes, check me in"));
}

}  // namespace

ui::Node confirm(const Page& page, const journeys::Confirm& screen) {
  const std::vector<std::string> mind = to_mind(page, screen);
  ui::Nodes content;
  ui::Node title = titled(page.greeting(screen.person),
                          screen.visits.size() == 1 ? page.tr("Is this your appointment?")
                                                    : page.tr("Are these your appointments?"));
  content.push_back(std::move(title));
  if (!mind.empty()) content.push_back(mind_box(mind));
  content.push_back(visits(page, screen));
  return framed(page, std::move(content),
                {yes_button(page, screen),
                 ui::equal_row({ui::secondary_button(act(actions::not_me), page.tr("Not me")),
                                ui::secondary_button(act(actions::wrong_details),
                                                     page.tr("Wrong details"))})});
}

}  // namespace screens
