#include "kiosk/base/bytes.h"

namespace kiosk {

void append(Bytes& to, ByteView what) {
  to.insert(to.end(), what.begin(), what.end());
}

std::string to_hex(ByteView bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace kiosk
