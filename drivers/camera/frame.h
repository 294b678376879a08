#pragma once

// Pictures on their way from a camera to the decoder: a Frame is what the camera gave, a Grey is
// what is looked at.

#include <cstddef>
#include <cstdint>

#include "kiosk/base/bytes.h"

namespace drivers::camera {

/// Pixels of one byte, 0 black, that somebody else owns; `stride` bytes from row to row.
struct GreyView {
  const std::uint8_t* pixels = nullptr;
  int width = 0;
  int height = 0;
  int stride = 0;

  const std::uint8_t* row(int y) const { return pixels + std::ptrdiff_t{y} * stride; }
};

/// A grey picture without padding.
struct Grey {
  int width = 0;
  int height = 0;
  kiosk::Bytes pixels;

  Grey() = default;
  Grey(int columns, int rows)
      : width(columns), height(rows), pixels(std::size_t(columns) * std::size_t(rows)) {}
  std::uint8_t* row(int y) { return pixels.data() + std::ptrdiff_t{y} * width; }
  GreyView view() const { return {pixels.data(), width, height, width}; }
  bool operator==(const Grey&) const = default;
};

/// yuyv: brightness in every other byte. file: a whole PNG, JPEG (so MJPEG too) or PGM.
enum class PixelFormat : std::uint8_t { grey, yuyv, file };

/// One picture as a camera gave it; of a `file` only the bytes count.
struct Frame {
  PixelFormat format = PixelFormat::grey;
  int width = 0;
  int height = 0;
  int stride = 0;  ///< bytes from row to row
  kiosk::Bytes bytes;

  bool operator==(const Frame&) const = default;
};

constexpr int side_max = 4096;  ///< pixels; larger pictures are refused
constexpr std::size_t frame_bytes_max = std::size_t{16} * 1024 * 1024;

}  // namespace drivers::camera
