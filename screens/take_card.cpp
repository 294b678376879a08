#include <utility>

#include "screens/frame.h"
#include "screens/screens.h"

namespace screens {

ui::Node take_card(const Page& page) {
  ui::Nodes content;
  content.push_back(titled("", page.tr("Please take your card")));
  content.push_back(ui::illustration(ui::Picture::lift_card, 640));
  return framed(page, std::move(content), {ok_button(page)});
}

}  // namespace screens
