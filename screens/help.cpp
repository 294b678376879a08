#include <utility>

#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {

ui::Node help(const Page& page) {
  ui::Nodes content;
  content.push_back(titled("", page.tr("We are glad to help you")));
  content.push_back(desk_card(page, page.tr("Please go to, or call")));
  const bool at_confirm = std::holds_alternative<journeys::Confirm>(page.model.screen);
  content.push_back(ui::text(
      at_confirm ? page.tr("If something about the appointment is wrong, the desk can change it.")
                 : page.tr("The desk can check you in too. Nothing is lost if you leave this "
                           "screen.")));
  return framed(page, std::move(content),
                {ui::primary_button(act(actions::close_help), page.tr("Close"))});
}

}  // namespace screens
