#include "drivers/smart_card/card_dialogue.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "drivers/smart_card/egk_card.h"
#include "drivers/smart_card/social_security_card.h"
#include "tests/emulators/smart_card.h"

using namespace drivers::smart_card;
using emulators::Guard;
using emulators::Handover;
using emulators::SmartCard;
using kiosk::Bytes;

namespace {

const std::vector<CardKind> all = {CardKind::egk, CardKind::social_security, CardKind::uid};

CardOutcome converse(SmartCard& card, const std::vector<CardKind>& wanted = all) {
  CardDialogue dialogue(wanted);
  auto step = dialogue.start(card.answer_to_reset());
  while (const auto* command = std::get_if<Bytes>(&step)) {
    step = dialogue.take(card.transmit(*command));
  }
  return std::get<CardOutcome>(step);
}

CardOutcome identified(CardKind kind, std::vector<Identifier> identifiers) {
  return CardIdentified{kind, std::move(identifiers)};
}

std::string_view why(const CardOutcome& outcome) {
  const auto* unreadable = std::get_if<CardUnreadable>(&outcome);
  return unreadable == nullptr ? "" : unreadable->why.code;
}

/// Answers every command with the same bytes; how many commands it took.
struct Stubborn {
  explicit Stubborn(Bytes answer, std::vector<CardKind> wanted = all) {
    CardDialogue dialogue(std::move(wanted));
    auto step = dialogue.start(Bytes{0x3B, 0x00});
    for (; std::holds_alternative<Bytes>(step); ++commands) step = dialogue.take(answer);
    outcome = std::get<CardOutcome>(step);
  }
  int commands = 0;
  CardOutcome outcome;
};

}  // namespace

TEST_CASE("card: the chip's number of a contactless card is told in upper case") {
  SmartCard card = emulators::uid_card({0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80});
  CHECK(converse(card) == identified(CardKind::uid, {{IdentifierKind::uid, "04A1B2C3D4E580"}}));
  CHECK(card.commands().back() == Bytes{0xFF, 0xCA, 0x00, 0x00, 0x00});
  for (const std::size_t size : {4U, 10U}) {
    SmartCard other = emulators::uid_card(Bytes(size, 0x5A));
    CHECK(std::holds_alternative<CardIdentified>(converse(other)));
  }
}

TEST_CASE("card: a number of four bytes that begins with 08 is no identity") {
  SmartCard drawn = emulators::uid_card({0x08, 0xA1, 0xB2, 0xC3});
  CHECK(why(converse(drawn)) == "random_uid");
  SmartCard longer = emulators::uid_card({0x08, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80});
  CHECK(std::holds_alternative<CardIdentified>(converse(longer)));
}

TEST_CASE("card: a chip's number of another length is refused") {
  for (const std::size_t size : {1U, 3U, 5U, 8U, 11U}) {
    SmartCard card = emulators::uid_card(Bytes(size, 0x11));
    CHECK(why(converse(card)) == "malformed_data");
  }
}

TEST_CASE("card: the insured person's number of a German health insurance card") {
  SmartCard card = emulators::egk_card("A123456780");
  const auto expected = identified(CardKind::egk, {{IdentifierKind::egk_kvnr, "A123456780"}});
  CHECK(converse(card) == expected);
  REQUIRE(card.commands().size() >= 4);
  CHECK(card.commands()[0] ==
        Bytes{0x00, 0xA4, 0x04, 0x0C, 0x07, 0xD2, 0x76, 0x00, 0x01, 0x44, 0x80, 0x00});
  CHECK(card.commands()[1] ==
        Bytes{0x00, 0xA4, 0x04, 0x0C, 0x06, 0xD2, 0x76, 0x00, 0x00, 0x01, 0x02});
  CHECK(card.commands()[2] == Bytes{0x00, 0xB0, 0x81, 0x00, 0x02});
  SUBCASE("in small pieces, beyond what a short file's offset can say") {
    for (const std::size_t piece : {10U, 50U, 100U}) {
      SmartCard slow = emulators::egk_card("A123456780");
      slow.read_at_most(piece);
      CHECK(converse(slow) == expected);
      CHECK(slow.commands().back()[2] < 0x80);  // READ BINARY by offset alone
    }
  }
  SUBCASE("handed over in parts") {
    SmartCard parts = emulators::egk_card("A123456780");
    parts.set_handover(Handover::in_parts);
    CHECK(converse(parts) == expected);
  }
}

