#pragma once

#include <string>

namespace kiosk::sync {

enum class JsonText { sound, mended };

/// Makes Unicode of the text of a JSON answer, so that one bad character does not make all of it
/// unreadable: U+FFFD stands for each sequence that is no UTF-8 and for each escape of half a
/// surrogate pair, a space for each control character. What is sound stays as it is; line ends and
/// tabs become spaces too, and are sound. Thread: any; pure.
/// Source: RFC 8259, 7, 8.1 and 8.2; Unicode 15, 3.9 "U+FFFD Substitution of Maximal Subparts".
JsonText mend(std::string& json);

}  // namespace kiosk::sync
