#pragma once

// The protocol of vendor card readers: a program that a site installs beside the kiosk, which knows
// a vendor's certified library. It reads requests on standard input and says events on standard
// output, one JSON object a line, UTF-8, at most 8192 bytes with its line end.
//
//   kiosk -> program
//     {"op":"hello","version":1}   first; answered by "ready" or "unusable" within 5 s
//     {"op":"start"}               a card is wanted: look for one until "stop"
//     {"op":"stop"}                no card is wanted; what is read now is dropped
//     {"op":"ping","id":7}         every 3 s; answered by "pong" within 6 s, also while reading
//   program -> kiosk
//     {"event":"ready","version":1,"reader":"its serial number"}   can read cards (again)
//     {"event":"unusable","code":"absent"|"not_authorised"|"self_test_failed"|"fault","text":"..."}
//     {"event":"noticed"}          a card lies there; one of the next four follows within 6 s
//     {"event":"card", ...}        it was read; once a laying
//     {"event":"unreadable","code":"damaged"|"read_failed"|"not_genuine"}
//     {"event":"other_card"}       none of the documents this reader is for
//     {"event":"pulled"}           it was taken away before it was read
//     {"event":"lifted"}           it went after it was read, if the reader can tell
//     {"event":"pong","id":7}
//
// The members of "card" are those of IdCardText: "document" ("resident", "hk_macao_taiwan_permit",
// "foreign_permit_2017", "foreign_permit_2023"), "name", "name_latin", "sex" ("male", "female",
// "unknown", "not_stated"), "birth_date", "number", "pass_number", "country", "valid_from" and
// "valid_to" (YYYYMMDD; "valid_to" null is without end). Needed are document, number and the dates.
// Instead of all of them "block" may hold the card's 256 bytes of text as 512 hexadecimal digits.
//
// The program ends when its standard input does. Lines that do not begin with "{" are passed over,
// because libraries print; five lines in a row that do and are wrong end the program. Standard
// error goes to the log: nothing of a card may be written there.

#include <cstdint>
#include <string_view>
#include <variant>

#include "drivers/id_card/reader_events.h"
#include "kiosk/base/bytes.h"

namespace drivers::id_card {

inline constexpr int helper_version = 1;

struct HelperPong {
  std::uint64_t id = 0;

  bool operator==(const HelperPong&) const = default;
};

struct HelperLifted {
  bool operator==(const HelperLifted&) const = default;
};

using HelperMessage = std::variant<ReaderEvent, HelperPong, HelperLifted>;

/// Reads one line of the program without its line end. A card that lacks what is needed, or whose
/// fields are none, is CardUnreadable.
/// Errors: helper/protocol, helper/version; they do not tell what the line said.
/// Thread: any; pure.
kiosk::Result<HelperMessage> parse_helper_line(std::string_view line);

/// Requests with their line ends.
kiosk::Bytes helper_hello();
kiosk::Bytes helper_wants(CardWanted wanted);
kiosk::Bytes helper_ping(std::uint64_t id);

}  // namespace drivers::id_card
