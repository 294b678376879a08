#include "drivers/id_card/sdt_protocol.h"

#include <doctest/doctest.h>

#include "tests/unit/drivers/id_card/card_vectors.h"

using namespace drivers::id_card;
using vectors::from_hex;

namespace {

Reply decode(kiosk::ByteView bytes) {
  ReplyDecoder decoder;
  decoder.feed(bytes);
  auto reply = decoder.next();
  REQUIRE(reply.has_value());
  CHECK_FALSE(decoder.next().has_value());
  return *reply;
}

const kiosk::Bytes no_card = from_hex("AA AA AA 96 69 00 04 00 00 80 84");
const kiosk::Bytes found = from_hex("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97");

}  // namespace

TEST_CASE("requests are the published frames, byte for byte") {
  CHECK(encode(Request::reset) == from_hex("AA AA AA 96 69 00 03 10 FF EC"));
  CHECK(encode(Request::status) == from_hex("AA AA AA 96 69 00 03 11 FF ED"));
  CHECK(encode(Request::identify) == from_hex("AA AA AA 96 69 00 03 12 FF EE"));
  CHECK(encode(Request::find) == from_hex("AA AA AA 96 69 00 03 20 01 22"));
  CHECK(encode(Request::select) == from_hex("AA AA AA 96 69 00 03 20 02 21"));
  CHECK(encode(Request::read) == from_hex("AA AA AA 96 69 00 03 30 01 32"));
  CHECK(encode(Request::new_address) == from_hex("AA AA AA 96 69 00 03 30 03 30"));
}

TEST_CASE("the published replies are understood") {
  CHECK(decode(from_hex("AA AA AA 96 69 00 04 00 00 90 94")) == Reply{Answer::done, {}});
  CHECK(decode(no_card).status == Answer::no_card);
  CHECK(decode(found) == Reply{Answer::card_found, kiosk::Bytes(4)});
  CHECK(decode(from_hex("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C")) ==
        Reply{Answer::done, kiosk::Bytes(8)});
  const Reply sam =
      decode(from_hex("AA AA AA 96 69 00 14 00 00 90 05 00 03 00 BE DC 32 01"
                      "40 E2 01 00 D2 02 96 49 7F"));
  CHECK(sam_number(sam).value() == "05.03-20110526-0000123456-1234567890");
}

TEST_CASE("every failure status has its own value") {
  constexpr std::array<std::array<int, 2>, 15> failures = {{{0x10, 0x14},
                                                            {0x11, 0x15},
                                                            {0x21, 0x25},
                                                            {0x24, 0x20},
                                                            {0x31, 0x35},
                                                            {0x32, 0x36},
                                                            {0x33, 0x37},
                                                            {0x40, 0x44},
                                                            {0x41, 0x45},
                                                            {0x47, 0x43},
                                                            {0x60, 0x64},
                                                            {0x66, 0x62},
                                                            {0x80, 0x84},
                                                            {0x81, 0x85},
                                                            {0x91, 0x95}}};
  for (const auto& [status, checksum] : failures) {
    kiosk::Bytes frame = from_hex("AA AA AA 96 69 00 04 00 00");
    frame.push_back(static_cast<std::uint8_t>(status));
    frame.push_back(static_cast<std::uint8_t>(checksum));
    CHECK(decode(frame).status == static_cast<Answer>(status));
  }
}

TEST_CASE("the whole reply with text and photo gives the text block") {
  const Reply reply = decode(vectors::read_reply(vectors::resident));
  const auto block = text_block(reply);
  REQUIRE(block.has_value());
  CHECK(kiosk::Bytes(block->begin(), block->end()) == from_hex(vectors::resident.text_hex));
}

TEST_CASE("a reply whose lengths do not agree is refused") {
  Reply reply = decode(vectors::read_reply(vectors::resident));
  reply.data[1] = 1;
  CHECK(text_block(reply).error().code == "malformed_reply");
  reply.data[1] = 0;
  reply.data.pop_back();
  CHECK(text_block(reply).error().code == "malformed_reply");
  CHECK(text_block(Reply{Answer::done, {1, 0}}).error().code == "malformed_reply");
  CHECK(sam_number(Reply{Answer::done, {1, 0}}).error().code == "malformed_reply");
}

TEST_CASE("a reply may be cut at every byte") {
  const kiosk::Bytes whole = vectors::read_reply(vectors::hk_macao_taiwan_permit);
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    ReplyDecoder decoder;
    decoder.feed(kiosk::ByteView(whole).first(cut));
    REQUIRE_FALSE(decoder.next().has_value());
    decoder.feed(kiosk::ByteView(whole).subspan(cut));
    REQUIRE(decoder.next().has_value());
    REQUIRE(decoder.damaged() == 0);
  }
}

