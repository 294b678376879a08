#include "drivers/id_card/sdt_reader.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "drivers/serial/serial_transport.h"
#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/unit/drivers/id_card/card_vectors.h"

using namespace drivers::id_card;
using namespace std::chrono_literals;
using drivers::usb::Moment;
using emulators::CardCondition;
using emulators::EmulatedIdReader;

namespace {

using Bench = emulators::DeviceBench<SdtReader, EmulatedIdReader>;

emulators::EmulatedCard card(const std::string& name = "测试甲",
                             CardCondition condition = CardCondition::good) {
  emulators::ResidentCard fields;
  fields.name = name;
  fields.birth_date = "19900307";
  fields.number = "990101199003070015";
  return {emulators::card_block(fields), condition, std::nullopt};
}

struct Started : Bench {
  explicit Started(CardWanted wanted = CardWanted::yes,
                   emulators::ReaderWiring wiring = emulators::ReaderWiring::two_endpoints,
                   SdtSettings settings = {})
      : Bench(SdtReader(settings), wiring) {
    post(wanted);
    run(500ms);
    REQUIRE(count<ReaderReady>() == 1);
  }
};

int asked(const Bench& bench, std::uint16_t command) {
  const auto& commands = bench.model.commands();
  return static_cast<int>(std::count(commands.begin(), commands.end(), command));
}

}  // namespace

TEST_CASE("reader: it tells its number when it is ready") {
  const Started bench;
  CHECK(bench.last<ReaderReady>().sam_number == "05.03-20110526-0000123456-1234567890");
  CHECK(bench.model.commands()[0] == 0x12FF);
  CHECK(bench.model.commands()[1] == 0x11FF);
}

TEST_CASE("reader: a card is noticed, then read, once") {
  Started bench;
  bench.model.lay(card());
  REQUIRE(bench.run_until<CardRead>(2s));
  CHECK(bench.count<CardNoticed>() == 1);
  CHECK(bench.last<CardRead>().card.name == "测试甲");
  bench.run(5s);  // it lies on
  CHECK(bench.count<CardRead>() == 1);
  CHECK(bench.count<CardNoticed>() == 1);
}

TEST_CASE("reader: after lifting, the next card is read, be it the same or another") {
  Started bench;
  bench.model.lay(card("测试甲"));
  REQUIRE(bench.run_until<CardRead>(2s));
  bench.run(3s);
  bench.model.lift();
  bench.run(2s);
  bench.model.lay(card("测试甲"));
  CHECK(bench.run_until([&] { return bench.count<CardRead>() == 2; }, 3s));
  bench.model.lift();
  bench.model.lay(card("测试乙"));  // swapped between two questions
  CHECK(bench.run_until([&] { return bench.count<CardRead>() == 3; }, 3s));
  CHECK(bench.last<CardRead>().card.name == "测试乙");
}

TEST_CASE("reader: find is asked every 250 ms while a card is wanted, else never") {
  Started bench(CardWanted::no);
  bench.run(10s);
  CHECK(asked(bench, 0x2001) == 0);
  CHECK(asked(bench, 0x11FF) >= 3);  // but whether it still works
  bench.model.lay(card());
  bench.run(2s);
  CHECK(bench.count<CardNoticed>() == 0);
  bench.model.lift();
  bench.post(CardWanted::yes);
  bench.run(3s);
  CHECK(asked(bench, 0x2001) >= 11);
  CHECK(asked(bench, 0x2001) <= 13);
}

TEST_CASE("reader: a card is noticed within 300 ms, at whatever moment it is laid down") {
  Started bench;
  int layings = 0;
  for (auto offset = 0ms; offset < 300ms; offset += 7ms) {
    bench.run(500ms + offset);
    bench.model.lay(card());
    REQUIRE(bench.run_until([&] { return bench.count<CardNoticed>() == layings + 1; }, 300ms));
    ++layings;
    REQUIRE(bench.run_until([&] { return bench.count<CardRead>() == layings; }, 2s));
    bench.model.lift();
  }
}

