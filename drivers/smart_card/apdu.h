#pragma once

// Commands to a card and its answers, as bytes. Source: ISO/IEC 7816-4, 5.3 (status bytes), 11
// (SELECT, READ BINARY, READ RECORD).

#include <cstdint>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace drivers::smart_card {

/// A card's answer: data and the status bytes SW1 SW2.
struct Response {
  kiosk::Bytes data;
  std::uint16_t status = 0;

  bool operator==(const Response&) const = default;
};

inline constexpr std::uint16_t status_good = 0x9000;
inline constexpr std::uint16_t status_end_of_file = 0x6282;    ///< fewer bytes than were asked for
inline constexpr std::uint16_t status_not_satisfied = 0x6982;  ///< wants a PIN or a key

/// Errors: smart_card/malformed_reply (shorter than a status, longer than a short APDU's answer).
kiosk::Result<Response> parse_response(kiosk::ByteView reply);

/// SELECT by application identifier of 5 to 16 bytes; p2 0C wants no answer data.
kiosk::Bytes select_application(kiosk::ByteView identifier, std::uint8_t p2);

/// SELECT of an elementary file by its identifier.
kiosk::Bytes select_file(std::uint16_t file, std::uint8_t p1);

/// READ RECORD by number; length 0 asks for all of it.
kiosk::Bytes read_record(std::uint8_t record, std::uint8_t p2, std::uint8_t length);

/// READ BINARY of the file with this short identifier, which it selects; offset below 256.
kiosk::Bytes read_binary_of(std::uint8_t short_file, std::uint8_t offset, std::uint8_t length);

/// READ BINARY of the selected file; offset below 32768.
kiosk::Bytes read_binary(std::uint16_t offset, std::uint8_t length);

}  // namespace drivers::smart_card
