// Prints our layout of a ReceiptLine document, as layout.js prints the reference's.
// Usage: receiptline_dump FILE CELLS...

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

#include "printing/receiptline_parser.h"
#include "printing/ticket_layout.h"

namespace {

bool print(const printing::Document& document, int cells) {
  using printing::Spacing;
  for (const auto& [spacing, name] :
       {std::pair(Spacing::none, "none"), std::pair(Spacing::lines, "lines")}) {
    const auto layout = printing::lay_out(document, cells, spacing);
    if (!layout) {
      std::cerr << layout.error().what << "\n";
      return false;
    }
    std::cout << "== " << cells << " cells, spacing " << name << "\n" << to_text(*layout);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: receiptline_dump FILE CELLS...\n";
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto document = printing::parse_receiptline(text);
  if (!document) {
    std::cerr << argv[1] << ": " << document.error().what << "\n";
    return 1;
  }
  for (const printing::Complaint& complaint : document->complaints) {
    std::cerr << argv[1] << ":" << complaint.line << ":" << complaint.column << ": "
              << complaint.what << "\n";
  }
  for (int i = 2; i < argc; ++i) {
    if (!print(*document, std::stoi(argv[i]))) return 1;
  }
  return 0;
}