TEST_CASE("reader: one that wants more time between two questions gets it") {
  SdtSettings slow;
  slow.find_interval = 1000ms;
  Started bench(CardWanted::yes, emulators::ReaderWiring::two_endpoints, slow);
  bench.run(10s);
  CHECK(asked(bench, 0x2001) <= 11);
}

TEST_CASE("reader: a card laid before it is wanted is read when it is") {
  Started bench(CardWanted::no);
  bench.model.lay(card());
  bench.run(1s);
  bench.post(CardWanted::yes);
  CHECK(bench.run_until<CardRead>(2s));
}

TEST_CASE("reader: what is read after it is no longer wanted is not told") {
  Started bench;
  bench.model.lay(card());
  REQUIRE(bench.run_until<CardNoticed>(1s));
  bench.post(CardWanted::no);
  bench.run(2s);
  CHECK(bench.count<CardRead>() == 0);
}

TEST_CASE("reader: the fingerprints and the photo's owner stay on the card") {
  Started bench;
  bench.model.lay(card());
  REQUIRE(bench.run_until<CardRead>(2s));
  CHECK(asked(bench, 0x3010) == 0);
  CHECK(asked(bench, 0x3003) == 0);
}

TEST_CASE("reader: a damaged card is told once a laying") {
  Started bench;
  for (int laying = 1; laying <= 3; ++laying) {
    bench.model.lay(card("测试甲", CardCondition::damaged));
    bench.run(3s);
    CHECK(bench.count<CardUnreadable>() == laying);
    CHECK(bench.last<CardUnreadable>().why.code == "read_failed");
    CHECK(bench.last<CardUnreadable>().why.remedy == kiosk::Remedy::patient);
    bench.model.lift();
    bench.run(1s);
  }
  CHECK(bench.count<CardRead>() == 0);
  bench.model.lay(card());
  CHECK(bench.run_until<CardRead>(2s));
}

TEST_CASE("reader: a card that does not trust the reader, and one of another kind") {
  Started bench;
  bench.model.lay(card("测试甲", CardCondition::not_genuine));
  REQUIRE(bench.run_until<CardUnreadable>(2s));
  CHECK(bench.last<CardUnreadable>().why.code == "not_genuine");
  bench.model.lift();
  bench.run(1s);
  bench.model.lay(card("测试甲", CardCondition::other_kind));
  CHECK(bench.run_until<NotAResidentCard>(2s));
  bench.model.lift();
  bench.run(1s);
  auto unknown_layout = card();
  unknown_layout.text[248] = 'Q';
  bench.model.lay(unknown_layout);
  CHECK(bench.run_until([&] { return bench.count<NotAResidentCard>() == 2; }, 2s));
}

TEST_CASE("reader: a card pulled before select, and one pulled while being read") {
  Started bench;
  bench.model.lay(card());
  REQUIRE(bench.run_until<CardNoticed>(1s));
  bench.model.lift();
  CHECK(bench.run_until<CardPulled>(2s));
  bench.run(1s);
  bench.model.lay(card());
  REQUIRE(bench.run_until([&] { return asked(bench, 0x2002) == 2; }, 1s));
  bench.model.lift();
  REQUIRE(bench.run_until<CardUnreadable>(2s));
  CHECK(bench.last<CardUnreadable>().why.code == "read_failed");
  CHECK(bench.count<CardRead>() == 0);
}

TEST_CASE("reader: one that finds a failed card again tells a damaged from a pulled one") {
  Started bench;
  bench.model.find_failed_cards_again();
  bench.model.lay(card("测试甲", CardCondition::damaged));
  REQUIRE(bench.run_until<CardUnreadable>(2s));
  CHECK(bench.last<CardUnreadable>().why.code == "damaged");
  CHECK(asked(bench, 0x3001) == 2);
  bench.run(5s);
  CHECK(bench.count<CardUnreadable>() == 1);  // it lies on
  bench.model.lift();
  bench.run(1s);
  bench.model.lay(card());
  REQUIRE(bench.run_until([&] { return bench.count<CardNoticed>() == 2; }, 1s));
  bench.run(100ms);
  bench.model.lift();  // while it is being read
  CHECK(bench.run_until<CardPulled>(2s));
  CHECK(bench.count<CardUnreadable>() == 1);
}

