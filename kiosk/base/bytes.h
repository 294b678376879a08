#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Out of line: GCC 12 at -O3 warns of overflows that are not there when it inlines this.
void append(Bytes& to, ByteView what);

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(ByteView bytes);

}  // namespace kiosk
