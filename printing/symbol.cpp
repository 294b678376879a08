#include "printing/symbol.h"

#include <BarcodeFormat.h>
#include <BitMatrix.h>
#include <MultiFormatWriter.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <optional>
#include <utility>

namespace printing {
namespace {

using kiosk::fail;
using kiosk::Result;

constexpr std::size_t barcode_chars_max = 80;  // what ZXing's writers take
constexpr std::size_t qrcode_bytes_max = 1024;

/// What the bars hold and what stands beneath them.
struct Content {
  ZXing::BarcodeFormat format;
  std::string data;
  std::string hri;
};

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The check digit of GS1 numbers: weights 3, 1, 3 ... from the right (GS1 General Specifications).
char check_digit(std::string_view digits) {
  int sum = 0;
  int weight = 3;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    sum += (*digit - '0') * weight;
    weight = 4 - weight;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// The first `length` digits and their check digit, if there are that many or one more.
std::optional<std::string> checked(std::string_view data, std::size_t length) {
  if ((data.size() != length && data.size() != length + 1) || !all_digits(data)) return {};
  std::string digits(data.substr(0, length));
  return digits + check_digit(digits);
}

/// The UPC-A number that a UPC-E number of seven digits abbreviates, without its check digit.
std::string expand_upc_e(std::string_view e) {
  const std::string head(e.substr(0, 3));
  const std::string middle(e.substr(3, 3));
  switch (e[6]) {
    case '0':
    case '1':
    case '2':
      return head + e[6] + "0000" + middle;
    case '3':
      return head + middle[0] + "00000" + std::string(e.substr(4, 2));
    case '4':
      return head + std::string(e.substr(3, 2)) + "00000" + e[5];
    default:
      return head + middle + "0000" + e[6];
  }
}

std::optional<Content> upc(std::string_view data) {
  if (data.size() > 8) {
    const auto digits = checked(data, 11);
    if (!digits) return {};
    return Content{ZXing::BarcodeFormat::UPCA, *digits, *digits};
  }
  if ((data.size() != 7 && data.size() != 8) || !all_digits(data) || data[0] != '0') return {};
  std::string digits(data.substr(0, 7));
  digits += check_digit(expand_upc_e(digits));
  return Content{ZXing::BarcodeFormat::UPCE, digits, digits};
}

std::optional<Content> ean(std::string_view data) {
  const bool small = data.size() < 9;
  const auto digits = checked(data, small ? 7 : 12);
  if (!digits) return {};
  return Content{small ? ZXing::BarcodeFormat::EAN8 : ZXing::BarcodeFormat::EAN13, *digits,
                 *digits};
}

std::optional<Content> code39(std::string_view data) {
  if (!data.empty() && data.front() == '*') data.remove_prefix(1);
  if (!data.empty() && data.back() == '*') data.remove_suffix(1);
  constexpr std::string_view allowed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
  if (data.empty() || data.find_first_not_of(allowed) != std::string_view::npos) return {};
  return Content{ZXing::BarcodeFormat::Code39, std::string(data), "*" + std::string(data) + "*"};
}

std::optional<Content> codabar(std::string_view data) {
  std::string upper(data);
  for (char& c : upper) c = c >= 'a' && c <= 'd' ? static_cast<char>(c - 'a' + 'A') : c;
  constexpr std::string_view ends = "ABCD";
  if (upper.size() < 3 || ends.find(upper.front()) == std::string_view::npos ||
      ends.find(upper.back()) == std::string_view::npos) {
    return {};
  }
  const std::string inside = upper.substr(1, upper.size() - 2);
  if (inside.find_first_not_of("0123456789-$:/.+") != std::string::npos) return {};
  return Content{ZXing::BarcodeFormat::Codabar, upper, std::string(data)};
}

std::optional<Content> ascii(ZXing::BarcodeFormat format, std::string_view data) {
  std::string hri(data);
  for (char& c : hri) {
    if (static_cast<unsigned char>(c) > 0x7f) return {};
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return Content{format, std::string(data), hri};
}

std::optional<Content> content(CodeKind kind, std::string_view data) {
  if (data.empty() || data.size() > barcode_chars_max) return {};
  switch (kind) {
    case CodeKind::upc:
      return upc(data);
    case CodeKind::ean:
      return ean(data);
    case CodeKind::code39:
      return code39(data);
    case CodeKind::itf:
      if (data.size() % 2 != 0 || !all_digits(data)) return {};
      return Content{ZXing::BarcodeFormat::ITF, std::string(data), std::string(data)};
    case CodeKind::codabar:
      return codabar(data);
    case CodeKind::code93:
      return ascii(ZXing::BarcodeFormat::Code93, data);
    case CodeKind::code128:
      return ascii(ZXing::BarcodeFormat::Code128, data);
    case CodeKind::qrcode:
      return {};
  }
  return {};
}

bool has_two_widths(CodeKind kind) {
  return kind == CodeKind::code39 || kind == CodeKind::itf || kind == CodeKind::codabar;
}

/// The widths of bars and spaces in modules, a bar first.
std::vector<int> runs(const ZXing::BitMatrix& matrix) {
  std::vector<int> widths;
  bool dark = false;
  for (int x = 0; x < matrix.width(); ++x) {
    if (matrix.get(x, 0) != dark || widths.empty()) {
      dark = matrix.get(x, 0);
      widths.push_back(0);
    }
    ++widths.back();
  }
  return widths;
}

Symbol bars(const Code& code, const ZXing::BitMatrix& matrix, std::string hri) {
  Symbol symbol;
  symbol.column_dots = runs(matrix);
  symbol.row_dots = code.height_dots;
  symbol.rows.resize(1);
  const int wide = (5 * code.module_dots + 1) / 2;
  char dark = 1;
  for (int& width : symbol.column_dots) {
    const bool stretched = has_two_widths(code.kind) && width > 1;
    width = stretched ? wide : width * code.module_dots;
    symbol.rows[0].push_back(dark);
    dark = dark == 1 ? 0 : 1;
  }
  if (code.hri == Hri::below) symbol.hri = std::move(hri);
  return symbol;
}

/// ZXing's levels 0..8 stand for QR's four (MultiFormatWriter, "used for Aztec, PDF417, QRCode").
int zxing_level(char level) {
  return level == 'h' ? 8 : level == 'q' ? 6 : level == 'm' ? 4 : 1;
}

Symbol qr_cells(const Code& code, std::string_view data) {
  const bool plain = std::all_of(data.begin(), data.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  ZXing::MultiFormatWriter writer(ZXing::BarcodeFormat::QRCode);
  writer.setMargin(0).setEccLevel(zxing_level(code.level));
  if (!plain) writer.setEncoding(ZXing::CharacterSet::UTF8);
  const ZXing::BitMatrix matrix = writer.encode(std::string(data), 0, 0);
  Symbol symbol;
  symbol.column_dots.assign(static_cast<std::size_t>(matrix.width()), code.cell_dots);
  symbol.row_dots = code.cell_dots;
  for (int y = 0; y < matrix.height(); ++y) {
    std::vector<char>& row = symbol.rows.emplace_back();
    for (int x = 0; x < matrix.width(); ++x) row.push_back(matrix.get(x, y) ? 1 : 0);
  }
  return symbol;
}

}  // namespace

int Symbol::width_dots() const {
  return std::accumulate(column_dots.begin(), column_dots.end(), 0);
}

int Symbol::height_dots() const {
  return static_cast<int>(rows.size()) * row_dots;
}

Result<Symbol> make_symbol(const Code& code, std::string_view data) {
  const auto bad = [] { return fail("symbol", "bad_data", "this kind of code cannot hold it"); };
  try {
    if (code.kind == CodeKind::qrcode) {
      if (data.empty() || data.size() > qrcode_bytes_max) return bad();
      return qr_cells(code, data);
    }
    auto what = content(code.kind, data);
    if (!what) return bad();
    ZXing::MultiFormatWriter writer(what->format);
    const ZXing::BitMatrix matrix = writer.setMargin(0).encode(what->data, 0, 0);
    return bars(code, matrix, std::move(what->hri));
  } catch (const std::exception&) {
    return bad();
  }
}

Result<Symbol> make_symbol_within(Code code, std::string_view data, int width_dots) {
  while (true) {
    Result<Symbol> symbol = make_symbol(code, data);
    if (!symbol || symbol->width_dots() <= width_dots) return symbol;
    int& dots = code.kind == CodeKind::qrcode ? code.cell_dots : code.module_dots;
    if (--dots < 1) {
      return fail("symbol", "too_wide",
                  "a code of " + std::to_string(data.size()) + " characters needs wider paper");
    }
  }
}

}  // namespace printing