TEST_CASE("reader: a card that fails once is read at the second try, and nothing is said of it") {
  for (const int status : {0x41, 0x47, 0x31, 0x32, 0x33}) {
    CAPTURE(status);
    Started bench;
    bench.model.find_failed_cards_again();
    auto bad = card("测试甲", CardCondition::damaged);
    bench.model.lay(bad);
    REQUIRE(bench.run_until([&] { return asked(bench, 0x2002) == 1; }, 1s));
    bench.run(11ms);
    bench.model.answer_next_with(static_cast<std::uint8_t>(status));
    bench.model.lay(card());
    REQUIRE(bench.run_until<CardRead>(3s));
    CHECK(bench.count<CardNoticed>() == 1);
    CHECK(bench.count<CardUnreadable>() == 0);
  }
}

TEST_CASE("reader: a slow failure gets no second try: what lies there is told of within 6 s") {
  Started bench;
  bench.model.set_delays(10ms, 4s);
  bench.model.find_failed_cards_again();
  bench.model.lay(card("测试甲", CardCondition::damaged));
  REQUIRE(bench.run_until<CardNoticed>(1s));
  CHECK(bench.run_until<CardUnreadable>(6s));
  CHECK(asked(bench, 0x3001) == 1);
}

TEST_CASE("reader: the address is taken only for who wants it, the added one before the printed") {
  Started left;
  left.model.lay(card());
  REQUIRE(left.run_until<CardRead>(2s));
  CHECK(left.last<CardRead>().card.address.empty());
  SdtSettings take;
  take.address = AddressUse::take;
  auto moved = card();
  moved.new_address = vectors::from_hex(
      "4B 6D D5 8B 01 77 4B 6D D5 8B 02 5E B0 65 40 57 EF 8D 39 00 F7 53 20 00 20 00 20 00 20 00 "
      "20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 "
      "20 00 20 00 20 00 20 00 20 00");
  Started bench(CardWanted::yes, emulators::ReaderWiring::two_endpoints, take);
  bench.model.lay(card());
  REQUIRE(bench.run_until<CardRead>(2s));
  CHECK(bench.last<CardRead>().card.address == "测试省测试市样例区示例路1号");
  bench.model.lift();
  bench.run(1s);
  bench.model.lay(moved);
  REQUIRE(bench.run_until([&] { return bench.count<CardRead>() == 2; }, 2s));
  CHECK(bench.last<CardRead>().card.address == "测试省测试市新址路9号");
}

TEST_CASE("reader: whatever becomes of the question for a new address, the card is told") {
  SdtSettings take;
  take.address = AddressUse::take;
  for (const char* fault : {"refused", "silent", "unplugged", "not authorised"}) {
    CAPTURE(fault);
    Started bench(CardWanted::yes, emulators::ReaderWiring::two_endpoints, take);
    bench.model.lay(card());
    REQUIRE(bench.run_until([&] { return asked(bench, 0x3001) == 1; }, 2s));
    const std::string what = fault;
    if (what == "refused") bench.model.answer_next_with(0x41);
    if (what == "not authorised") bench.model.answer_next_with(0x66);
    if (what == "silent") bench.model.fall_silent();
    if (what == "unplugged") {
      bench.run(1ms);
      bench.link.unplug(bench.now);
    }
    REQUIRE(bench.run_until<CardRead>(2s));
    CHECK(bench.last<CardRead>().card.address == "测试省测试市样例区示例路1号");
    CHECK(bench.count<CardUnreadable>() == 0);
  }
}

