#include "printing/cups_document.h"

#include <doctest/doctest.h>

#include <functional>

#include "printing/grey_image.h"
#include "printing/picture_png.h"

namespace printing {
namespace {

/// A page as it was decoded: 1 is black. Written anew after PWG 5102.4, not with libcups.
struct Page {
  int dpi = 0;
  int points_x = 0;
  int points_y = 0;
  int bits = 0;
  int pages = 0;
  Picture picture;
};

class Decoder {
 public:
  explicit Decoder(kiosk::ByteView bytes) : bytes_(bytes) {}

  std::vector<Page> run() {
    std::vector<Page> pages;
    REQUIRE(kiosk::as_text(bytes_.first(4)) == "RaS2");
    at_ = 4;
    while (at_ < bytes_.size()) pages.push_back(page());
    return pages;
  }

 private:
  int number(std::size_t offset) const {
    unsigned value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes_[at_ + offset + i];
    return static_cast<int>(value);
  }

  Page page() {
    Page page{number(276), number(352), number(356),
              number(388), number(452), Picture(number(372), number(376))};
    const auto stride = static_cast<std::size_t>(number(392));
    at_ += 1796;
    for (int y = 0; y < page.picture.height_dots;) {
      const int repeat = bytes_[at_++] + 1;
      kiosk::Bytes line;
      while (line.size() < stride) {
        const std::size_t code = bytes_[at_++];
        const bool run = code < 128;
        const std::size_t count = run ? code + 1 : 257 - code;
        for (std::size_t i = 0; i < count; ++i) line.push_back(bytes_[run ? at_ : at_ + i]);
        at_ += run ? 1 : count;
      }
      REQUIRE(line.size() == stride);
      for (int i = 0; i < repeat; ++i, ++y) put(page, line, y);
    }
    return page;
  }

  static void put(Page& page, const kiosk::Bytes& line, int y) {
    for (int x = 0; x < page.picture.width_dots; ++x) {
      const auto dot = static_cast<std::size_t>(x);
      const bool black = page.bits == 8 ? line[dot] < 128 : (line[dot / 8] >> (7 - x % 8) & 1) != 0;
      if (black) page.picture.set_black(x, y);
    }
  }

  kiosk::ByteView bytes_;
  std::size_t at_ = 0;
};

std::vector<Page> pages_of(const Picture& picture, const Sheet& sheet) {
  return Decoder(encode(picture, sheet).value()).run();
}

/// Dots that repeat neither along nor down.
Picture pattern(int width, int height) {
  Picture picture(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if ((x * x + y * 7 + x * y) % 5 == 0) picture.set_black(x, y);
    }
  }
  return picture;
}

int differences(const Page& page, const std::function<bool(int, int)>& wanted) {
  int count = 0;
  for (int y = 0; y < page.picture.height_dots; ++y) {
    for (int x = 0; x < page.picture.width_dots; ++x) {
      count += page.picture.black(x, y) != wanted(x, y) ? 1 : 0;
    }
  }
  return count;
}

}  // namespace

TEST_CASE("document: a ticket on a roll is as wide as the roll, as long as the ticket, centred") {
  const Picture ticket = pattern(576, 300);
  const auto pages = pages_of(ticket, Sheet{});
  REQUIRE(pages.size() == 1);
  const Page& page = pages[0];
  CHECK(page.dpi == 203);
  CHECK(page.bits == 1);
  CHECK(page.pages == 1);
  CHECK(page.picture.width_dots == 639);  // 80 mm
  CHECK(page.picture.height_dots == 300);
  CHECK(page.points_x == 227);
  CHECK(page.points_y == 106);
  CHECK(differences(page, [&](int x, int y) { return ticket.black(x - 31, y); }) == 0);
}

TEST_CASE("document: on A4 the ticket keeps its size in millimetres, below the margin") {
  const Picture ticket = pattern(576, 400);
  const auto pages = pages_of(ticket, a4_sheet);
  REQUIRE(pages.size() == 1);
  const Page& page = pages[0];
  CHECK(page.bits == 8);
  CHECK(page.picture.width_dots == 4961);
  CHECK(page.picture.height_dots == 7016);
  CHECK(page.points_x == 595);
  CHECK(page.points_y == 842);
  const int left = (4961 - 1703) / 2;  // 576 dots at 203 dpi are 1703 at 600
  const int top = 283;                 // 12 mm
  CHECK(differences(page, [&](int x, int y) {
          return x >= left && y >= top &&
                 ticket.black((x - left) * 203 / 600, (y - top) * 203 / 600);
        }) == 0);
}

