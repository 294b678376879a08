#pragma once

#include <string>
#include <vector>

namespace printing {

/// The settings in ReceiptLine's properties are words and small numbers. Thread: any; pure.

/// ASCII letters made small.
std::string lower(std::string text);

/// Words separated by one comma or by blanks; two separators in a row have an empty word between.
std::vector<std::string> words(const std::string& text);

/// The number, at most `column_width_max`; -1 if the word is not all digits.
int number(const std::string& word);

/// The first of the words that is a number from `low` to `high`, else `otherwise`.
int number_within(const std::vector<std::string>& options, int low, int high, int otherwise);

}  // namespace printing
