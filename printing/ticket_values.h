#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "printing/receiptline.h"

namespace printing {

/// Finished texts by name, in the language of the ticket. A name that is missing is empty.
using Values = std::map<std::string, std::string, std::less<>>;

/// Puts the values into a parsed document. They were never parsed, so none can be syntax: every
/// character prints as itself; a line end breaks the line within its column.
///
/// What is absent leaves no gap: a line (or, between two `\n` of a column, a part of one) that
/// names values, all of them empty, vanishes with its labels; a code whose data is empty values
/// vanishes; of two rules between which everything vanished one is left.
/// Thread: any; pure.
Document fill(Document document, const Values& values);

/// What is wrong with a document besides its own complaints: names of values that are not known.
/// All complaints, in the order of lines.
std::vector<Complaint> check(const Document& document, const std::vector<std::string>& known);

}  // namespace printing
