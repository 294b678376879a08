#include "tests/emulators/emulated_id_reader.h"

#include <doctest/doctest.h>

#include "tests/unit/drivers/id_card/card_vectors.h"

using namespace emulators;
using namespace std::chrono_literals;
using vectors::from_hex;

namespace {

struct Desk {
  EmulatedIdReader reader;
  drivers::usb::Moment now{};

  kiosk::Bytes ask(std::string_view request) {
    reader.write(now, 0x01, from_hex(request));
    now += 2s;
    kiosk::Bytes all;
    for (kiosk::Bytes part = reader.read(now, 0x81); !part.empty(); part = reader.read(now, 0x81)) {
      kiosk::append(all, part);
    }
    return all;
  }
};

EmulatedCard resident() {
  ResidentCard card;
  card.name = "测试甲";
  card.birth_date = "19900307";
  card.number = "990101199003070015";
  return {card_block(card), CardCondition::good, std::nullopt};
}

constexpr std::string_view find_card = "AA AA AA 96 69 00 03 20 01 22";
constexpr std::string_view select_card = "AA AA AA 96 69 00 03 20 02 21";
constexpr std::string_view read_card = "AA AA AA 96 69 00 03 30 01 32";
constexpr std::string_view new_address = "AA AA AA 96 69 00 03 30 03 30";

}  // namespace

TEST_CASE("emulated reader: the published exchange, byte for byte") {
  Desk desk;
  CHECK(desk.ask("AA AA AA 96 69 00 03 11 FF ED") == from_hex("AA AA AA 96 69 00 04 00 00 90 94"));
  CHECK(
      desk.ask("AA AA AA 96 69 00 03 12 FF EE") ==
      from_hex("AA AA AA 96 69 00 14 00 00 90 05 00 03 00 BE DC 32 01 40 E2 01 00 D2 02 96 49 7F"));
  CHECK(desk.ask(find_card) == from_hex("AA AA AA 96 69 00 04 00 00 80 84"));
  desk.reader.lay(resident());
  CHECK(desk.ask(find_card) == from_hex("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97"));
  CHECK(desk.ask(select_card) ==
        from_hex("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C"));
  CHECK(desk.ask(read_card) == vectors::read_reply(vectors::resident));
  CHECK(desk.ask(new_address) == from_hex("AA AA AA 96 69 00 04 00 00 91 95"));
  CHECK(desk.ask(find_card) ==
        from_hex("AA AA AA 96 69 00 04 00 00 80 84"));  // it still lies there
}

TEST_CASE("emulated reader: commands out of order are refused as a real one does") {
  Desk desk;
  desk.reader.lay(resident());
  CHECK(desk.ask(select_card).at(9) == 0x81);
  CHECK(desk.ask(read_card).at(9) == 0x41);
  CHECK(desk.ask(new_address).at(9) == 0x41);
}

TEST_CASE("emulated reader: checksum, length and unknown commands have their own answers") {
  Desk desk;
  CHECK(desk.ask("AA AA AA 96 69 00 03 20 01 21").at(9) == 0x10);
  CHECK(desk.ask("AA AA AA 96 69 00 04 20 01 00 25").at(9) == 0x11);
  CHECK(desk.ask("AA AA AA 96 69 00 03 7F 01 7D").at(9) == 0x21);
  CHECK(desk.ask("00 01 02 AA AA").empty());
  CHECK(desk.ask(find_card).at(9) == 0x80);
}
