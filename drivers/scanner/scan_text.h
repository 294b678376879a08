#pragma once

#include <string>

#include "drivers/scanner/hid_pos.h"

namespace drivers::scanner {

/// What a code may be written in when it is not UTF-8.
enum class OtherEncoding { none, gb18030 };

/// What a scanner is set to send behind every code; `any` takes one of the others off if it is
/// there.
enum class Suffix { any, none, cr, lf, cr_lf, tab };

/// How a scanner was set up, and what its codes are written in.
struct TextRules {
  OtherEncoding other_encoding = OtherEncoding::gb18030;
  std::string prefix;  ///< sent before every code; a code without it lost its head
  Suffix suffix = Suffix::any;

  bool operator==(const TextRules&) const = default;
};

/// The text of a code that was shown; untrusted.
struct ScannedCode {
  std::string text;            ///< valid UTF-8; may hold control characters and NUL
  std::string aim_identifier;  ///< "]Q1"; empty when unknown

  bool operator==(const ScannedCode&) const = default;
};

/// Takes one suffix off the end and the prefix off the start, keeps an AIM identifier that was sent
/// in front of the code (ISO/IEC 15424) apart, and finds the encoding: what the code itself
/// declares by ECI, else UTF-8, else the given other one.
/// Errors: scanner/empty, scanner/no_prefix, scanner/not_text; none tells the content.
/// Thread: any; pure.
kiosk::Result<ScannedCode> to_text(const RawScan& scan, const TextRules& rules);

}  // namespace drivers::scanner
