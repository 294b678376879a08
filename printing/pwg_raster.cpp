#include "printing/pwg_raster.h"

#include <cups/raster.h>

#include <cstring>
#include <memory>

namespace printing {
namespace {

struct RasterDeleter {
  void operator()(cups_raster_t* raster) const { cupsRasterClose(raster); }
};
using Raster = std::unique_ptr<cups_raster_t, RasterDeleter>;

ssize_t append_bytes(void* to, unsigned char* data, size_t size) {
  kiosk::append(*static_cast<kiosk::Bytes*>(to), {data, size});
  return static_cast<ssize_t>(size);
}

/// A length in points, of 1/72 inch.
unsigned points(int dots, int dpi) {
  return static_cast<unsigned>((dots * 72 + dpi / 2) / dpi);
}

cups_page_header2_t header_of(const Picture& page, int dpi, DotDepth depth, std::size_t pages) {
  const bool grey = depth == DotDepth::grey_8;
  cups_page_header2_t header{};
  std::strncpy(header.MediaClass, "PwgRaster", sizeof(header.MediaClass) - 1);
  header.HWResolution[0] = header.HWResolution[1] = static_cast<unsigned>(dpi);
  header.NumCopies = 1;
  header.PageSize[0] = points(page.width_dots, dpi);
  header.PageSize[1] = points(page.height_dots, dpi);
  header.cupsWidth = static_cast<unsigned>(page.width_dots);
  header.cupsHeight = static_cast<unsigned>(page.height_dots);
  header.cupsBitsPerColor = header.cupsBitsPerPixel = grey ? 8 : 1;
  header.cupsBytesPerLine =
      static_cast<unsigned>(grey ? static_cast<std::size_t>(page.width_dots) : page.row_bytes());
  header.cupsColorOrder = CUPS_ORDER_CHUNKED;
  header.cupsColorSpace = grey ? CUPS_CSPACE_SW : CUPS_CSPACE_K;
  header.cupsNumColors = 1;
  header.cupsInteger[CUPS_RASTER_PWG_TotalPageCount] = static_cast<unsigned>(pages);
  header.cupsInteger[CUPS_RASTER_PWG_CrossFeedTransform] = 1;
  header.cupsInteger[CUPS_RASTER_PWG_FeedTransform] = 1;
  header.cupsInteger[CUPS_RASTER_PWG_AlternatePrimary] = 0xFFFFFF;  // white
  return header;
}

/// One row as the header says: in one bit 1 is black, in grey 255 is white.
void fill_row(kiosk::Bytes& row, const Picture& page, int y, DotDepth depth) {
  if (depth == DotDepth::black_1) {
    const kiosk::ByteView bits = page.row(y);
    row.assign(bits.begin(), bits.end());
    return;
  }
  row.assign(static_cast<std::size_t>(page.width_dots), 0xFF);
  const kiosk::ByteView bits = page.row(y);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    for (unsigned byte = bits[i], x = 0; byte != 0; byte = byte << 1 & 0xFF, ++x) {
      if ((byte & 0x80) != 0) row[i * 8 + x] = 0x00;
    }
  }
}

}  // namespace

kiosk::Result<kiosk::Bytes> write_pwg(std::span<const Picture> pages, int resolution_dpi,
                                      DotDepth depth) {
  kiosk::Bytes bytes;
  Raster raster(cupsRasterOpenIO(append_bytes, &bytes, CUPS_RASTER_WRITE_PWG));
  bool good = raster != nullptr;
  kiosk::Bytes row;
  for (std::size_t i = 0; good && i < pages.size(); ++i) {
    cups_page_header2_t header = header_of(pages[i], resolution_dpi, depth, pages.size());
    good = cupsRasterWriteHeader2(raster.get(), &header) != 0;
    for (int y = 0; good && y < pages[i].height_dots; ++y) {
      fill_row(row, pages[i], y, depth);
      const auto size = static_cast<unsigned>(row.size());
      good = cupsRasterWritePixels(raster.get(), row.data(), size) == size;
    }
  }
  raster.reset();  // writes what is left
  if (!good) return kiosk::fail("printer", "raster", "libcups could not write PWG raster");
  return bytes;
}

}  // namespace printing
