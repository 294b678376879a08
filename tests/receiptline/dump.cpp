// Prints our layout of a ReceiptLine document: receiptline_dump FILE CELLS none|lines

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "printing/receiptline_parser.h"
#include "printing/ticket_layout.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: receiptline_dump FILE CELLS none|lines\n";
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
  const auto spacing =
      std::string(argv[3]) == "lines" ? printing::Spacing::lines : printing::Spacing::none;
  const auto layout = printing::lay_out(*document, std::stoi(argv[2]), spacing);
  if (!layout) {
    std::cerr << argv[1] << ": " << layout.error().what << "\n";
    return 1;
  }
  std::cout << printing::to_text(*layout);
}
