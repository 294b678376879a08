#include "printing/picture_png.h"

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <memory>
#include <utility>

#include "printing/grey_image.h"

namespace printing {
namespace {

using kiosk::fail;
using kiosk::Result;

constexpr std::size_t png_bytes_max = 1'048'576;

struct ImageDeleter {
  void operator()(png_image* image) const {
    png_image_free(image);
    delete image;
  }
};
using Image = std::unique_ptr<png_image, ImageDeleter>;

/// libpng's simplified interface: no longjmp through our frames.
Image new_image() {
  Image image(new png_image{});
  image->version = PNG_IMAGE_VERSION;
  return image;
}

struct Writer {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png, &info); }
};

void append_bytes(png_structp png, png_bytep data, std::size_t size) {
  kiosk::append(*static_cast<kiosk::Bytes*>(png_get_io_ptr(png)), {data, size});
}

/// False when libpng gave up. Nothing in here has a destructor: longjmp would skip it.
bool write(const Writer& writer, const Picture& picture, std::optional<int> resolution_dpi,
           kiosk::Bytes& inverted, kiosk::Bytes& out) {
  if (setjmp(png_jmpbuf(writer.png)) != 0) return false;
  png_set_write_fn(writer.png, &out, append_bytes, nullptr);
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(picture.width_dots),
               static_cast<png_uint_32>(picture.height_dots), 1, PNG_COLOR_TYPE_GRAY,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (resolution_dpi) {
    const auto dots_a_metre = static_cast<png_uint_32>(*resolution_dpi / 0.0254 + 0.5);
    png_set_pHYs(writer.png, writer.info, dots_a_metre, dots_a_metre, PNG_RESOLUTION_METER);
  }
  png_write_info(writer.png, writer.info);
  for (int y = 0; y < picture.height_dots; ++y) {
    const std::size_t start = static_cast<std::size_t>(y) * picture.row_bytes();
    png_write_row(writer.png, inverted.data() + start);
  }
  png_write_end(writer.png, nullptr);
  return true;
}

}  // namespace

Result<GreyImage> read_png(kiosk::ByteView bytes) {
  if (bytes.size() > png_bytes_max) return fail("image", "too_large", "too many bytes");
  const Image image = new_image();
  if (png_image_begin_read_from_memory(image.get(), bytes.data(), bytes.size()) == 0) {
    return fail("image", "bad", std::string("no PNG: ") + image->message);
  }
  constexpr auto side_max = static_cast<png_uint_32>(image_side_max);
  if (image->width > side_max || image->height > side_max) {
    return fail("image", "too_large",
                "a side is longer than " + std::to_string(image_side_max) + " dots");
  }
  image->format = PNG_FORMAT_GRAY;
  GreyImage grey{static_cast<int>(image->width), static_cast<int>(image->height), {}};
  grey.pixels.resize(PNG_IMAGE_SIZE(*image));
  const png_color white{255, 255, 255};
  if (png_image_finish_read(image.get(), &white, grey.pixels.data(), 0, nullptr) == 0) {
    return fail("image", "bad", std::string("damaged PNG: ") + image->message);
  }
  return grey;
}

Result<kiosk::Bytes> write_png(const Picture& picture, std::optional<int> resolution_dpi) {
  if (picture.bits.empty()) return fail("image", "bad", "a picture without dots");
  const Writer writer;
  kiosk::Bytes inverted(picture.bits.size());  // in PNG grey, 1 is white
  std::transform(picture.bits.begin(), picture.bits.end(), inverted.begin(),
                 [](std::uint8_t byte) { return static_cast<std::uint8_t>(~byte); });
  kiosk::Bytes out;
  if (writer.info == nullptr || !write(writer, picture, resolution_dpi, inverted, out)) {
    return fail("image", "bad", "libpng could not write the picture");
  }
  return out;
}

}  // namespace printing
