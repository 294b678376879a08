#include "drivers/smart_card/apdu.h"

#include <initializer_list>

#include "kiosk/base/check.h"

namespace drivers::smart_card {
namespace {

constexpr std::size_t reply_bytes_max = 256 + 2;  // short Le, ISO/IEC 7816-4, 5.2
constexpr std::size_t data_bytes_max = 255;

constexpr std::uint8_t low(unsigned value) {
  return static_cast<std::uint8_t>(value & 0xFF);
}

}  // namespace

kiosk::Result<Response> parse_response(kiosk::ByteView reply) {
  if (reply.size() < 2 || reply.size() > reply_bytes_max) {
    return kiosk::fail("smart_card", "malformed_reply",
                       "an answer of " + std::to_string(reply.size()) + " bytes",
                       kiosk::Remedy::patient);
  }
  const kiosk::ByteView data = reply.first(reply.size() - 2);
  return Response{kiosk::Bytes(data.begin(), data.end()),
                  static_cast<std::uint16_t>(reply[data.size()] << 8 | reply.back())};
}

kiosk::Bytes select_application(kiosk::ByteView identifier, std::uint8_t p2) {
  KIOSK_CHECK(identifier.size() <= data_bytes_max);
  kiosk::Bytes apdu = {0x00, 0xA4, 0x04, p2, static_cast<std::uint8_t>(identifier.size())};
  kiosk::append(apdu, identifier);
  return apdu;
}

kiosk::Bytes select_file(std::uint16_t file, std::uint8_t p1) {
  return {0x00, 0xA4, p1, 0x00, 0x02, low(file >> 8U), low(file)};
}

kiosk::Bytes read_record(std::uint8_t record, std::uint8_t p2, std::uint8_t length) {
  return {0x00, 0xB2, record, p2, length};
}

kiosk::Bytes read_binary_of(std::uint8_t short_file, std::uint8_t offset, std::uint8_t length) {
  KIOSK_CHECK(short_file < 0x20);
  return {0x00, 0xB0, static_cast<std::uint8_t>(0x80 | short_file), offset, length};
}

kiosk::Bytes read_binary(std::uint16_t offset, std::uint8_t length) {
  KIOSK_CHECK(offset < 0x8000);
  return {0x00, 0xB0, low(offset >> 8U), low(offset), length};
}

}  // namespace drivers::smart_card