TEST_CASE("a torn reply costs itself and not the complete one behind it") {
  const kiosk::Bytes whole = found;
  for (std::size_t kept = 0; kept < whole.size(); ++kept) {
    CAPTURE(kept);
    ReplyDecoder decoder;
    decoder.feed(kiosk::ByteView(whole).first(kept));
    decoder.feed(whole);
    for (int i = 0; i < 20; ++i) decoder.feed(no_card);  // the torn length may claim 0xAA bytes
    REQUIRE(decoder.next() == Reply{Answer::card_found, kiosk::Bytes(4)});
    REQUIRE(decoder.next() == Reply{Answer::no_card, {}});
  }
}

TEST_CASE("a wrong byte anywhere never gives a wrong reply, and the next one is found") {
  for (std::size_t at = 0; at < found.size(); ++at) {
    CAPTURE(at);
    kiosk::Bytes bad = found;
    bad[at] ^= 0x15;
    ReplyDecoder decoder;
    decoder.feed(bad);
    const auto first = decoder.next();
    REQUIRE_FALSE(first.has_value());
    for (int i = 0; i < 300; ++i) decoder.feed(no_card);
    REQUIRE(decoder.next() == Reply{Answer::no_card, {}});
  }
}

TEST_CASE("garbage before a reply is passed over") {
  for (int length = 1; length < 40; ++length) {
    ReplyDecoder decoder;
    kiosk::Bytes noise;
    for (int i = 0; i < length; ++i) noise.push_back(static_cast<std::uint8_t>(0xAA ^ (i % 3)));
    decoder.feed(noise);
    decoder.feed(found);
    REQUIRE(decoder.next().has_value());
  }
}

TEST_CASE("of a card's reply nothing stays in the decoder, nor in a reply that is wiped") {
  constexpr std::string_view photo = "WLf";
  ReplyDecoder decoder;
  const auto remembers = [&](std::string_view what) {
    const std::string_view all(reinterpret_cast<const char*>(&decoder), sizeof decoder);
    return all.find(what) != std::string_view::npos;
  };
  const kiosk::Bytes whole = vectors::read_reply(vectors::resident);
  decoder.feed(kiosk::ByteView(whole).first(1200));
  CHECK_FALSE(decoder.next().has_value());
  CHECK(decoder.begun());
  CHECK(remembers(photo));
  decoder.feed(kiosk::ByteView(whole).subspan(1200));
  auto reply = decoder.next();
  REQUIRE(reply.has_value());
  CHECK_FALSE(remembers(photo));
  decoder.feed(kiosk::ByteView(whole).first(1200));
  decoder.clear();
  CHECK_FALSE(remembers(photo));
  wipe(reply->data);
  CHECK(reply->data.empty());
}

TEST_CASE("more than fits drops the oldest bytes, and the newest reply is found") {
  ReplyDecoder decoder;
  decoder.feed(kiosk::Bytes(20'000, 0xAA));
  decoder.feed(no_card);
  kiosk::Bytes much(20'000, 0x55);
  kiosk::append(much, found);
  CHECK(decoder.next() == Reply{Answer::no_card, {}});
  decoder.feed(much);
  CHECK(decoder.next() == Reply{Answer::card_found, kiosk::Bytes(4)});
}

TEST_CASE("a length out of bounds drops one byte and searches on") {
  ReplyDecoder decoder;
  decoder.feed(from_hex("AA AA AA 96 69 0A 01"));
  decoder.feed(from_hex("AA AA AA 96 69 00 03 90 FF"));
  decoder.feed(no_card);
  CHECK(decoder.next() == Reply{Answer::no_card, {}});
  CHECK(decoder.damaged() == 2);
}

TEST_CASE("an answer to another request does not fit") {
  CHECK(fits(Request::find, decode(found)));
  CHECK_FALSE(fits(Request::select, decode(found)));
  CHECK(fits(Request::find, decode(no_card)));
  CHECK_FALSE(fits(Request::read, decode(no_card)));
  CHECK(fits(Request::read, decode(vectors::read_reply(vectors::resident))));
  CHECK_FALSE(fits(Request::select, decode(vectors::read_reply(vectors::resident))));
  CHECK_FALSE(fits(Request::find, Reply{Answer::done, {}}));
  CHECK(fits(Request::new_address, Reply{Answer::absent, {}}));
  CHECK_FALSE(fits(Request::read, Reply{Answer::absent, {}}));
  CHECK(fits(Request::new_address, Reply{Answer::done, kiosk::Bytes(70)}));
  CHECK_FALSE(fits(Request::new_address, Reply{Answer::done, kiosk::Bytes(8)}));
  CHECK(fits(Request::status, Reply{Answer::not_authorised, {}}));
}
