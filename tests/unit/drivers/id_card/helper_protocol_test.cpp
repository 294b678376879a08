#include "drivers/id_card/helper_protocol.h"

#include <doctest/doctest.h>

#include "tests/unit/drivers/id_card/card_vectors.h"

using namespace drivers::id_card;

namespace {

const std::string card_line =
    R"({"event":"card","document":"resident","name":"测试甲","sex":"male","birth_date":"19900307",)"
    R"("number":"99010119900307001x","valid_from":"20200101","valid_to":"20400101"})";

template <typename Kind>
Kind event(std::string_view line) {
  return std::get<Kind>(std::get<ReaderEvent>(parse_helper_line(line).value()));
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

std::string text(const kiosk::Bytes& bytes) {
  return std::string(kiosk::as_text(bytes));
}

}  // namespace

TEST_CASE("helper protocol: requests are the documented lines") {
  CHECK(text(helper_hello()) == "{\"op\":\"hello\",\"version\":1}\n");
  CHECK(text(helper_wants(CardWanted::yes)) == "{\"op\":\"start\"}\n");
  CHECK(text(helper_wants(CardWanted::no)) == "{\"op\":\"stop\"}\n");
  CHECK(text(helper_ping(7)) == "{\"op\":\"ping\",\"id\":7}\n");
}

TEST_CASE("helper protocol: every event is understood") {
  CHECK(event<ReaderReady>(R"({"event":"ready","version":1,"reader":"R-1"})").sam_number == "R-1");
  CHECK(event<ReaderReady>(R"({"event":"ready","version":1})").sam_number.empty());
  CHECK(event<ReaderUnusable>(R"({"event":"unusable","code":"not_authorised","text":"no"})").why ==
        kiosk::Error{"id_card", "not_authorised", "no"});
  CHECK(event<ReaderUnusable>(R"({"event":"unusable","code":"absent"})").why.domain == "usb");
  CHECK(event<CardNoticed>(R"({"event":"noticed"})") == CardNoticed{});
  CHECK(event<CardUnreadable>(R"({"event":"unreadable","code":"damaged"})").why.code == "damaged");
  CHECK(event<NotAResidentCard>(R"({"event":"other_card"})") == NotAResidentCard{});
  CHECK(event<CardPulled>(R"({"event":"pulled"})") == CardPulled{});
  CHECK(parse_helper_line(R"({"event":"lifted"})").value() == HelperMessage(HelperLifted{}));
  CHECK(parse_helper_line(R"({"event":"pong","id":7})").value() == HelperMessage(HelperPong{7}));
}

TEST_CASE("helper protocol: a card is read from its members") {
  const IdCardText card = event<CardRead>(card_line).card;
  CHECK(card.document == Document::resident);
  CHECK(card.name == "测试甲");
  CHECK(card.sex == Sex::male);
  CHECK(card.number == "99010119900307001X");
  CHECK(card.valid_to == "20400101");
  const std::string permit = replaced(
      replaced(replaced(card_line, "resident", "foreign_permit_2023"), "\"20400101\"", "null"),
      "\"name\"", "\"country\":\"PAK\",\"name_latin\":\"TEST BRAVO\",\"name\"");
  const IdCardText other = event<CardRead>(permit).card;
  CHECK(other.document == Document::foreign_permit_2023);
  CHECK(other.country == "PAK");
  CHECK(other.name_latin == "TEST BRAVO");
  CHECK_FALSE(other.valid_to.has_value());
}

TEST_CASE("helper protocol: a card is read from its block, as from a reader of ours") {
  for (const auto& vector : {vectors::resident, vectors::hk_macao_taiwan_permit,
                             vectors::foreign_permit_2017, vectors::foreign_permit_2023}) {
    kiosk::Bytes block = vectors::from_hex(vector.text_hex);
    const auto line_of = [&] {
      return "{\"event\":\"card\",\"block\":\"" + kiosk::to_hex(block) + "\"}";
    };
    const std::string line = line_of();
    CHECK(event<CardRead>(line).card ==
          parse_card_text(std::span<const std::uint8_t, 256>(block)).value());
    block[248] = 'Q';
    CHECK(event<NotAResidentCard>(line_of()) == NotAResidentCard{});
    CHECK(event<CardUnreadable>(replaced(line, "\"}", "0\"}")).why.code == "malformed_text");
    CHECK(event<CardUnreadable>(replaced(line, "2000", "2x00")).why.code == "malformed_text");
  }
}

TEST_CASE("helper protocol: a card that lacks something or holds what is none is unreadable") {
  const auto why = [](std::string_view what, std::string_view with) {
    return event<CardUnreadable>(replaced(card_line, what, with)).why.code;
  };
  CHECK(why("\"resident\"", "\"passport\"") == "malformed_text");
  CHECK(why("\"99010119900307001x\"", "\"\"") == "malformed_text");
  CHECK(why("\"19900307\"", "\"1990-03-07\"") == "malformed_text");
  CHECK(why("\"20200101\"", "7") == "malformed_text");
  CHECK(why(",\"valid_to\":\"20400101\"", "") == "malformed_text");
  CHECK(why("\"20400101\"", "\"\"") == "malformed_text");
  CHECK(why("测试甲", "a\\u0007b") == "malformed_text");
  CHECK(why("测试甲", std::string(300, 'a')) == "malformed_text");
}

TEST_CASE("helper protocol: a line that is wrong is told without what it said") {
  for (const char* line : {"", "{", "[]", "7", "{}", R"({"event":7})", R"({"event":"dance"})",
                           R"({"event":"pong"})", R"({"event":"unusable","code":"tired"})",
                           R"({"event":"unreadable"})", "{\"event\":\"\xFF\"}"}) {
    CAPTURE(line);
    const auto message = parse_helper_line(line);
    REQUIRE_FALSE(message.has_value());
    CHECK(message.error().domain == "helper");
    CHECK(message.error().code == "protocol");
    CHECK(message.error().what.find("dance") == std::string::npos);
  }
  CHECK(parse_helper_line(R"({"event":"ready","version":2})").error().code == "version");
  CHECK(parse_helper_line(R"({"event":"ready"})").error().code == "version");
}

TEST_CASE("helper protocol: a long explanation is cut between two characters") {
  std::string line = R"({"event":"unusable","code":"fault","text":"x)";
  for (int i = 0; i < 100; ++i) line += "测";
  line += "\"}";
  CHECK(event<ReaderUnusable>(line).why.what.size() == 199);
}
