#pragma once

namespace kiosk {

/// Prints the broken precondition to stderr and ends the process. Thread: any.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace kiosk

/// States what the caller must guarantee; a breach is a bug and ends the process in every build.
/// Never used on bytes that came from a device, a file or a server: those get an Error.
#define KIOSK_CHECK(condition) \
  ((condition) ? void(0) : ::kiosk::check_failed(#condition, __FILE__, __LINE__))
