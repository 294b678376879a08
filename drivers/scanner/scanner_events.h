#pragma once

// What every scanner is asked and tells, whatever it hangs on.

#include <variant>

#include "drivers/scanner/scan_text.h"

namespace drivers::scanner {

/// The one command: whether the screen asks for a code now.
enum class CodeWanted { no, yes };

struct ScannerReady {
  bool operator==(const ScannerReady&) const = default;
};

/// It cannot be used until ScannerReady comes again by itself. Codes: usb/..., and
/// scanner/unknown_layout (set it to HID POS mode).
struct ScannerUnusable {
  kiosk::Error why;

  bool operator==(const ScannerUnusable&) const = default;
};

struct CodeScanned {
  ScannedCode code;

  bool operator==(const CodeScanned&) const = default;
};

/// Something was scanned that is no code for us; show it again. Codes: scanner/not_text,
/// scanner/empty, scanner/no_prefix, scanner/too_long, scanner/malformed_report, scanner/torn (its
/// end never came).
struct CodeUnreadable {
  kiosk::Error why;

  bool operator==(const CodeUnreadable&) const = default;
};

using ScannerEvent = std::variant<ScannerReady, ScannerUnusable, CodeScanned, CodeUnreadable>;

}  // namespace drivers::scanner
