#include "drivers/camera/decoder/picture_decoder.h"

#include "drivers/camera/decoder/zxing_reader.h"

namespace drivers::camera::decoder {

DecodeReply decode(const GreyView& picture, Effort, std::uint32_t) {
  DecodeReply reply;
  const auto read = read_code(picture, {});
  if (!read) return reply;
  reply.outcome = Outcome::code;
  reply.symbology = read->symbology;
  reply.evidence = Evidence::firm;
  reply.aim_identifier = read->aim_identifier;
  reply.content = read->content;
  return reply;
}

}  // namespace drivers::camera::decoder
