// A packet from the kiosk to its decoder, or back: neither end trusts the other.
#include <cstdint>

#include "drivers/camera/decoder_protocol.h"
#include "kiosk/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drivers::camera;
  const kiosk::ByteView packet(data, size);
  const kiosk::Bytes bytes(packet.begin(), packet.end());
  if (const auto request = parse_request(packet)) KIOSK_CHECK(to_packet(*request) == bytes);
  if (const auto reply = parse_reply(packet)) KIOSK_CHECK(to_packet(*reply) == bytes);
  return 0;
}
