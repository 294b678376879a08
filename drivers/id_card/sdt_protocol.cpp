#include "drivers/id_card/sdt_protocol.h"

#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace drivers::id_card {
namespace {

constexpr std::array<std::uint8_t, 5> preamble = {0xAA, 0xAA, 0xAA, 0x96, 0x69};
constexpr std::size_t length_min = 4;  // three status bytes and the checksum
constexpr std::size_t text_bytes = 256;
constexpr std::size_t lengths_bytes = 4;
constexpr std::size_t new_address_bytes = 70;
constexpr std::size_t sam_number_bytes = 16;

std::uint8_t exclusive_or(kiosk::ByteView bytes) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum ^= byte;
  return sum;
}

std::size_t big_endian(kiosk::ByteView bytes) {
  return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

std::uint32_t little_endian(kiosk::ByteView bytes) {
  std::uint32_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) value = value << 8 | *byte;
  return value;
}

}  // namespace

kiosk::Bytes encode(Request request) {
  const auto code = static_cast<std::uint16_t>(request);
  kiosk::Bytes frame(preamble.begin(), preamble.end());
  const std::array<std::uint8_t, 4> body = {0, 3, static_cast<std::uint8_t>(code >> 8),
                                            static_cast<std::uint8_t>(code & 0xFF)};
  kiosk::append(frame, body);
  frame.push_back(exclusive_or(body));
  return frame;
}

void ReplyDecoder::feed(kiosk::ByteView bytes) {
  if (bytes.size() > buffer_.size()) bytes = bytes.last(buffer_.size());
  const std::size_t excess = size_ + bytes.size();
  if (excess > buffer_.size()) drop(excess - buffer_.size());
  std::copy(bytes.begin(), bytes.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += bytes.size();
}

void ReplyDecoder::drop(std::size_t count) {
  std::memmove(buffer_.data(), buffer_.data() + count, size_ - count);
  size_ -= count;
  ::explicit_bzero(buffer_.data() + size_, count);
}

void ReplyDecoder::clear() {
  drop(size_);
  damaged_ = 0;
}

bool ReplyDecoder::begun() const {
  return size_ >= header_bytes && std::equal(preamble.begin(), preamble.end(), buffer_.begin());
}

std::optional<Reply> ReplyDecoder::next() {
  std::size_t at = 0;  // drops in one go at the end: a byte-wise one would be quadratic
  std::optional<Reply> reply;
  const kiosk::ByteView all = kiosk::ByteView(buffer_).first(size_);
  while (!reply) {
    const kiosk::ByteView rest = all.subspan(at);
    const auto found = std::search(rest.begin(), rest.end(), preamble.begin(), preamble.end());
    if (found == rest.end()) {
      at += rest.size() - std::min(rest.size(), preamble.size() - 1);  // a torn preamble stays
      break;
    }
    at += static_cast<std::size_t>(found - rest.begin());
    const kiosk::ByteView frame = all.subspan(at);
    if (frame.size() < header_bytes) break;
    const std::size_t length = big_endian(frame.subspan(preamble.size()));
    if (length < length_min || length > length_max) {
      ++damaged_;
      ++at;
      continue;
    }
    if (frame.size() < header_bytes + length) break;
    const kiosk::ByteView summed = frame.subspan(preamble.size(), 2 + length);
    if (exclusive_or(summed) != 0) {
      ++damaged_;
      ++at;
      continue;
    }
    const kiosk::ByteView body = frame.subspan(header_bytes, length - 1);
    reply = Reply{static_cast<Answer>(body[2]), kiosk::Bytes(body.begin() + 3, body.end())};
    at += header_bytes + length;
  }
  drop(at);
  return reply;
}

void wipe(kiosk::Bytes& bytes) {
  if (!bytes.empty()) ::explicit_bzero(bytes.data(), bytes.size());
  bytes.clear();
}

bool fits(Request request, const Reply& reply) {
  switch (reply.status) {
    case Answer::card_found:
    case Answer::no_card:
      return request == Request::find;
    case Answer::select_failed:
      return request == Request::select;
    case Answer::absent:
      return request == Request::new_address;
    case Answer::done:
      switch (request) {
        case Request::reset:
        case Request::status:
          return reply.data.empty();
        case Request::identify:
          return reply.data.size() == sam_number_bytes;
        case Request::find:
          return false;
        case Request::select:
          return reply.data.size() == 8;
        case Request::read:
          return reply.data.size() >= lengths_bytes + text_bytes;
        case Request::new_address:
          return reply.data.size() == new_address_bytes;
      }
      return false;
    default:
      return true;
  }
}

kiosk::Result<std::span<const std::uint8_t, 256>> text_block(const Reply& reply) {
  const kiosk::ByteView data = reply.data;
  if (data.size() < lengths_bytes) {
    return kiosk::fail("id_card", "malformed_reply", "the card's data has no lengths");
  }
  const std::size_t text = big_endian(data);
  const std::size_t photo = big_endian(data.subspan(2));
  if (text != text_bytes || data.size() != lengths_bytes + text + photo) {
    return kiosk::fail(
        "id_card", "malformed_reply",
        fmt::format("text of {} and photo of {} bytes in a reply of {}", text, photo, data.size()));
  }
  return data.subspan<lengths_bytes, text_bytes>();
}

kiosk::Result<kiosk::ByteView> new_address(const Reply& reply) {
  if (reply.data.size() != new_address_bytes) {
    return kiosk::fail("id_card", "malformed_reply", "the new address is not 70 bytes long");
  }
  return kiosk::ByteView(reply.data);
}

kiosk::Result<std::string> sam_number(const Reply& reply) {
  const kiosk::ByteView data = reply.data;
  if (data.size() != sam_number_bytes) {
    return kiosk::fail("id_card", "malformed_reply", "the reader's number is not 16 bytes long");
  }
  return fmt::format("{:02}.{:02}-{:08}-{:010}-{:010}", little_endian(data.subspan(0, 2)),
                     little_endian(data.subspan(2, 2)), little_endian(data.subspan(4, 4)),
                     little_endian(data.subspan(8, 4)), little_endian(data.subspan(12, 4)));
}

}  // namespace drivers::id_card
