// A template and a value, parted by the first NUL byte, through parser, values and layout.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kiosk/base/check.h"
#include "printing/receiptline_parser.h"
#include "printing/ticket_layout.h"
#include "printing/ticket_values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t nul = input.find('\0');
  const std::string value(nul == std::string_view::npos ? "" : input.substr(nul + 1));
  const auto document = printing::parse_receiptline(input.substr(0, nul));
  if (!document) return 0;
  printing::Values values;
  for (const printing::ValueUse& use : document->values) values[use.name] = value;
  const printing::Document filled = printing::fill(*document, values);
  KIOSK_CHECK(filled.lines.size() <= document->lines.size());
  for (const int cells : {8, 32, 48}) {
    const auto layout = printing::lay_out(filled, cells, printing::Spacing::roomy);
    if (layout) KIOSK_CHECK(!printing::to_text(*layout).empty());
  }
  return 0;
}
