#pragma once

// Bar code scanners as USB HID "point of sale" devices: the report descriptor tells where in an
// input report the data lies, consecutive reports of one scan are joined.
// Source: HID Point of Sale Usage Tables 1.02, page 8C.

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/usb/transfer.h"
#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace drivers::scanner {

/// Where a scanner puts what into its scanned-data report; offsets are bytes from the start of the
/// report, with its id if there are ids.
struct PosLayout {
  std::optional<std::uint8_t> report_id;
  std::size_t report_bytes = 0;
  std::size_t data_offset = 0;
  std::size_t data_bytes = 0;
  std::optional<std::size_t> count_offset;      ///< none: the data ends before the padding zeros
  std::optional<std::size_t> aim_offset;        ///< of three bytes: "]Q1"
  std::optional<std::size_t> continued_offset;  ///< bit 0 set: more reports follow
  bool operator==(const PosLayout&) const = default;
};

/// Reads the layout out of a HID report descriptor.
/// Errors: scanner/unknown_layout when it has no decoded data (usage 8C:FE) in whole bytes.
kiosk::Result<PosLayout> parse_pos_layout(kiosk::ByteView report_descriptor);

/// The bytes of one scan as they came, before any decision about their encoding.
struct RawScan {
  kiosk::Bytes data;
  std::string aim_identifier;  ///< "]C0", or empty when the scanner does not tell

  bool operator==(const RawScan&) const = default;
};

/// Joins the reports of a scan.
class ScanAssembler {
 public:
  static constexpr std::size_t scan_bytes_max = 8192;
  static constexpr kiosk::Milliseconds chain_limit{500};  ///< between two reports of one scan

  explicit ScanAssembler(PosLayout layout) : layout_(layout) {}

  /// A complete scan, nothing yet, or why the reports so far were thrown away:
  /// scanner/malformed_report, scanner/too_long. Reports with another id are ignored.
  kiosk::Result<std::optional<RawScan>> accept(usb::Moment now, kiosk::ByteView report);

  /// Throws an unfinished chain away when its limit is over; true if it did.
  bool expire(usb::Moment now);

  /// When `expire` has something to do.
  std::optional<usb::Moment> deadline() const { return deadline_; }

 private:
  void drop();

  PosLayout layout_;
  RawScan scan_;
  bool discarding_ = false;  ///< a scan that was too long: until its last report
  std::optional<usb::Moment> deadline_;
};

}  // namespace drivers::scanner
