#include "printing/ticket.h"

#include <utility>

#include "printing/receiptline_parser.h"
#include "printing/ticket_layout.h"
#include "printing/ticket_picture.h"

namespace printing {

using kiosk::Result;

Result<Template> parse_template(std::string_view text) {
  return parse_receiptline(text);
}

Result<Picture> render(const Template& ticket, const Values& values, kiosk::text::Fonts& fonts,
                       int width_dots) {
  constexpr int cells_min = 8;
  constexpr int cells_max = 96;
  const int cells = width_dots / cell_dots;
  if (cells < cells_min || cells > cells_max) {
    return kiosk::fail("ticket", "width", std::to_string(width_dots) + " dots");
  }
  const Result<Layout> layout = lay_out(fill(ticket, values), cells, Spacing::roomy);
  if (!layout) return kiosk::fail("ticket", layout.error());
  return draw(*layout, fonts, width_dots);
}

}  // namespace printing