TEST_CASE("insured number: whatever is not one is an error, never a crash") {
  const auto code = [](const std::string& xml) -> std::string {
    const auto number = insured_number(emulators::gzip(xml));
    return number ? *number : std::string(number.error().code);
  };
  CHECK(code("<Versicherten_ID>B000000001</Versicherten_ID>") == "B000000001");
  CHECK(code("<a:Versicherten_ID x=\"1\">B000000001</a:Versicherten_ID>") == "B000000001");
  CHECK(code("<Alte_Versicherten_ID>B000000001</Alte_Versicherten_ID>") == "malformed_data");
  CHECK(code("</Versicherten_ID>B000000001<") == "malformed_data");
  CHECK(code("<Versicherten_ID/>B000000001<") == "malformed_data");
  CHECK(code("<Versicherten_ID>b000000001<") == "malformed_data");
  CHECK(code("<Versicherten_ID>B00000000<") == "malformed_data");
  CHECK(code("<Versicherten_ID") == "malformed_data");
  CHECK(code("") == "malformed_data");
  CHECK(code(std::string(65'537, '<')) == "too_long");
  CHECK(code(std::string(4'000'000, ' ')) == "too_long");
}

TEST_CASE("insured number: every cut and every flipped bit of the packed data is found out") {
  const Bytes packed = emulators::egk_personal_data("A123456780");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(insured_number(kiosk::ByteView(packed).first(size)).has_value());
  }
  for (std::size_t at = 10; at < packed.size(); ++at) {  // behind gzip's header
    Bytes damaged = packed;
    damaged[at] ^= 0x10;
    CAPTURE(at);
    const auto number = insured_number(damaged);
    // The last bits before the checksum are padding.
    CHECK((!number || (*number == "A123456780" && at == packed.size() - 9)));
  }
}

TEST_CASE("card: both numbers of a Chinese social security card, the person's first") {
  SmartCard card = emulators::social_security_card("A12345678", "990101199003070015");
  const auto expected = identified(CardKind::social_security,
                                   {{IdentifierKind::social_security_number, "990101199003070015"},
                                    {IdentifierKind::social_security_card_number, "A12345678"}});
  CHECK(converse(card, {CardKind::social_security}) == expected);
  CHECK(card.commands()[0] == Bytes{0x00, 0xA4, 0x04, 0x00, 0x0F, 0x73, 0x78, 0x31, 0x2E, 0x73,
                                    0x68, 0x2E, 0xC9, 0xE7, 0xBB, 0xE1, 0xB1, 0xA3, 0xD5, 0xCF});
  CHECK(card.commands()[1] == Bytes{0x00, 0xA4, 0x00, 0x00, 0x02, 0xEF, 0x05});
  CHECK(card.commands()[2] == Bytes{0x00, 0xB2, 0x07, 0x00, 0x0B});
  SUBCASE("cards that want another P1 or P2, or hand over in parts") {
    card.select_files_by(0x02);
    card.number_records_by(0x04);
    card.set_handover(Handover::in_parts);
    CHECK(converse(card, {CardKind::social_security}) == expected);
  }
}

TEST_CASE("card: where a PIN guards the person's number, the card's number is told, no PIN tried") {
  SmartCard card = emulators::social_security_card("A12345678", "990101199003070015", Guard::pin);
  CHECK(converse(card) == identified(CardKind::social_security,
                                     {{IdentifierKind::social_security_card_number, "A12345678"}}));
  const auto is_verify = [](const Bytes& command) { return command[1] == 0x20; };
  CHECK(std::none_of(card.commands().begin(), card.commands().end(), is_verify));
}

TEST_CASE("card: records of EF06 that count from 1") {
  SmartCard card({0x3B, 0x00});
  const std::string_view ssse = "sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF";
  emulators::CardFile of_person;
  of_person.records[1] = {0x08, 0x12};
  kiosk::append(of_person.records[1], kiosk::as_bytes("990101199003070015"));
  card.add_file(kiosk::as_bytes(ssse), 0xEF06, of_person);
  card.number_records_by(0x04);
  CHECK(converse(card) ==
        identified(CardKind::social_security,
                   {{IdentifierKind::social_security_number, "990101199003070015"}}));
}

TEST_CASE("record: a value is taken without padding and only if it is what was asked for") {
  const auto value = [](Bytes bytes) { return record_value(bytes, 0x07, 9).value_or("-"); };
  CHECK(value({0x07, 0x03, 'A', '1', '2'}) == "A12");
  CHECK(value({0x07, 0x03, 'A', '1', 0x00, 'x'}) == "A1");
  CHECK(value({0x08, 0x03, 'A', '1', '2'}) == "-");
  CHECK(value({0x07, 0x04, 'A', '1', '2'}) == "-");
  CHECK(value({0x07, 0x0A, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'}) == "-");
  CHECK(value({0x07, 0x02, 0x00, 0x00}) == "-");
  CHECK(value({0x07, 0x02, 'A', 0xC9}) == "-");
  CHECK(value({0x07}) == "-");
  CHECK(value({}) == "-");
}

TEST_CASE("card: a resident ID card is not asked anything but sent to its own reader") {
  SmartCard card = emulators::resident_id_card();
  CHECK(converse(card) == CardOutcome(UseTheIdCardReader{}));
  CHECK(card.commands().empty());
  CHECK(is_resident_id_card(Bytes{0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00,
                                  0x03, 0x06, 0xFF, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20}));
  CHECK_FALSE(is_resident_id_card({}));
}

TEST_CASE("card: kinds are tried in the order wanted, others never") {
  SmartCard card = emulators::egk_card("A123456780");
  card.set_uid({0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80});
  CHECK(std::get<CardIdentified>(converse(card, {CardKind::uid, CardKind::egk})).card ==
        CardKind::uid);
  CHECK(std::get<CardIdentified>(converse(card, {CardKind::egk, CardKind::uid})).card ==
        CardKind::egk);
  CHECK(why(converse(card, {CardKind::social_security})) == "unknown_card");
  CHECK(why(converse(card, {})) == "unknown_card");
}

TEST_CASE("card: one that answers nonsense for ever comes to an end") {
  CHECK(why(Stubborn(Bytes{}).outcome) == "malformed_reply");
  CHECK(why(Stubborn(Bytes{0x90}).outcome) == "malformed_reply");
  CHECK(why(Stubborn(Bytes(259, 0x00)).outcome) == "malformed_reply");
  CHECK(why(Stubborn(Bytes{0x6F, 0x00}).outcome) == "unknown_card");
  CHECK(why(Stubborn(Bytes{0x61, 0x10}).outcome) == "too_long");
  CHECK(why(Stubborn(Bytes{0x6C, 0x10}, {CardKind::uid}).outcome) == "too_long");
  CHECK(Stubborn(Bytes{0x61, 0x10}).commands == 64);
  Bytes full(256, 0x41);
  kiosk::append(full, Bytes{0x61, 0x00});
  CHECK(why(Stubborn(full).outcome) == "too_long");
}

TEST_CASE("card: one that breaks off in its personal data is unreadable, whatever it says") {
  for (int breaks_at = 2; breaks_at < 6; ++breaks_at) {
    for (const Bytes& answer : {Bytes{0x69, 0x82}, Bytes{0x90, 0x00}, Bytes{0x6F, 0x00}}) {
      SmartCard card = emulators::egk_card("A123456780");
      card.read_at_most(100);
      CardDialogue dialogue({CardKind::egk});
      auto step = dialogue.start(card.answer_to_reset());
      for (int i = 0; std::holds_alternative<Bytes>(step); ++i) {
        step = dialogue.take(i >= breaks_at ? answer : card.transmit(std::get<Bytes>(step)));
      }
      CAPTURE(breaks_at);
      const CardOutcome outcome = std::get<CardOutcome>(step);
      CHECK(why(outcome) == (answer[0] == 0x90   ? "malformed_data"
                             : answer[0] == 0x69 ? "refused"
                                                 : "card_error"));
    }
  }
}
