#include "drivers/id_card/card_text.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/emulators/id_card_block.h"
#include "tests/unit/drivers/id_card/card_vectors.h"

using namespace drivers::id_card;

namespace {

std::array<std::uint8_t, 256> block_of(const vectors::CardVector& vector) {
  const kiosk::Bytes bytes = vectors::from_hex(vector.text_hex);
  REQUIRE(bytes.size() == 256);
  std::array<std::uint8_t, 256> block{};
  std::copy(bytes.begin(), bytes.end(), block.begin());
  return block;
}

emulators::ResidentCard someone(const std::string& name) {
  emulators::ResidentCard card;
  card.name = name;
  card.birth_date = "19900307";
  card.number = "990101199003070015";
  return card;
}

}  // namespace

TEST_CASE("a resident card is read") {
  const auto card = parse_card_text(block_of(vectors::resident)).value();
  CHECK(card == IdCardText{Document::resident, "测试甲", "", Sex::male, "19900307",
                           "990101199003070015", "", "", "20200101", "20400101"});
}

TEST_CASE("a residence permit for Hong Kong, Macao and Taiwan is read") {
  const auto card = parse_card_text(block_of(vectors::hk_macao_taiwan_permit)).value();
  CHECK(card == IdCardText{Document::hk_macao_taiwan_permit, "测试乙", "", Sex::male, "19950615",
                           "810000199506150017", "H00000001", "", "20190101", "20240101"});
}

TEST_CASE("a foreign permit of 2017 is read") {
  const auto card = parse_card_text(block_of(vectors::foreign_permit_2017)).value();
  CHECK(card == IdCardText{Document::foreign_permit_2017, "测试丙", "SPECIMEN, TEST ALPHA",
                           Sex::female, "19800101", "XXA310080010103", "", "XXA", "20170601",
                           "20270601"});
}

TEST_CASE("a foreign permit of 2023 is read") {
  const auto card = parse_card_text(block_of(vectors::foreign_permit_2023)).value();
  CHECK(card == IdCardText{Document::foreign_permit_2023, "测试丁", "SPECIMEN, TEST BRAVO",
                           Sex::female, "19800101", "931586198001010028", "", "PAK", "20230808",
                           "20330807"});
}

TEST_CASE("the emulator writes the same blocks from fields") {
  CHECK(emulators::card_block(someone("测试甲")) == block_of(vectors::resident));
  emulators::HkMacaoTaiwanPermit j;
  j.name = "测试乙";
  j.birth_date = "19950615";
  j.number = "810000199506150017";
  CHECK(emulators::card_block(j) == block_of(vectors::hk_macao_taiwan_permit));
  emulators::ForeignPermit2017 i;
  i.name_latin = "SPECIMEN, TEST ALPHA";
  i.number = "XXA310080010103";
  i.country = "XXA";
  i.name = "测试丙";
  i.birth_date = "19800101";
  CHECK(emulators::card_block(i) == block_of(vectors::foreign_permit_2017));
  emulators::ForeignPermit2023 y;
  y.name = "测试丁";
  y.birth_date = "19800101";
  y.name_latin = "SPECIMEN, TEST BRAVO";
  y.number = "931586198001010028";
  y.country = "PAK";
  CHECK(emulators::card_block(y) == block_of(vectors::foreign_permit_2023));
}

TEST_CASE("no end of validity is told as none") {
  auto card = someone("测试甲");
  card.valid_to = "长期";
  CHECK(parse_card_text(emulators::card_block(card)).value().valid_to == std::nullopt);
}

TEST_CASE("rare names come through: beyond the BMP and private use") {
  for (const char* name : {"𠮷田", "䶮", "㛃", "𬱖", "𠀀𠮸𡸃𪛖", "\xF0\xB0\xBB\x95",
                           "王\xEE\xA1\xA3", "阿卜杜热合曼·买买提艾力"}) {
    CHECK(parse_card_text(emulators::card_block(someone(name))).value().name == name);
  }
}

TEST_CASE("half a character is shown as damaged, not dropped") {
  auto block = emulators::card_block(someone("王小明"));
  block[2] = 0x42;
  block[3] = 0xD8;  // a high surrogate alone
  CHECK(parse_card_text(block).value().name == "王\uFFFD明");
  block[2] = 0x42;
  block[3] = 0xDC;  // a low one
  CHECK(parse_card_text(block).value().name == "王\uFFFD明");
  block[2] = 0;
  block[3] = 0;  // NUL within a name is no padding
  CHECK(parse_card_text(block).value().name == "王\uFFFD明");
}

TEST_CASE("a surrogate cut off by the end of its field is shown as damaged") {
  auto block = emulators::card_block(someone("一二三四五六七八九十一二三四五"));
  block[28] = 0x42;
  block[29] = 0xD8;
  CHECK(parse_card_text(block).value().name == "一二三四五六七八九十一二三四\uFFFD");
}

TEST_CASE("padding of zeros is trimmed like spaces") {
  auto block = emulators::card_block(someone("测试甲"));
  for (std::size_t i = 6; i < 30; ++i) block[i] = 0;
  CHECK(parse_card_text(block).value().name == "测试甲");
}

TEST_CASE("a long Latin name is joined over its two fields") {
  emulators::ForeignPermit2023 card;
  card.name_latin = "ABCDEFGHIJ, KLMNOPQRST UVWXYZABCDE FGHIJKLMNO";
  card.birth_date = "19800101";
  card.number = "931586198001010028";
  card.country = "PAK";
  const auto read = parse_card_text(emulators::card_block(card)).value();
  CHECK(read.name_latin == card.name_latin);
  CHECK(read.name.empty());
}

TEST_CASE("a check character in lower case is made upper case") {
  auto card = someone("测试甲");
  card.number = "99010120000229002x";
  CHECK(parse_card_text(emulators::card_block(card)).value().number == "99010120000229002X");
}

TEST_CASE("an unknown layout is another kind of document") {
  auto block = emulators::card_block(someone("测试甲"));
  block[248] = 'Q';
  CHECK(parse_card_text(block).error().code == "unknown_document");
}

TEST_CASE("a card without number or with a date that is none is malformed") {
  auto card = someone("测试甲");
  card.number = "";
  CHECK(parse_card_text(emulators::card_block(card)).error().code == "malformed_text");
  card = someone("测试甲");
  card.birth_date = "1990030";
  CHECK(parse_card_text(emulators::card_block(card)).error().code == "malformed_text");
  card = someone("测试甲");
  card.valid_to = "永远";
  CHECK(parse_card_text(emulators::card_block(card)).error().code == "malformed_text");
}
