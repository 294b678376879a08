#pragma once

#include <string_view>

#include "kiosk/base/bytes.h"

namespace printing {

/// Decodes what can be: characters that are no base64 are skipped, the first `=` ends it, a single
/// left-over character is dropped. Thread: any; pure.
kiosk::Bytes decode_base64(std::string_view text);

}  // namespace printing
