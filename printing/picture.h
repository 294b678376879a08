#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "kiosk/base/bytes.h"

namespace printing {

/// Where the paper is cut, or bytes for the device alone, before row `row` is printed. Empty bytes
/// mean a cut.
struct Mark {
  int row = 0;
  kiosk::Bytes command;

  bool operator==(const Mark&) const = default;
};

/// A picture of black and white dots, row-major, eight dots a byte with the left one highest, 1
/// black; rows begin on a byte. It ends with a cut without a mark.
struct Picture {
  int width_dots = 0;
  int height_dots = 0;
  kiosk::Bytes bits;
  std::vector<Mark> marks;  ///< by row

  Picture() = default;
  Picture(int width, int height)
      : width_dots(width),
        height_dots(height),
        bits(static_cast<std::size_t>((width + 7) / 8) * static_cast<std::size_t>(height)) {}

  std::size_t row_bytes() const { return static_cast<std::size_t>((width_dots + 7) / 8); }
  kiosk::ByteView row(int y) const {
    return kiosk::ByteView(bits).subspan(static_cast<std::size_t>(y) * row_bytes(), row_bytes());
  }
  bool inside(int x, int y) const { return x >= 0 && y >= 0 && x < width_dots && y < height_dots; }
  /// Dots outside are white and stay so.
  bool black(int x, int y) const { return inside(x, y) && (bits[byte(x, y)] & bit(x)) != 0; }
  void set_black(int x, int y) {
    if (inside(x, y)) bits[byte(x, y)] |= bit(x);
  }
  void set_white(int x, int y) {
    if (inside(x, y)) bits[byte(x, y)] &= static_cast<std::uint8_t>(~bit(x));
  }
  bool operator==(const Picture&) const = default;

 private:
  std::size_t byte(int x, int y) const {
    return static_cast<std::size_t>(y) * row_bytes() + static_cast<std::size_t>(x / 8);
  }
  static std::uint8_t bit(int x) { return static_cast<std::uint8_t>(0x80U >> (x % 8)); }
};

}  // namespace printing
