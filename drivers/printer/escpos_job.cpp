#include "drivers/printer/escpos_job.h"

#include <algorithm>
#include <vector>

namespace drivers::printer {
namespace {

constexpr std::uint8_t esc = 0x1B;
constexpr std::uint8_t gs = 0x1D;
constexpr std::size_t raster_header_bytes = 8;
constexpr std::size_t centimetre_rows = 80;  // at 8 dots a millimetre

struct Command {
  std::size_t bytes = 0;
  std::size_t raster_rows = 0;
};

/// The command in front, as the ESC/POS command reference has it; none for what we do not make.
std::optional<Command> first_command(kiosk::ByteView job) {
  const auto at = [&](std::size_t i) { return i < job.size() ? job[i] : std::uint8_t{0}; };
  if (at(0) == esc) {
    switch (at(1)) {
      case '@':
        return Command{2};
      case '=':
      case 'J':
      case 'a':
        return Command{3};
      case '$':
        return Command{4};
      default:
        return std::nullopt;
    }
  }
  if (at(0) != gs) return std::nullopt;
  switch (at(1)) {
    case 'v': {
      const std::size_t rows = at(6) + 256U * at(7);
      return Command{raster_header_bytes + (at(4) + 256U * at(5)) * rows, rows};
    }
    case 'V':
      return Command{at(2) == 65 || at(2) == 66 ? 4U : 3U};
    case 'a':
    case 'r':
      return Command{3};
    case 'L':
    case 'W':
      return Command{4};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::size_t may_look_whole_from(kiosk::ByteView job) {
  struct Band {
    std::size_t begin;
    Command command;
  };
  std::vector<Band> bands;
  for (std::size_t at = 0; at < job.size();) {
    const auto command = first_command(job.subspan(at));
    if (!command) return 0;
    if (command->raster_rows > 0) bands.push_back({at, *command});
    at += command->bytes;
  }
  std::size_t rows = 0;
  for (auto band = bands.rbegin(); band != bands.rend(); ++band) {
    rows += band->command.raster_rows;
    if (rows >= centimetre_rows) return band->begin;
  }
  return 0;
}

std::optional<std::size_t> missing_of_command(kiosk::ByteView job, std::size_t taken) {
  for (std::size_t at = 0; at < std::min(taken, job.size());) {
    const auto command = first_command(job.subspan(at));
    if (!command) return std::nullopt;
    const std::size_t end = at + command->bytes;
    if (taken < end) {
      const std::size_t in = taken - at;
      // A header that is cut short and filled up with NUL asks for no rows, but for its last byte,
      // which is NUL anyway.
      const bool no_rows = command->raster_rows > 0 && in + 1 < raster_header_bytes;
      return no_rows ? raster_header_bytes - in : end - taken;
    }
    at = end;
  }
  return 0;
}

}  // namespace drivers::printer
