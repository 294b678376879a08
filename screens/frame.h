#pragma once

#include <string>
#include <vector>

#include "screens/page.h"

namespace screens {

/// Puts a screen together: head, the strip for staff, `content` from the top, `buttons` at the
/// bottom (always in the same place), below them the space for "more time" on screens that end by
/// themselves, and the foot.
ui::Node framed(const Page& page, ui::Nodes content, ui::Nodes buttons);

/// The desk's name in large letters, its place and phone. `said` stands above it.
ui::Node desk_card(const Page& page, std::string said);

/// The question or message of a screen: greeting or other small line (may be empty), then large.
ui::Node titled(std::string above, std::string heading);

/// "OK", which ends the visit.
ui::Node ok_button(const Page& page);

/// An icon and a line beside it.
ui::Node line_with(ui::Picture picture, ui::Color color, std::string words);

/// What to mind, in amber: the first line strong, each fitted to one line.
ui::Node mind_box(const std::vector<std::string>& lines);

/// That no ticket comes out now, said before starting; strong part, then the rest.
ui::Node no_ticket_notice(const Page& page);

}  // namespace screens