TEST_CASE("reader: all four documents are read") {
  Started bench;
  int read = 0;
  for (const auto& vector : {vectors::resident, vectors::hk_macao_taiwan_permit,
                             vectors::foreign_permit_2017, vectors::foreign_permit_2023}) {
    emulators::EmulatedCard document;
    const kiosk::Bytes text = vectors::from_hex(vector.text_hex);
    std::copy(text.begin(), text.end(), document.text.begin());
    bench.model.lay(document);
    REQUIRE(bench.run_until([&] { return bench.count<CardRead>() == read + 1; }, 2s));
    CHECK(bench.last<CardRead>().card.document == static_cast<Document>(read));
    ++read;
    bench.model.lift();
    bench.run(1s);
  }
}

TEST_CASE("reader: answers in pieces of any size are read") {
  for (const std::size_t piece : {1U, 7U, 63U, 64U, 65U}) {
    CAPTURE(piece);
    Started bench;
    bench.model.cut_answers_into(piece);
    bench.model.lay(card());
    CHECK(bench.run_until<CardRead>(2s));
  }
}

TEST_CASE("reader: header and body may travel over four endpoints") {
  Started bench(CardWanted::yes, emulators::ReaderWiring::four_endpoints);
  bench.model.lay(card());
  CHECK(bench.run_until<CardRead>(2s));
  const auto& first = std::get<drivers::usb::Send>(bench.sent.at(0));
  const auto& second = std::get<drivers::usb::Send>(bench.sent.at(1));
  CHECK(first.endpoint == 0x02);
  CHECK(first.bytes == vectors::from_hex("AA AA AA 96 69 00 03"));
  CHECK(second.endpoint == 0x06);
  CHECK(second.bytes == vectors::from_hex("12 FF EE"));
}

TEST_CASE("reader: a stale answer is not taken for the next question's") {
  for (const char* stale : {"AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97",
                            "AA AA AA 96 69 00 04 00 00 80 84", "AA AA AA 96", "FF FF"}) {
    CAPTURE(stale);
    Started bench;
    bench.model.lay(card());
    REQUIRE(bench.run_until<CardNoticed>(1s));  // select is outstanding now
    bench.model.say_unasked(vectors::from_hex(stale));
    CHECK(bench.run_until<CardRead>(2s));
    CHECK(bench.count<CardUnreadable>() == 0);
  }
}

TEST_CASE("reader: a doubled answer, a wrong checksum or a torn one costs one question") {
  Started bench;
  bench.model.answer_twice_next();
  bench.run(1s);
  bench.model.damage_next_checksum();
  bench.run(2s);
  bench.model.truncate_next_answer(9);
  bench.run(2s);
  CHECK(bench.count<ReaderUnusable>() == 0);
  bench.model.lay(card());
  CHECK(bench.run_until<CardRead>(2s));
}

TEST_CASE("reader: a SAM that failed or is not authorised is told, and its recovery too") {
  Bench bench(SdtReader{});
  bench.model.set_sam(emulators::SamState::not_authorised);
  bench.post(CardWanted::yes);
  REQUIRE(bench.run_until<ReaderUnusable>(1s));
  CHECK(bench.last<ReaderUnusable>().why.code == "not_authorised");
  bench.run(30s);
  CHECK(bench.count<ReaderUnusable>() == 1);
  bench.model.set_sam(emulators::SamState::self_test_failed);
  bench.run(15s);
  CHECK(bench.last<ReaderUnusable>().why.code == "self_test_failed");
  bench.model.set_sam(emulators::SamState::good);
  CHECK(bench.run_until<ReaderReady>(15s));
}

TEST_CASE("reader: a refused command is tried again from the start once, then told") {
  Started bench;
  bench.model.answer_next_with(0x21);
  bench.run(2s);
  CHECK(bench.count<ReaderUnusable>() == 0);
  bench.model.lay(card());
  CHECK(bench.run_until<CardRead>(2s));
  bench.model.answer_next_with(0x10);
  bench.run_until([&] { return asked(bench, 0x12FF) == 3; }, 3s);
  bench.model.answer_next_with(0x24);
  REQUIRE(bench.run_until<ReaderUnusable>(3s));
  CHECK(bench.last<ReaderUnusable>().why.code == "protocol");
  CHECK(bench.run_until([&] { return bench.count<ReaderReady>() == 2; }, 15s));
}

