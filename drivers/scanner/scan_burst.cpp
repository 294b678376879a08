#include "drivers/scanner/scan_burst.h"

#include <string_view>
#include <utility>

namespace drivers::scanner {

bool BurstCutter::ends_here() const {
  const std::string_view text = kiosk::as_text(code_);
  switch (suffix_) {
    case Suffix::any:
      return text.ends_with('\r') || text.ends_with('\n') || text.ends_with('\t');
    case Suffix::none:
      return false;
    case Suffix::cr:
      return text.ends_with('\r');
    case Suffix::lf:
      return text.ends_with('\n');
    case Suffix::cr_lf:
      return text.ends_with("\r\n");
    case Suffix::tab:
      return text.ends_with('\t');
  }
  return false;
}

std::vector<kiosk::Result<RawScan>> BurstCutter::feed(usb::Moment now, kiosk::ByteView bytes) {
  std::vector<kiosk::Result<RawScan>> codes;
  // Only just late: the thread was, not the scanner.
  if (auto ended = expire(now - pause_)) codes.push_back(std::move(*ended));
  const std::ptrdiff_t suffix_size = suffix_ == Suffix::cr_lf ? 2 : 1;
  for (const std::uint8_t byte : bytes) {
    if (code_.size() >= code_bytes_max) {
      code_.erase(code_.begin(), code_.end() - 1);  // the last one may begin the suffix
      too_long_ = true;
    }
    code_.push_back(byte);
    if (!ends_here()) continue;
    suffix_seen_ = true;
    code_.erase(code_.end() - suffix_size, code_.end());
    if (std::exchange(too_long_, false)) {
      codes.push_back(kiosk::fail("scanner", "too_long", "a code of more than 8192 bytes"));
    } else if (!code_.empty()) {  // the LF behind a CR ends nothing
      codes.push_back(RawScan{std::exchange(code_, {}), {}});
    }
    code_.clear();
  }
  deadline_.reset();
  if (!code_.empty()) deadline_ = now + pause_;
  return codes;
}

std::optional<kiosk::Result<RawScan>> BurstCutter::expire(usb::Moment now) {
  if (!deadline_ || now < *deadline_) return std::nullopt;
  const bool has_suffix =
      suffix_ == Suffix::any ? std::exchange(suffix_seen_, false) : suffix_ != Suffix::none;
  const bool was_too_long = too_long_;
  RawScan scan{std::exchange(code_, {}), {}};
  drop();
  if (was_too_long) return kiosk::fail("scanner", "too_long", "a code of more than 8192 bytes");
  if (has_suffix) return kiosk::fail("scanner", "torn", "the end of a code never came");
  return scan;
}

bool BurstCutter::drop() {
  const bool had_some = deadline_.has_value();
  code_.clear();
  too_long_ = false;
  deadline_.reset();
  return had_some;
}

}  // namespace drivers::scanner
