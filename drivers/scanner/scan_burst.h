#pragma once

#include <optional>
#include <vector>

#include "drivers/scanner/scan_text.h"

namespace drivers::scanner {

/// Cuts a stream of characters into codes: at the suffix, or where the scanner pauses. What USB or
/// the scheduler cut in two within the pause is one code.
///
/// With Suffix::any a scanner that ended a code with a suffix is held to it: what then ends in a
/// pause was torn, and half a code is never told as a whole one.
class BurstCutter {
 public:
  static constexpr std::size_t code_bytes_max = 8192;

  BurstCutter(Suffix suffix, kiosk::Milliseconds pause) : suffix_(suffix), pause_(pause) {}

  /// The codes that are complete, without their suffix, in order; an error for each that was lost:
  /// scanner/too_long.
  std::vector<kiosk::Result<RawScan>> feed(usb::Moment now, kiosk::ByteView bytes);

  /// The code that a pause ended by now, or scanner/torn; none if there is nothing to end.
  std::optional<kiosk::Result<RawScan>> expire(usb::Moment now);

  /// When `expire` has something to do.
  std::optional<usb::Moment> deadline() const { return deadline_; }

  /// The device left or lost bytes: what came so far is no code. True if there was something.
  bool drop();

 private:
  bool ends_here() const;

  Suffix suffix_;
  kiosk::Milliseconds pause_;
  kiosk::Bytes code_;
  bool too_long_ = false;  ///< until its end
  bool suffix_seen_ = false;
  std::optional<usb::Moment> deadline_;
};

}  // namespace drivers::scanner
