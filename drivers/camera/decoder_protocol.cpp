#include "drivers/camera/decoder_protocol.h"

#include <algorithm>

#include "kiosk/base/check.h"

namespace drivers::camera {
namespace {

using kiosk::Bytes;
using kiosk::ByteView;
using kiosk::fail;
using kiosk::Result;

constexpr std::uint32_t request_magic = 0x3146444B;  // "KDF1"
constexpr std::uint32_t reply_magic = 0x3152444B;    // "KDR1"
constexpr std::size_t request_size = 32;
constexpr std::size_t reply_size = 28;  // and then the content
constexpr std::size_t aim_chars_max = 3;

class Writer {
 public:
  Writer& u8(std::uint32_t value) {
    bytes_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  Writer& u32(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) u8((value >> shift) & 0xFF);
    return *this;
  }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Reads on from the front; the caller has looked at the size.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}
  std::uint32_t u8() {
    const std::uint8_t value = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return value;
  }
  std::uint32_t u32() {
    std::uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 8) value |= u8() << shift;
    return value;
  }
  ByteView rest() const { return bytes_; }

 private:
  ByteView bytes_;
};

auto malformed(const char* what) {
  return fail("camera", "malformed_packet", what);
}

template <typename Enum>
bool take_enum(std::uint32_t value, Enum last, Enum& into) {
  into = static_cast<Enum>(value);
  return value <= static_cast<std::uint32_t>(last);
}

}  // namespace

const char* name_of(Symbology symbology) {
  switch (symbology) {
    case Symbology::none:
      return "-";
    case Symbology::qr:
      return "QR";
    case Symbology::code128:
      return "Code 128";
    case Symbology::code39:
      return "Code 39";
    case Symbology::pdf417:
      return "PDF417";
    case Symbology::data_matrix:
      return "Data Matrix";
    case Symbology::aztec:
      return "Aztec";
  }
  return "-";
}

Bytes to_packet(const DecodeRequest& request) {
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  Writer writer;
  writer.u32(request_magic).u32(request.id);
  writer.u32(number(request.shape.width)).u32(number(request.shape.height));
  writer.u32(number(request.shape.stride)).u32(request.byte_count).u32(request.slice);
  writer.u8(static_cast<std::uint32_t>(request.shape.format));
  writer.u8(static_cast<std::uint32_t>(request.effort)).u8(0).u8(0);
  return writer.take();
}

Result<DecodeRequest> parse_request(ByteView packet) {
  if (packet.size() != request_size) return malformed("a request of another size");
  Reader reader(packet);
  if (reader.u32() != request_magic) return malformed("no request");
  DecodeRequest request;
  request.id = reader.u32();
  const std::uint32_t width = reader.u32(), height = reader.u32(), stride = reader.u32();
  request.byte_count = reader.u32();
  request.slice = reader.u32();
  const bool known = take_enum(reader.u8(), PixelFormat::file, request.shape.format) &&
                     take_enum(reader.u8(), Effort::everything, request.effort);
  if (!known || reader.u8() != 0 || reader.u8() != 0) return malformed("an unknown choice");
  const auto limit = static_cast<std::uint32_t>(side_max);
  if (width > limit || height > limit || stride > 2 * limit) return malformed("too large a frame");
  if (request.byte_count > frame_bytes_max) return malformed("more bytes than there is memory");
  request.shape.width = static_cast<int>(width);
  request.shape.height = static_cast<int>(height);
  request.shape.stride = static_cast<int>(stride);
  return request;
}

Bytes to_packet(const DecodeReply& reply) {
  KIOSK_CHECK(reply.aim_identifier.size() <= aim_chars_max);
  KIOSK_CHECK(reply.content.size() <= content_bytes_max);
  Writer writer;
  writer.u32(reply_magic).u32(reply.id);
  writer.u8(static_cast<std::uint32_t>(reply.outcome));
  writer.u8(static_cast<std::uint32_t>(reply.symbology));
  writer.u8(static_cast<std::uint32_t>(reply.evidence));
  writer.u8(0);
  writer.u32(reply.cpu_us).u32(reply.unpack_us);
  writer.u8(static_cast<std::uint32_t>(reply.aim_identifier.size()));
  for (std::size_t i = 0; i < aim_chars_max; ++i) {
    const bool there = i < reply.aim_identifier.size();
    writer.u8(there ? static_cast<std::uint8_t>(reply.aim_identifier[i]) : 0);
  }
  writer.u32(static_cast<std::uint32_t>(reply.content.size()));
  Bytes packet = writer.take();
  kiosk::append(packet, kiosk::as_bytes(reply.content));
  return packet;
}

Result<DecodeReply> parse_reply(ByteView packet) {
  if (packet.size() < reply_size) return malformed("a short reply");
  Reader reader(packet);
  if (reader.u32() != reply_magic) return malformed("no reply");
  DecodeReply reply;
  reply.id = reader.u32();
  bool known = take_enum(reader.u8(), Outcome::code, reply.outcome);
  known &= take_enum(reader.u8(), Symbology::aztec, reply.symbology);
  known &= take_enum(reader.u8(), Evidence::firm, reply.evidence);
  known &= reader.u8() == 0;
  if (!known) return malformed("an unknown choice");
  reply.cpu_us = reader.u32();
  reply.unpack_us = reader.u32();
  const std::uint32_t aim_size = reader.u8();
  if (aim_size > aim_chars_max) return malformed("a long AIM identifier");
  for (std::uint32_t i = 0; i < aim_chars_max; ++i) {
    const std::uint32_t letter = reader.u8();
    const bool fits = i < aim_size ? letter > 0x20 && letter < 0x7F : letter == 0;
    if (!fits) return malformed("no AIM identifier");
    if (i < aim_size) reply.aim_identifier += static_cast<char>(letter);
  }
  const std::uint32_t size = reader.u32();
  if (size != reader.rest().size() || size > content_bytes_max) return malformed("torn content");
  reply.content = kiosk::as_text(reader.rest());
  const bool has_code = reply.outcome == Outcome::code;
  if (has_code != (reply.symbology != Symbology::none)) return malformed("a code of no kind");
  return reply;
}

}  // namespace drivers::camera
