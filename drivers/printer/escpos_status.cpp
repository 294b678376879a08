#include "drivers/printer/escpos_status.h"

#include <algorithm>

namespace drivers::printer {
namespace {

constexpr std::size_t block_max = 256;
constexpr std::size_t full_status_bytes = 6;
constexpr std::uint8_t xon = 0x11;
constexpr std::uint8_t xoff = 0x13;

bool any(std::uint8_t byte, int bits) {
  return (byte & bits) != 0;
}

}  // namespace

std::string_view name_of(PrinterState state) {
  switch (state) {
    case PrinterState::ready:
      return "ready";
    case PrinterState::paper_near_end:
      return "paper_near_end";
    case PrinterState::offline:
      return "offline";
    case PrinterState::overheated:
      return "overheated";
    case PrinterState::cutter_error:
      return "cutter_error";
    case PrinterState::paper_out:
      return "paper_out";
    case PrinterState::cover_open:
      return "cover_open";
    case PrinterState::silent:
      return "silent";
    case PrinterState::unplugged:
      return "unplugged";
  }
  return "unplugged";
}

void AnswerDecoder::clear() {
  buffer_.clear();
  full_status_awaited_ = false;
}

std::optional<PrinterAnswer> AnswerDecoder::next() {
  std::optional<PrinterAnswer> answer;
  std::size_t at = 0;
  while (!answer && at < buffer_.size()) {
    const std::uint8_t first = buffer_[at];
    const kiosk::ByteView rest = kiosk::ByteView(buffer_).subspan(at);
    if ((first & 0x93) == 0x12) {
      answer = RealTimeAnswer{first};
      ++at;
    } else if (full_status_awaited_ && first == 0x10 && (rest.size() < 2 || rest[1] == 0x0F)) {
      if (rest.size() < full_status_bytes) break;
      answer = FullStatus{{rest[2], rest[3], rest[4], rest[5]}};
      full_status_awaited_ = false;
      at += full_status_bytes;
    } else if ((first & 0x93) == 0x10) {
      const auto follows = [](std::uint8_t byte) { return (byte & 0x90) == 0; };
      const std::size_t size = std::min<std::size_t>(rest.size(), 4);
      if (!std::all_of(rest.begin() + 1, rest.begin() + static_cast<std::ptrdiff_t>(size),
                       follows)) {
        ++at;  // torn: its other bytes never came
        continue;
      }
      if (size < 4) break;
      answer = AutomaticStatus{{rest[0], rest[1], rest[2], rest[3]}};
      at += 4;
    } else if ((first & 0x90) == 0) {
      answer = FenceAnswer{first};
      ++at;
    } else if ((first & 0x91) == 0x11 && first != xon && first != xoff) {
      const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
      if (end == rest.end()) {
        if (rest.size() < block_max) break;
        ++at;
        continue;
      }
      answer = BlockAnswer{kiosk::Bytes(rest.begin(), end)};
      at += static_cast<std::size_t>(end - rest.begin()) + 1;
    } else {
      ++at;
    }
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
  return answer;
}

PrinterState state_of(RealTimeAnswer answer, int n) {
  const std::uint8_t byte = answer.byte;
  switch (n) {
    case 1:
      return any(byte, 0x28) ? PrinterState::offline : PrinterState::ready;
    case 2:
      if (any(byte, 0x04)) return PrinterState::cover_open;
      if (any(byte, 0x20)) return PrinterState::paper_out;
      return any(byte, 0x40) ? PrinterState::offline : PrinterState::ready;
    case 3:
      if (any(byte, 0x08)) return PrinterState::cutter_error;
      if (any(byte, 0x40)) return PrinterState::overheated;
      return any(byte, 0x24) ? PrinterState::offline : PrinterState::ready;
    case 4:
      if (any(byte, 0x60)) return PrinterState::paper_out;
      return any(byte, 0x0C) ? PrinterState::paper_near_end : PrinterState::ready;
    default:
      return PrinterState::offline;
  }
}

PrinterState state_of(const AutomaticStatus& status) {
  const auto& [printer, error, paper, reserved] = status.bytes;
  if (any(printer, 0x20)) return PrinterState::cover_open;
  if (any(paper, 0x0C)) return PrinterState::paper_out;
  if (any(error, 0x08)) return PrinterState::cutter_error;
  if (any(error, 0x40)) return PrinterState::overheated;
  if (any(printer, 0x08) || any(error, 0x25)) return PrinterState::offline;
  return any(paper, 0x03) ? PrinterState::paper_near_end : PrinterState::ready;
}

PrinterState state_of(FenceAnswer answer) {
  if (any(answer.byte, 0x0C)) return PrinterState::paper_out;
  return any(answer.byte, 0x03) ? PrinterState::paper_near_end : PrinterState::ready;
}

PrinterState state_of(const FullStatus& status) {
  const auto& [paper, user, recoverable, unrecoverable] = status.bytes;
  if (any(user, 0x03)) return PrinterState::cover_open;
  if (any(paper, 0x01)) return PrinterState::paper_out;
  if (any(unrecoverable, 0x01)) return PrinterState::cutter_error;
  if (any(recoverable, 0x01)) return PrinterState::overheated;
  if (any(recoverable, 0x40) || any(unrecoverable, 0xFE)) return PrinterState::offline;
  return any(paper, 0x04) ? PrinterState::paper_near_end : PrinterState::ready;
}

PrinterState state_of_port(std::uint8_t byte) {
  if (any(byte, 0x20)) return PrinterState::paper_out;
  return (byte & 0x18) == 0x18 ? PrinterState::ready : PrinterState::offline;
}

}  // namespace drivers::printer
