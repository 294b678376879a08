#pragma once

// What passes between the kiosk and its decoder, a child process: one packet asks for a frame to be
// decoded that lies in the memory both share, one packet answers. Numbers are little-endian.
// Neither end trusts the other: the child reads pictures from outside and may have been taken over.

#include <cstdint>
#include <string>

#include "drivers/camera/frame.h"
#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace drivers::camera {

enum class Symbology : std::uint8_t { none, qr, code128, code39, pdf417, data_matrix, aztec };

constexpr int symbology_count = 7;  ///< with `none`

/// "QR", "Code 128" ...; "-" for none.
const char* name_of(Symbology symbology);

/// one_slice: the usual looks and one extra preparation, the live camera's way. everything: the
/// whole cascade on this frame.
enum class Effort : std::uint8_t { one_slice, everything };

struct DecodeRequest {
  std::uint32_t id = 0;
  Frame shape;                   ///< its bytes are empty: they lie in the shared memory
  std::uint32_t byte_count = 0;  ///< in the shared memory
  Effort effort = Effort::one_slice;
  std::uint32_t slice = 0;  ///< which extra preparation, counted from 0 over the frames

  bool operator==(const DecodeRequest&) const = default;
};

/// damaged: the picture could not be read. empty: nothing in it looks like a code. nothing: there
/// was something, it could not be decoded. code: see the text.
enum class Outcome : std::uint8_t { damaged, empty, nothing, code };

/// firm: error correction, or several reads in the frame that agree. weak: one read that a
/// misreading could have made; another frame has to say the same.
enum class Evidence : std::uint8_t { weak, firm };

struct DecodeReply {
  std::uint32_t id = 0;
  Outcome outcome = Outcome::nothing;
  Symbology symbology = Symbology::none;
  Evidence evidence = Evidence::weak;
  std::uint32_t cpu_us = 0;     ///< preparing and decoding, without unpacking a picture file
  std::uint32_t unpack_us = 0;  ///< CPU time for that
  std::string aim_identifier;   ///< "]Q1"; at most 3 characters
  std::string content;          ///< of the code, or why the picture is damaged

  bool operator==(const DecodeReply&) const = default;
};

constexpr std::size_t content_bytes_max = 8192;
constexpr std::size_t packet_bytes_max = content_bytes_max + 64;

kiosk::Bytes to_packet(const DecodeRequest& request);
kiosk::Bytes to_packet(const DecodeReply& reply);

/// Errors: camera/malformed_packet for anything that to_packet does not write.   Thread: any; pure.
kiosk::Result<DecodeRequest> parse_request(kiosk::ByteView packet);
kiosk::Result<DecodeReply> parse_reply(kiosk::ByteView packet);

}  // namespace drivers::camera