TEST_CASE("document: what is longer than a sheet goes on, on the next one, without a row lost") {
  Sheet sheet = a4_sheet;
  sheet.depth = DotDepth::black_1;
  sheet.resolution_dpi = sheet.picture_dpi = 203;
  sheet.margin_mm = 10;
  const Picture ticket = pattern(64, 5000);
  const auto pages = pages_of(ticket, sheet);
  REQUIRE(pages.size() == 3);
  CHECK(pages[0].pages == 3);
  const int rows = 2374 - 2 * 80;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const int begin = static_cast<int>(i) * rows;
    CAPTURE(i);
    CHECK(differences(pages[i], [&](int x, int y) {
            const int row = y - 80;
            return row >= 0 && row < rows && ticket.black(x - (1678 - 64) / 2, begin + row);
          }) == 0);
  }
}

TEST_CASE("document: a cut begins a page; marks for the device alone do not") {
  Picture two = pattern(576, 300);
  two.marks = {{0, {}}, {100, {0x1B, 0x70, 0, 50, 50}}, {200, {}}, {300, {}}};
  const auto pages = pages_of(two, Sheet{});
  REQUIRE(pages.size() == 2);
  CHECK(pages[0].picture.height_dots == 200);
  CHECK(pages[1].picture.height_dots == 100);
  CHECK(differences(pages[1], [&](int x, int y) { return two.black(x - 31, 200 + y); }) == 0);
}

TEST_CASE("document: as PNG it says its resolution, and has one page only") {
  Sheet sheet;
  sheet.format = DocumentFormat::png;
  const Picture ticket = pattern(576, 300);
  const kiosk::Bytes png = encode(ticket, sheet).value();
  const std::string density("pHYs\0\0\x1F\x38\0\0\x1F\x38\x01", 13);  // 7992 dots a metre
  CHECK(kiosk::as_text(png).find(density) != std::string_view::npos);
  const GreyImage image = read_png(png).value();
  CHECK(image.width == 639);
  CHECK((image.pixels.at(31) < 128) == ticket.black(0, 0));
  Picture two = ticket;
  two.marks = {{100, {}}};
  CHECK(encode(two, sheet).error().code == "too_long");
}

TEST_CASE("document: what does not fit or is no paper is refused") {
  CHECK(encode(Picture(640, 10), Sheet{}).error().code == "too_wide");
  CHECK(encode(Picture(576, 0), Sheet{}).error().code == "empty");
  Picture cut = Picture(8, 40);
  for (int row = 1; row < 40; ++row) cut.marks.push_back({row, {}});
  CHECK(encode(cut, Sheet{}).error().code == "too_long");
  const auto refused = [](auto change) {
    Sheet sheet = a4_sheet;
    change(sheet);
    return encode(pattern(8, 8), sheet).error().code;
  };
  CHECK(refused([](Sheet& s) { s.resolution_dpi = 0; }) == "bad_sheet");
  CHECK(refused([](Sheet& s) { s.resolution_dpi = 100'000; }) == "bad_sheet");
  CHECK(refused([](Sheet& s) { s.picture_dpi = 0; }) == "bad_sheet");
  CHECK(refused([](Sheet& s) { s.width_mm = -1; }) == "bad_sheet");
  CHECK(refused([](Sheet& s) { s.margin_mm = 149; }) == "bad_sheet");
}

TEST_CASE("document: its first page is told from its beginning") {
  CHECK(first_page(encode(pattern(576, 300), Sheet{}).value()) ==
        FirstPage{DocumentFormat::pwg_raster, 639, 300});
  Sheet sheet;
  sheet.format = DocumentFormat::png;
  const kiosk::Bytes png = encode(pattern(576, 300), sheet).value();
  CHECK(first_page(png) == FirstPage{DocumentFormat::png, 639, 300});
  CHECK(!first_page(kiosk::ByteView(png).first(23)));
  CHECK(!first_page(kiosk::as_bytes("RaS2")));
  CHECK(!first_page(kiosk::as_bytes("\x1B@")));
  CHECK(!first_page({}));
}

}  // namespace printing