TEST_CASE("reader: one that falls silent is reset, told, and used again when it speaks") {
  Started bench;
  bench.model.fall_silent();
  REQUIRE(bench.run_until<ReaderUnusable>(10s));
  CHECK(bench.last<ReaderUnusable>().why.code == "silent");
  bench.model.speak_again();
  CHECK(bench.run_until([&] { return bench.count<ReaderReady>() == 2; }, 15s));
  bench.model.lay(card());
  CHECK(bench.run_until<CardRead>(2s));
}

TEST_CASE("reader: unplugged in the middle of reading and back, it works again") {
  Started bench;
  bench.model.lay(card());
  REQUIRE(bench.run_until<CardNoticed>(1s));
  bench.run(100ms);
  bench.link.unplug(bench.now);
  REQUIRE(bench.run_until<ReaderUnusable>(1s));
  CHECK(bench.last<ReaderUnusable>().why.code == "absent");
  bench.run(10s);
  CHECK(bench.count<ReaderUnusable>() == 1);
  bench.link.plug(bench.now);
  CHECK(bench.run_until<CardRead>(3s));
}

namespace {

/// A reader on a serial line that hears one speed only.
struct SerialReader : EmulatedIdReader {
  int speed = 115'200;
  int set_to = 115'200;
  std::vector<int> speeds_set;

  drivers::usb::InterfaceDescription describe() const override {
    auto description = EmulatedIdReader::describe();
    description.class_code = drivers::serial::class_serial;
    return description;
  }
  std::size_t write(Moment now, std::uint8_t endpoint, kiosk::ByteView bytes) override {
    return set_to == speed ? EmulatedIdReader::write(now, endpoint, bytes) : bytes.size();
  }
  std::optional<kiosk::Bytes> control(Moment, const drivers::usb::Control& request) override {
    const kiosk::Bytes& coding = request.bytes;
    REQUIRE(coding.size() == 7);
    set_to = coding[0] | coding[1] << 8 | coding[2] << 16;
    speeds_set.push_back(set_to);
    return kiosk::Bytes();
  }
};

using SerialBench = emulators::DeviceBench<SdtReader, SerialReader>;

}  // namespace

TEST_CASE("reader on a serial line: its speed is found, and used again after it left") {
  for (const int speed : {115'200, 57'600, 38'400, 19'200, 9600}) {
    CAPTURE(speed);
    SerialBench bench{SdtReader()};
    bench.model.speed = speed;
    REQUIRE(bench.run_until<ReaderReady>(10s));
    CHECK(bench.model.set_to == speed);
    CHECK(bench.count<ReaderUnusable>() == 0);
    bench.link.unplug(bench.now);
    bench.run(1s);
    bench.model.set_to = 115'200;  // as the port opens
    bench.link.plug(bench.now);
    CHECK(bench.run_until([&] { return bench.count<ReaderReady>() == 2; }, 500ms));
  }
}

TEST_CASE("reader on a serial line: no answer at any speed is told, and tried again in peace") {
  SerialBench bench{SdtReader()};
  bench.model.speed = 0;
  REQUIRE(bench.run_until<ReaderUnusable>(12s));
  CHECK(bench.last<ReaderUnusable>().why.code == "silent");
  CHECK(bench.model.speeds_set == std::vector<int>{115'200, 57'600, 38'400, 19'200, 9600});
  const std::size_t sent = bench.sent.size();
  bench.run(9s);
  CHECK(bench.sent.size() == sent);
  bench.model.speed = 38'400;
  CHECK(bench.run_until<ReaderReady>(12s));
  CHECK(bench.count<ReaderUnusable>() == 1);
}
