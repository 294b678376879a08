#pragma once

#include <cstddef>
#include <string>

namespace kiosk {

/// Shortens UTF-8 to so many bytes at most, not within a character.
inline void cut_to(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  text.resize(bytes_max);
}

}  // namespace kiosk
