#pragma once

#include <string>

#include "drivers/scanner/hid_pos.h"

namespace drivers::scanner {

/// What a code may be written in when it is not UTF-8.
enum class OtherEncoding { none, gb18030 };

/// The text of a code that was shown; untrusted.
struct ScannedCode {
  std::string text;            ///< valid UTF-8; may hold control characters and NUL
  std::string aim_identifier;  ///< "]Q1"; empty when unknown

  bool operator==(const ScannedCode&) const = default;
};

/// Takes one suffix (CR, LF, CR LF or Tab) off the end and finds the encoding: what the code itself
/// declares by ECI, else UTF-8, else the given other one.
/// Errors: scanner/empty, scanner/not_text; neither tells the content.   Thread: any; pure.
kiosk::Result<ScannedCode> to_text(const RawScan& scan, OtherEncoding other);

}  // namespace drivers::scanner
