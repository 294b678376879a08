#pragma once

#include <string>
#include <string_view>

namespace kiosk::text {

/// The character that an old private-use code of GBK and GB 18030 stood for, else `code` itself:
/// U+E863, which older ID cards hold, is 䶮 (U+4DAE).
/// Source: GB 18030-2000, -2005 and -2022, whose versions moved these codes one by one.
char32_t from_private_use(char32_t code);

/// The same for UTF-8 text; malformed bytes become U+FFFD.
std::string from_private_use(std::string_view text);

}  // namespace kiosk::text
