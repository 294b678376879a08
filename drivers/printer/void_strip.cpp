#include "drivers/printer/void_strip.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace drivers::printer {
namespace {

constexpr int columns = 64;
constexpr int bar_rows = 6;
constexpr int scale_max = 6;

constexpr std::array<std::string_view, 16> picture = {
    "....................................#...#..............##.......",
    ".#....#...####....###....####.......#...#...............#.......",
    ".#....#...####....###....####.......#...#.........#############.",
    ".#....#..#....#....#.....#...#.....#...########...#.............",
    ".#....#..#....#....#.....#...#.....#...#.#........#..#..##.#....",
    ".#....#..#....#....#.....#....#...##..#..#........#..#..#...#...",
    ".#....#..#....#....#.....#....#..###.##..#........#.##..#...#...",
    "..#..#...#....#....#.....#....#..#.#.#...######...#.###########.",
    "..#..#...#....#....#.....#....#....#.....#........#....#........",
    "..#..#...#....#....#.....#....#....#.....#........#....#######..",
    "..#..#...#....#....#.....#....#....#.....#........#...##....#...",
    "...##....#....#....#.....#...#.....#.....######...#..####..#....",
    "...##....#....#....#.....#...#.....#.....#.......##.##..####....",
    "...##.....####....###....####......#.....#.......#.##...####....",
    "...##.....####....###....####......#.....#.......#.#..###..###..",
    "...................................#.....#.......#....#......##.",
};

}  // namespace

kiosk::Bytes void_strip(int width_dots) {
  const int row_bytes = std::max(width_dots / 8, 1);
  const int scale = std::clamp(row_bytes * 8 / columns, 1, scale_max);
  const int left = std::max((row_bytes * 8 - columns * scale) / 2, 0);
  const int picture_rows = static_cast<int>(picture.size()) * scale;
  const int rows = picture_rows + 2 * bar_rows;
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value & 0xFF); };
  // GS v 0 (ESC/POS command reference).
  kiosk::Bytes strip = {0x1D,       0x76,           0x30, 0, byte(row_bytes), byte(row_bytes >> 8),
                        byte(rows), byte(rows >> 8)};
  for (int y = 0; y < rows; ++y) {
    const bool bar = y < bar_rows || y >= bar_rows + picture_rows;
    kiosk::Bytes row(static_cast<std::size_t>(row_bytes), bar ? 0xFF : 0x00);
    for (int x = 0; !bar && x < columns * scale && left + x < row_bytes * 8; ++x) {
      const auto line = static_cast<std::size_t>((y - bar_rows) / scale);
      if (picture[line][static_cast<std::size_t>(x / scale)] != '#') continue;
      std::uint8_t& dots = row[static_cast<std::size_t>((left + x) / 8)];
      dots = static_cast<std::uint8_t>(dots | 0x80 >> (left + x) % 8);
    }
    kiosk::append(strip, row);
  }
  return strip;
}

}  // namespace drivers::printer
