#include "printing/cups_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "printing/picture_png.h"
#include "printing/pwg_raster.h"

namespace printing {
namespace {

constexpr int dpi_min = 60;
constexpr int dpi_max = 1200;
constexpr int side_mm_max = 1000;
constexpr std::size_t pages_max = 20;
constexpr double mm_per_inch = 25.4;
constexpr int side_dots_max = 100'000;

/// Rows of the picture between two cuts.
struct Section {
  int begin = 0;
  int end = 0;
};

int dots_of(int mm, int dpi) {
  return static_cast<int>(mm * dpi / mm_per_inch + 0.5);
}

std::vector<Section> sections_of(const Picture& picture) {
  std::vector<Section> sections;
  int begin = 0;
  for (const Mark& mark : picture.marks) {
    const int row = std::clamp(mark.row, begin, picture.height_dots);
    if (!mark.command.empty() || row == begin) continue;
    sections.push_back({begin, row});
    begin = row;
  }
  if (begin < picture.height_dots) sections.push_back({begin, picture.height_dots});
  return sections;
}

bool in_bounds(const Sheet& sheet) {
  const auto within = [](int value, int low, int high) { return value >= low && value <= high; };
  return within(sheet.resolution_dpi, dpi_min, dpi_max) &&
         within(sheet.picture_dpi, dpi_min, dpi_max) && within(sheet.width_mm, 10, side_mm_max) &&
         (sheet.length_mm == 0 || within(sheet.length_mm, 10, side_mm_max)) &&
         within(sheet.margin_mm, 0, 50) &&
         (sheet.length_mm == 0 || 2 * sheet.margin_mm < sheet.length_mm);
}

/// The nearest dot of the picture for each dot of the page: lines stay sharp, bars black or white.
class Placer {
 public:
  Placer(const Picture& picture, const Sheet& sheet)
      : picture_(picture),
        sheet_(sheet),
        width_(dots_of(sheet.width_mm, sheet.resolution_dpi)),
        margin_(dots_of(sheet.margin_mm, sheet.resolution_dpi)),
        left_((width_ - scaled(picture.width_dots)) / 2) {}

  bool fits() const { return scaled(picture_.width_dots) <= width_; }

  /// Rows of the picture that one page takes.
  int rows_a_page() const {
    if (sheet_.length_mm == 0) return picture_.height_dots;
    const int free = dots_of(sheet_.length_mm, sheet_.resolution_dpi) - 2 * margin_;
    return std::max(1, free * sheet_.picture_dpi / sheet_.resolution_dpi);
  }

  Picture page(Section rows) const {
    const int height = scaled(rows.end - rows.begin);
    const int length = sheet_.length_mm == 0 ? height + 2 * margin_
                                             : dots_of(sheet_.length_mm, sheet_.resolution_dpi);
    Picture page(width_, length);
    for (int y = 0, drawn = -1; y < height; ++y) {
      const int from_y = rows.begin + y * sheet_.picture_dpi / sheet_.resolution_dpi;
      if (std::exchange(drawn, from_y) == from_y) {
        const auto above = page.bits.begin() + std::ptrdiff_t(page.row_bytes()) * (margin_ + y - 1);
        std::copy_n(above, page.row_bytes(), above + std::ptrdiff_t(page.row_bytes()));
      } else {
        draw_row(page, margin_ + y, from_y);
      }
    }
    return page;
  }

 private:
  void draw_row(Picture& page, int y, int from_y) const {
    const int width = scaled(picture_.width_dots);
    for (int x = 0; x < width; ++x) {
      if (picture_.black(x * sheet_.picture_dpi / sheet_.resolution_dpi, from_y)) {
        page.set_black(left_ + x, y);
      }
    }
  }

  int scaled(int dots) const {
    return (dots * sheet_.resolution_dpi + sheet_.picture_dpi - 1) / sheet_.picture_dpi;
  }

  const Picture& picture_;
  const Sheet& sheet_;
  int width_;
  int margin_;
  int left_;
};

kiosk::Result<std::vector<Picture>> pages_of(const Picture& picture, const Sheet& sheet) {
  if (!in_bounds(sheet)) return kiosk::fail("printer", "bad_sheet", "a paper of no possible size");
  const Placer placer(picture, sheet);
  if (!placer.fits()) {
    return kiosk::fail("printer", "too_wide",
                       fmt::format("{} dots at {} dpi do not fit {} mm", picture.width_dots,
                                   sheet.picture_dpi, sheet.width_mm));
  }
  const int rows = placer.rows_a_page();
  std::vector<Picture> pages;
  for (const Section& section : sections_of(picture)) {
    for (int begin = section.begin; begin < section.end; begin += rows) {
      if (pages.size() >= pages_max) {
        return kiosk::fail("printer", "too_long", fmt::format("more than {} pages", pages_max));
      }
      pages.push_back(placer.page({begin, std::min(begin + rows, section.end)}));
    }
  }
  if (pages.empty()) return kiosk::fail("printer", "empty", "a picture without rows");
  return pages;
}

}  // namespace

kiosk::Result<kiosk::Bytes> encode(const Picture& picture, const Sheet& sheet) {
  const auto pages = pages_of(picture, sheet);
  if (!pages) return kiosk::pass_on(pages.error());
  switch (sheet.format) {
    case DocumentFormat::pwg_raster:
      return write_pwg(*pages, sheet.resolution_dpi, sheet.depth);
    case DocumentFormat::png:
      break;
  }
  if (pages->size() > 1) {
    return kiosk::fail("printer", "too_long", "a PNG picture has one page only");
  }
  return write_png(pages->front(), sheet.resolution_dpi);
}

std::string_view mime_type(DocumentFormat format) {
  switch (format) {
    case DocumentFormat::pwg_raster:
      return "image/pwg-raster";
    case DocumentFormat::png:
      break;
  }
  return "image/png";
}

std::optional<FirstPage> first_page(kiosk::ByteView document) {
  const auto begins = [&](std::string_view magic) {
    return kiosk::as_text(document.first(std::min(document.size(), magic.size()))) == magic;
  };
  const auto number = [&](std::size_t at) {
    unsigned value = 0;
    for (const std::uint8_t byte : document.subspan(at, 4)) value = value << 8 | byte;
    return static_cast<int>(std::min(value, static_cast<unsigned>(side_dots_max)));
  };
  // PWG 5102.4, 4.3: the page header of 1796 bytes follows; PNG (RFC 2083), 4.1.1: IHDR comes
  // first.
  constexpr std::size_t pwg_page = 4;
  if (begins("RaS2") && document.size() >= pwg_page + 1796) {
    return FirstPage{DocumentFormat::pwg_raster, number(pwg_page + 372), number(pwg_page + 376)};
  }
  if (begins("\x89PNG\r\n\x1A\n") && document.size() >= 24) {
    return FirstPage{DocumentFormat::png, number(16), number(20)};
  }
  return std::nullopt;
}

}  // namespace printing
