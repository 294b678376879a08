#include "drivers/camera/picture_file.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>

namespace drivers::camera {
namespace {

using kiosk::ByteView;
using kiosk::fail;
using kiosk::Result;

Result<Grey> room_for(long width, long height) {
  if (width < 1 || height < 1) return fail("camera", "damaged_picture", "a picture without pixels");
  if (width > side_max || height > side_max) {
    return fail("camera", "too_large", "a picture with more than 4096 pixels to a side");
  }
  return Grey(static_cast<int>(width), static_cast<int>(height));
}

struct PngDeleter {
  void operator()(png_image* image) const {
    png_image_free(image);
    delete image;
  }
};

Result<Grey> read_png(ByteView file) {
  const std::unique_ptr<png_image, PngDeleter> image(new png_image{});
  image->version = PNG_IMAGE_VERSION;
  const auto damaged = [&] { return fail("camera", "damaged_picture", image->message); };
  if (png_image_begin_read_from_memory(image.get(), file.data(), file.size()) == 0) {
    return damaged();
  }
  auto grey = room_for(static_cast<long>(image->width), static_cast<long>(image->height));
  if (!grey) return grey;
  image->format = PNG_FORMAT_GRAY;
  const png_color white = {255, 255, 255};  // what shines through transparent pixels
  if (png_image_finish_read(image.get(), &white, grey->pixels.data(), grey->width, nullptr) == 0) {
    return damaged();
  }
  return grey;
}

struct TurboDeleter {
  void operator()(void* handle) const { tjDestroy(handle); }
};

Result<Grey> read_jpeg(ByteView file) {
  const std::unique_ptr<void, TurboDeleter> turbo(tjInitDecompress());
  if (!turbo) return fail("camera", "damaged_picture", "the JPEG library does not start");
  const auto damaged = [&] {
    return fail("camera", "damaged_picture", tjGetErrorStr2(turbo.get()));
  };
  int width = 0, height = 0, sampling = 0, colours = 0;
  const auto size = static_cast<unsigned long>(file.size());
  if (tjDecompressHeader3(turbo.get(), file.data(), size, &width, &height, &sampling, &colours) !=
      0) {
    return damaged();
  }
  auto grey = room_for(width, height);
  if (!grey) return grey;
  if (tjDecompress2(turbo.get(), file.data(), size, grey->pixels.data(), width, 0, height,
                    TJPF_GRAY, TJFLAG_FASTDCT) == 0) {
    return grey;
  }
  // Cameras put odd bytes between markers; only a picture without its end is of no use.
  const std::string_view why = tjGetErrorStr2(turbo.get());
  const bool torn = why.find("remature end") != std::string_view::npos;
  if (torn || tjGetErrorCode(turbo.get()) != TJERR_WARNING) return damaged();
  return grey;
}

/// The next number of a PGM header; comments begin with # and end with the line.
int pgm_number(std::string_view& text) {
  for (;;) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return -1;
    text.remove_prefix(start);
    if (text.front() != '#') break;
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  int number = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  return end.ec == std::errc() ? number : -1;
}

/// Source: netpbm, pgm(5), the binary form.
Result<Grey> read_pgm(ByteView file) {
  std::string_view text = kiosk::as_text(file).substr(2);
  const int width = pgm_number(text);
  const int height = pgm_number(text);
  const int brightest = pgm_number(text);
  if (brightest < 1 || brightest > 255 || text.empty()) {
    return fail("camera", "damaged_picture", "no PGM header of a picture with 8 bits");
  }
  text.remove_prefix(1);  // the one blank before the pixels
  auto grey = room_for(width, height);
  if (!grey) return grey;
  if (text.size() < grey->pixels.size()) {
    return fail("camera", "damaged_picture", "the PGM ends before its last pixel");
  }
  for (std::size_t i = 0; i < grey->pixels.size(); ++i) {
    const int value = std::min(int{static_cast<std::uint8_t>(text[i])}, brightest);
    grey->pixels[i] = static_cast<std::uint8_t>(value * 255 / brightest);
  }
  return grey;
}

}  // namespace

Result<Grey> read_picture(ByteView file) {
  const std::string_view text = kiosk::as_text(file);
  if (text.starts_with("\x89PNG")) return read_png(file);
  if (text.starts_with("\xFF\xD8")) return read_jpeg(file);
  if (text.starts_with("P5")) return read_pgm(file);
  return fail("camera", "unknown_picture", "neither PNG nor JPEG nor binary PGM");
}

Result<Grey> to_grey(const Frame& frame) {
  return to_grey(frame, frame.bytes);
}

Result<Grey> to_grey(const Frame& shape, ByteView bytes) {
  if (shape.format == PixelFormat::file) return read_picture(bytes);
  auto grey = room_for(shape.width, shape.height);
  if (!grey) return grey;
  const int step = shape.format == PixelFormat::yuyv ? 2 : 1;
  const auto stride = static_cast<std::size_t>(std::max(shape.stride, 0));
  const auto row_bytes = std::size_t(shape.width) * std::size_t(step);
  if (stride < row_bytes || bytes.size() < stride * std::size_t(shape.height - 1) + row_bytes) {
    return fail("camera", "damaged_picture", "a frame with fewer bytes than pixels");
  }
  for (int y = 0; y < shape.height; ++y) {
    const std::uint8_t* from = bytes.data() + std::size_t(y) * stride;
    std::uint8_t* to = grey->row(y);
    if (step == 1) {
      std::copy_n(from, shape.width, to);
    } else {
      for (int x = 0; x < shape.width; ++x) to[x] = from[std::ptrdiff_t{2} * x];
    }
  }
  return grey;
}

}  // namespace drivers::camera
