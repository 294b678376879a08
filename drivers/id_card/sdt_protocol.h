#pragma once

// The host protocol of Chinese ID card readers (the secure module "SAM" and its SDT frames):
// bytes <-> values, without time and without a device.
// Source: GA/T 467, host protocol of the interface module.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace drivers::id_card {

/// What the kiosk asks a reader. There is no request for the text without the photo; the one for
/// fingerprints is never made.
enum class Request : std::uint16_t {
  reset = 0x10FF,
  status = 0x11FF,
  identify = 0x12FF,
  find = 0x2001,
  select = 0x2002,
  read = 0x3001,
  new_address = 0x3003,  ///< written on the chip after the card was made
};

/// The last status byte of an answer.
enum class Answer : std::uint8_t {
  bad_checksum = 0x10,
  bad_length = 0x11,
  bad_command = 0x21,
  unknown_error = 0x24,
  card_refuses_reader = 0x31,
  reader_refuses_card = 0x32,
  not_verified = 0x33,
  unknown_card_type = 0x40,
  read_failed = 0x41,
  no_random_number = 0x47,
  self_test_failed = 0x60,
  not_authorised = 0x66,
  no_card = 0x80,
  select_failed = 0x81,
  done = 0x90,
  absent = 0x91,
  card_found = 0x9F,
};

/// One answer of the reader; `status` may be a value that Answer does not name.
struct Reply {
  Answer status = Answer::done;
  kiosk::Bytes data;

  bool operator==(const Reply&) const = default;
};

/// A complete request frame.
kiosk::Bytes encode(Request request);

/// Finds the replies in a stream of bytes, however it is cut. A length out of bounds or a wrong
/// checksum drops one byte and the search begins again behind it, so a torn reply costs itself
/// only. What was a card's does not stay in it.
class ReplyDecoder {
 public:
  /// The oldest bytes go when there are more than two of the longest replies.
  void feed(kiosk::ByteView bytes);
  std::optional<Reply> next();
  void clear();

  /// Replies with a wrong checksum or length since the last clear.
  int damaged() const { return damaged_; }

  /// A reply has begun: its header is there and its end is not.
  bool begun() const;

 private:
  void drop(std::size_t count);

  static constexpr std::size_t length_max = 0x0A00;  ///< text, photo and two fingers, with room
  static constexpr std::size_t header_bytes = 7;

  std::array<std::uint8_t, 2 * (header_bytes + length_max)> buffer_{};
  std::size_t size_ = 0;
  int damaged_ = 0;
};

/// Overwrites what was a card's, in a way no optimiser leaves out, and empties it.
void wipe(kiosk::Bytes& bytes);

/// True if the reply can be the answer to the request by its status and size: a late answer to an
/// earlier request must not be taken for this one's.
bool fits(Request request, const Reply& reply);

/// The 256-byte text block in the reply to Request::read; the photo behind it is checked for its
/// length and left. Errors: id_card/malformed_reply. The span lives as long as the reply.
kiosk::Result<std::span<const std::uint8_t, 256>> text_block(const Reply& reply);

/// The 70 bytes of an additional address as they are on the card. Errors: id_card/malformed_reply.
kiosk::Result<kiosk::ByteView> new_address(const Reply& reply);

/// The reader's own number as it is printed on its label: "05.03-20110526-0000123456-1234567890".
/// Errors: id_card/malformed_reply.
kiosk::Result<std::string> sam_number(const Reply& reply);

}  // namespace drivers::id_card
