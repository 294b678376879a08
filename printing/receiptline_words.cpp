#include "printing/receiptline_words.h"

#include <algorithm>
#include <charconv>

#include "printing/receiptline_parser.h"

namespace printing {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> found(1);
  bool in_blank = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (c == ',' || (blank && !in_blank)) found.emplace_back();
    if (c != ',' && !blank) found.back() += c;
    in_blank = blank;
  }
  return found;
}

int number(const std::string& word) {
  const bool digits = !word.empty() && std::all_of(word.begin(), word.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return -1;
  int value = 0;
  const auto done = std::from_chars(word.data(), word.data() + word.size(), value);
  return done.ec == std::errc() ? std::min(value, column_width_max) : column_width_max;
}

int number_within(const std::vector<std::string>& options, int low, int high, int otherwise) {
  for (const std::string& option : options) {
    const int value = number(option);
    if (value >= low && value <= high) return value;
  }
  return otherwise;
}

}  // namespace printing
