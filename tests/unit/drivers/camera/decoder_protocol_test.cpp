#include "drivers/camera/decoder_protocol.h"

#include <doctest/doctest.h>

using namespace drivers::camera;

TEST_CASE("decoder protocol: a request and a reply come out as they went in") {
  DecodeRequest request;
  request.id = 0x01020304;
  request.shape = {PixelFormat::yuyv, 1280, 720, 2560, {}};
  request.byte_count = 1280 * 720 * 2;
  request.effort = Effort::everything;
  request.slice = 7;
  CHECK(*parse_request(to_packet(request)) == request);

  DecodeReply reply;
  reply.id = 9;
  reply.outcome = Outcome::code;
  reply.symbology = Symbology::pdf417;
  reply.evidence = Evidence::firm;
  reply.cpu_us = 8123;
  reply.unpack_us = 12;
  reply.aim_identifier = "]L0";
  reply.content = std::string("a\0b", 3);
  CHECK(*parse_reply(to_packet(reply)) == reply);
}

TEST_CASE("decoder protocol: a packet that is cut or longer is refused") {
  kiosk::Bytes request = to_packet(DecodeRequest{});
  DecodeReply with_text;
  with_text.content = "nothing";
  kiosk::Bytes reply = to_packet(with_text);
  for (std::size_t size = 0; size < request.size(); ++size) {
    CHECK_FALSE(parse_request(kiosk::ByteView(request).first(size)));
  }
  for (std::size_t size = 0; size < reply.size(); ++size) {
    CHECK_FALSE(parse_reply(kiosk::ByteView(reply).first(size)));
  }
  request.push_back(0);
  reply.push_back(0);
  CHECK(parse_request(request).error().code == "malformed_packet");
  CHECK(parse_reply(reply).error().code == "malformed_packet");
}

TEST_CASE("decoder protocol: what is read from any bytes is written as the same bytes") {
  const kiosk::Bytes request = to_packet(DecodeRequest{});
  DecodeReply with_text;
  with_text.aim_identifier = "]Q1";
  with_text.content = "text";
  const kiosk::Bytes reply = to_packet(with_text);
  for (int value = 0; value < 256; ++value) {
    for (std::size_t at = 0; at < request.size(); ++at) {
      kiosk::Bytes changed = request;
      changed[at] = static_cast<std::uint8_t>(value);
      if (const auto read = parse_request(changed)) CHECK(to_packet(*read) == changed);
    }
    for (std::size_t at = 0; at < reply.size(); ++at) {
      kiosk::Bytes changed = reply;
      changed[at] = static_cast<std::uint8_t>(value);
      if (const auto read = parse_reply(changed)) CHECK(to_packet(*read) == changed);
    }
  }
}
