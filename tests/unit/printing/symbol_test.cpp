#include "printing/symbol.h"

#include <BarcodeFormat.h>
#include <DecodeHints.h>
#include <ReadBarcode.h>
#include <TextUtfEncoding.h>
#include <doctest/doctest.h>

#include <numeric>

namespace printing {
namespace {

/// Draws the symbol with a quiet zone and reads it as a scanner would.
std::string scanned(const Code& code, std::string_view data, ZXing::BarcodeFormat format) {
  const auto symbol = make_symbol(code, data);
  if (!symbol) return "error " + std::string(symbol.error().code);
  constexpr int quiet = 40;
  const int width = symbol->width_dots() + 2 * quiet;
  const int height = symbol->height_dots() + 2 * quiet;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width * height), 255);
  for (int y = 0; y < symbol->height_dots(); ++y) {
    const auto& row = symbol->rows[static_cast<std::size_t>(y / symbol->row_dots)];
    auto at = static_cast<std::size_t>((y + quiet) * width + quiet);
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (int x = 0; x < symbol->column_dots[i]; ++x) pixels[at++] = row[i] == 1 ? 0 : 255;
    }
  }
  const ZXing::ImageView view(pixels.data(), width, height, ZXing::ImageFormat::Lum);
  ZXing::DecodeHints hints;
  hints.setFormats(format).setMaxNumberOfSymbols(1);
  const ZXing::Result result = ZXing::ReadBarcode(view, hints);
  return result.isValid() ? ZXing::TextUtfEncoding::ToUtf8(result.text()) : "unreadable";
}

Code code_of(CodeKind kind, int module_dots) {
  Code code;
  code.kind = kind;
  code.module_dots = module_dots;
  code.cell_dots = module_dots + 1;
  return code;
}

}  // namespace

TEST_CASE("symbol: a scanner reads back what every kind of code was given") {
  using ZXing::BarcodeFormat;
  for (const int dots : {2, 3, 4}) {
    CAPTURE(dots);
    const auto read = [&](CodeKind kind, std::string_view data, BarcodeFormat format) {
      return scanned(code_of(kind, dots), data, format);
    };
    CHECK(read(CodeKind::upc, "012345678905", BarcodeFormat::UPCA) == "012345678905");
    CHECK(read(CodeKind::upc, "0123456", BarcodeFormat::UPCE) == "01234565");
    CHECK(read(CodeKind::ean, "2012345678903", BarcodeFormat::EAN13) == "2012345678903");
    CHECK(read(CodeKind::ean, "4996712", BarcodeFormat::EAN8) == "49967128");
    CHECK(read(CodeKind::code39, "ABC-12 $", BarcodeFormat::Code39) == "ABC-12 $");
    CHECK(read(CodeKind::itf, "12345678", BarcodeFormat::ITF) == "12345678");
    CHECK(read(CodeKind::codabar, "A12-345:6B", BarcodeFormat::Codabar).find("12-345:6") !=
          std::string::npos);
    CHECK(read(CodeKind::code93, "CODE93 9", BarcodeFormat::Code93) == "CODE93 9");
    CHECK(read(CodeKind::code128, "K1-017 a\x01", BarcodeFormat::Code128) == "K1-017 a\x01");
    CHECK(read(CodeKind::qrcode, "KT1.8d1f|{}", BarcodeFormat::QRCode) == "KT1.8d1f|{}");
    CHECK(read(CodeKind::qrcode, "复诊 é", BarcodeFormat::QRCode) == "复诊 é");
  }
}

TEST_CASE("symbol: check digits are made, wrong ones replaced") {
  Code code = code_of(CodeKind::ean, 2);
  code.hri = Hri::below;
  CHECK(make_symbol(code, "201234567890")->hri == "2012345678903");
  CHECK(make_symbol(code, "2012345678900")->hri == "2012345678903");
  code.kind = CodeKind::upc;
  CHECK(make_symbol(code, "01234567890")->hri == "012345678905");
  for (const auto& [given, made] :
       {std::pair("0123450", "01234505"), std::pair("0123453", "01234531"),
        std::pair("0123454", "01234543"), std::pair("0123459", "01234596")}) {
    CHECK(make_symbol(code, given)->hri == made);
  }
  code.kind = CodeKind::code39;
  CHECK(make_symbol(code, "*A*")->hri == "*A*");
  code.hri = Hri::none;
  CHECK(make_symbol(code, "A")->hri.empty());
}

TEST_CASE("symbol: QR codes grow with their level of correction") {
  Code code = code_of(CodeKind::qrcode, 2);
  int last = 0;
  for (const char level : {'l', 'm', 'q', 'h'}) {
    code.level = level;
    const auto symbol = make_symbol(code, "KT1.8d1f0c2a33aa4c609a5e0b7d2f0b5a11.K1017.x");
    CHECK(symbol->width_dots() == symbol->height_dots());
    CHECK(symbol->width_dots() >= last);
    last = symbol->width_dots();
  }
  CHECK(last == 3 * 37);
}

TEST_CASE("symbol: data that a kind cannot hold is refused") {
  const auto refused = [](CodeKind kind, std::string_view data) {
    const auto symbol = make_symbol(code_of(kind, 2), data);
    return !symbol && symbol.error().code == "bad_data";
  };
  CHECK(refused(CodeKind::ean, ""));
  CHECK(refused(CodeKind::ean, "12345"));
  CHECK(refused(CodeKind::ean, "12345678901234"));
  CHECK(refused(CodeKind::ean, "12345678901x"));
  CHECK(refused(CodeKind::upc, "1234567"));
  CHECK(refused(CodeKind::itf, "123"));
  CHECK(refused(CodeKind::code39, "a"));
  CHECK(refused(CodeKind::code39, "**"));
  CHECK(refused(CodeKind::codabar, "1234"));
  CHECK(refused(CodeKind::codabar, "AB"));
  CHECK(refused(CodeKind::code93, "é"));
  CHECK(refused(CodeKind::code128, "姓"));
  CHECK(refused(CodeKind::code128, std::string(81, '1')));
  CHECK(refused(CodeKind::qrcode, std::string(1025, 'x')));
}

}  // namespace printing
