#pragma once

// What a receipt printer says about itself, bytes -> values. All answers come over one pipe without
// a frame: single bytes, four-byte reports and blocks that end with NUL are told apart by their
// bits. Source: ESC/POS command reference (DLE EOT, GS a, GS r, GS ( H, GS I); USB printer
// class 1.1.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "kiosk/base/bytes.h"

namespace drivers::printer {

/// In rising order of caution: where two answers disagree, the later one here counts.
enum class PrinterState {
  ready,
  paper_near_end,  ///< prints; staff should bring a roll
  offline,         ///< off for a reason of its own, or a fault without a better name
  overheated,      ///< recovers by itself
  cutter_error,
  paper_out,
  cover_open,
  silent,  ///< plugged in, but says nothing (any more)
  unplugged,
};

/// "paper_out", ...; static storage.
std::string_view name_of(PrinterState state);

inline PrinterState safer(PrinterState a, PrinterState b) {
  return a > b ? a : b;
}
inline bool can_print(PrinterState state) {
  return state <= PrinterState::paper_near_end;
}

/// Answer to DLE EOT n; which n is known only to who asked.
struct RealTimeAnswer {
  std::uint8_t byte = 0;
  bool operator==(const RealTimeAnswer&) const = default;
};

/// Automatic status back (GS a), sent unasked on every change.
struct AutomaticStatus {
  std::array<std::uint8_t, 4> bytes{};
  bool operator==(const AutomaticStatus&) const = default;
};

/// Answer to GS r, given when the printer reached the command in its buffer.
struct FenceAnswer {
  std::uint8_t byte = 0;
  bool operator==(const FenceAnswer&) const = default;
};

/// Answer to GS ( H or GS I: the first byte tells which, the closing NUL is taken off.
struct BlockAnswer {
  kiosk::Bytes bytes;
  bool operator==(const BlockAnswer&) const = default;
};

/// Answer to DLE EOT 20, of kiosk printers: paper, user, recoverable and unrecoverable errors.
/// It begins like an automatic status, so it is one only while it is awaited.
/// Source: command manuals of Custom and Pyramid.
struct FullStatus {
  std::array<std::uint8_t, 4> bytes{};
  bool operator==(const FullStatus&) const = default;

  bool ticket_held_out() const { return (bytes[0] & 0x20) != 0; }
};

using PrinterAnswer =
    std::variant<RealTimeAnswer, AutomaticStatus, FenceAnswer, BlockAnswer, FullStatus>;

/// Tells answers apart in a stream of bytes, however it is cut; what fits nothing is dropped.
class AnswerDecoder {
 public:
  void feed(kiosk::ByteView bytes) { kiosk::append(buffer_, bytes); }
  std::optional<PrinterAnswer> next();
  void await_full_status() { full_status_awaited_ = true; }
  void clear();

 private:
  kiosk::Bytes buffer_;
  bool full_status_awaited_ = false;
};

/// n is 1..4, as in DLE EOT n.
PrinterState state_of(RealTimeAnswer answer, int n);
PrinterState state_of(const AutomaticStatus& status);
PrinterState state_of(FenceAnswer answer);
PrinterState state_of(const FullStatus& status);

/// The byte of the USB printer class's GET_PORT_STATUS.
PrinterState state_of_port(std::uint8_t byte);

}  // namespace drivers::printer
