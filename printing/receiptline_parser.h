#pragma once

#include <cstddef>
#include <string_view>

#include "kiosk/base/result.h"
#include "printing/receiptline.h"

namespace printing {

inline constexpr std::size_t document_bytes_max = 262'144;
inline constexpr std::size_t document_lines_max = 1000;
inline constexpr std::size_t columns_max =
    64;  ///< as many as the reference prints on 64 characters
inline constexpr std::size_t value_uses_max = 256;
inline constexpr std::size_t image_dots_max = 4'194'304;  ///< of all images together
inline constexpr int column_width_max = 4096;  ///< characters; larger numbers mean this

/// Parses a ReceiptLine document as its reference implementation does: what that one passes over
/// in silence is passed over here too, and named in `Document::complaints`.
///
/// `$name$` (letters, digits, underscore; not beginning with a digit) in a text or in a code's data
/// is a value's place; `\x24name\x24` prints a dollar sign, the name and a dollar sign.
/// Errors: template/not_utf8, template/too_large, template/too_many_lines,
/// template/too_many_columns, template/too_many_values.   Thread: any; pure.
kiosk::Result<Document> parse_receiptline(std::string_view text);

}  // namespace printing
