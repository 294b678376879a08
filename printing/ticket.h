#pragma once

#include <string_view>

#include "kiosk/base/result.h"
#include "kiosk/text/fonts.h"
#include "printing/picture.h"
#include "printing/receiptline.h"
#include "printing/ticket_values.h"

namespace printing {

/// A ticket's template: a ReceiptLine document with places for values. Parsed once, used often.
using Template = Document;

/// Errors: those of parse_receiptline. What `check` says is for the site's IT; a template with
/// complaints still prints.   Thread: any; pure.
kiosk::Result<Template> parse_template(std::string_view text);

/// Fills in the values, lays the ticket out and draws it, `width_dots` wide (96..1152; the layout
/// uses whole cells of 12 dots, what is left over stays white in equal parts at both sides).
///
/// Errors: ticket/width for any other width; those of lay_out.   Thread: that of `fonts`.
kiosk::Result<Picture> render(const Template& ticket, const Values& values,
                              kiosk::text::Fonts& fonts, int width_dots);

}  // namespace printing
