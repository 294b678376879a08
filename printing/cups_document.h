#pragma once

// A ticket's picture as a document for an IPP or CUPS printer: pages of the paper's size in the
// queue's resolution, with the picture on them. Beside escpos_raster.h, the other way to print.

#include <optional>
#include <string_view>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"
#include "printing/picture.h"

namespace printing {

enum class DocumentFormat {
  pwg_raster,  ///< PWG 5102.4; what every IPP Everywhere printer takes
  png,         ///< for queues that take no PWG raster; one page only
};

/// How dots are written: in one bit, or in eight of grey (sGray), which every PWG printer takes.
enum class DotDepth { black_1, grey_8 };

/// What the queue prints on, and how. The defaults are a ticket printer of 80 mm and 203 dpi.
struct Sheet {
  DocumentFormat format = DocumentFormat::pwg_raster;
  DotDepth depth = DotDepth::black_1;
  int resolution_dpi = 203;
  int picture_dpi = 203;  ///< at which the picture was laid out
  int width_mm = 80;
  int length_mm = 0;  ///< 0: a roll, each page is as long as what is on it
  int margin_mm = 0;  ///< kept free at top and bottom

  bool operator==(const Sheet&) const = default;
};

/// An A4 sheet at 600 dpi.
inline constexpr Sheet a4_sheet = {
    DocumentFormat::pwg_raster, DotDepth::grey_8, 600, 203, 210, 297, 12};

/// The picture as a document: centred between left and right, a new page at every cut and where a
/// page is full. Marks for the device alone (drawer, buzzer) are left out.
///
/// Errors: printer/too_wide (wider than the sheet), printer/too_long (more than 20 pages, or more
/// than one as PNG), printer/bad_sheet (sizes or resolution out of bounds), printer/empty.
/// Thread: any; pure.
kiosk::Result<kiosk::Bytes> encode(const Picture& picture, const Sheet& sheet);

/// "image/pwg-raster", "image/png"; static storage.
std::string_view mime_type(DocumentFormat format);

/// What the first page of a document says of itself.
struct FirstPage {
  DocumentFormat format = DocumentFormat::pwg_raster;
  int width_dots = 0;
  int height_dots = 0;

  bool operator==(const FirstPage&) const = default;
};

/// None if the bytes begin like neither format.   Thread: any; pure.
std::optional<FirstPage> first_page(kiosk::ByteView document);

}  // namespace printing
