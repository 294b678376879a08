#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kiosk::text {

inline constexpr char32_t replacement_character = 0xFFFD;

/// Calls `use` for each code point; each malformed sequence is one U+FFFD.
void for_each_code_point(std::string_view utf8, const std::function<void(char32_t)>& use);

void append_utf8(std::string& to, char32_t code_point);

/// What is shaped for a text: code points with private-use codes mapped, every line end as one
/// '\n', tabs as spaces, and without NUL, other controls, noncharacters and the characters that
/// override the direction of letters. At most text_length_max, then an ellipsis.
std::u32string clean(std::string_view utf8);

/// The same with spaces for line ends.
std::u32string clean_line(std::string_view utf8);

/// True for what is never visible by itself: joiners, variation selectors, direction marks.
bool is_ignorable(char32_t c);

bool is_variation_selector(char32_t c);

}  // namespace kiosk::text
