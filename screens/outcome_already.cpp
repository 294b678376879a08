// Already checked in: the same number again, and a copy of the ticket where it can be given.
#include <utility>

#include "screens/done_parts.h"
#include "screens/outcome_parts.h"
#include "screens/visit_card.h"

namespace screens {
namespace {

using journeys::CopyState;

/// As the journey accepts it, and only while tickets can be printed.
bool copy_is_offered(const Page& page, const journeys::Outcome& screen) {
  return page.prints() && !screen.by_entry && screen.person &&
         (screen.copy == CopyState::not_asked || screen.copy == CopyState::failed);
}

/// What became of the copy; empty: nothing to say.
std::string about_the_copy(const Page& page, CopyState state) {
  switch (state) {
    case CopyState::not_asked:
      return {};
    case CopyState::asked:
    case CopyState::printing:
      return page.tr("Your ticket is printing...");
    case CopyState::printed:
      return page.tr("Please take your ticket.");
    case CopyState::failed:
      return page.tr("The ticket did not come out. Please note your number.");
    case CopyState::unknown:
      return page.tr("No ticket? Please note your number.");
  }
  return {};
}

ui::Node with_number(const Page& page, const journeys::Outcome& screen) {
  const domain::Visit& visit = *screen.visit;
  ui::Nodes content;
  content.push_back(ui::outcome(ui::Tone::green, page.tr("You are checked in already")));
  content.push_back(number_card(page, visit.arrival->number, visit));
  content.push_back(place_card(page, visit));
  const std::string copy = about_the_copy(page, screen.copy);
  if (screen.copy == CopyState::printed) {
    content.push_back(ui::notice(ui::Tone::green, copy, ""));
  } else if (screen.copy == CopyState::asked || screen.copy == CopyState::printing) {
    content.push_back(ui::notice(ui::Tone::teal, copy, ""));
  } else if (!copy.empty()) {
    content.push_back(mind_box({copy}));
  }
  ui::Nodes buttons;
  if (copy_is_offered(page, screen)) {
    buttons.push_back(ui::secondary_button(act(actions::copy), page.tr("Print a copy")));
  }
  buttons.push_back(ok_button(page));
  return framed(page, std::move(content), std::move(buttons));
}

}  // namespace

ui::Node already_checked_in(const Page& page, const journeys::Outcome& screen) {
  const bool number =
      screen.visit && screen.visit->arrival && !screen.visit->arrival->number.empty();
  if (number) return with_number(page, screen);
  return to_the_desk(page, screen,
                     {ui::Tone::green, page.tr("You are checked in already"),
                      page.tr("The desk has your number.")});
}

}  // namespace screens
