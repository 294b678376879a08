#pragma once

// The 256-byte text block of Chinese ID cards and permits -> what a kiosk needs of it. Ethnic
// group, issuing authority and photo are not taken out, the address only for who asks: the kiosk
// itself has no use for them. Source: GA/T 490, machine-readable content of the card.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "kiosk/base/bytes.h"
#include "kiosk/base/result.h"

namespace drivers::id_card {

enum class Document { resident, hk_macao_taiwan_permit, foreign_permit_2017, foreign_permit_2023 };

/// GB/T 2261.1.
enum class Sex { unknown, male, female, not_stated };

/// All text is UTF-8 without the padding; dates are YYYYMMDD. Nothing here has been checked against
/// itself: number, check digit, birth date and validity are the domain's to judge.
struct IdCardText {
  Document document = Document::resident;
  std::string name;        ///< as in Chinese; may be empty on a foreign permit
  std::string name_latin;  ///< foreign permits only
  Sex sex = Sex::unknown;
  std::string birth_date;
  std::string number;       ///< citizen or permit number, a trailing x in upper case
  std::string pass_number;  ///< travel permit on a HK/Macao/Taiwan permit, else empty
  std::string country;      ///< three letters on foreign permits, else empty
  std::string valid_from;
  std::optional<std::string> valid_to;  ///< none: 长期, without end
  std::string address = {};  ///< the one that counts; empty unless the reader is set to take it

  bool operator==(const IdCardText&) const = default;
};

/// Reads a text block of any of the four layouts; the layout is told by the letter at offset 248.
///
/// No character is dropped: what is no character (half a surrogate pair, a control code) becomes
/// U+FFFD; private-use characters of old cards stay as they are.
/// Errors: id_card/unknown_document (another kind of card), id_card/malformed_text (no number, or a
/// date that is none); neither says what was on the card.   Thread: any; pure.
kiosk::Result<IdCardText> parse_card_text(std::span<const std::uint8_t, 256> block);

/// The address that was written when the card was made; empty on the layouts of foreign permits,
/// which have none.   Thread: any; pure.
std::string printed_address(std::span<const std::uint8_t, 256> block);

/// Text as it is on a card (UTF-16LE with padding) in UTF-8; an odd last byte is left.
/// Thread: any; pure.
std::string chip_text(kiosk::ByteView bytes);

}  // namespace drivers::id_card
