#include "drivers/id_card/sdt_reader.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/unit/drivers/id_card/card_vectors.h"

using namespace drivers::id_card;
using namespace std::chrono_literals;
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
                   emulators::ReaderWiring wiring = emulators::ReaderWiring::two_endpoints)
      : Bench(SdtReader{}, wiring) {
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

TEST_CASE("reader: find is asked every 300 ms while a card is wanted, else never") {
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
  CHECK(asked(bench, 0x2001) >= 9);
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

TEST_CASE("reader: a reply to read torn at every byte is told as unreadable, and it goes on") {
  for (std::size_t cut = 0; cut < 1295; cut += 37) {
    CAPTURE(cut);
    Started bench;
    bench.model.lay(card());
    REQUIRE(bench.run_until([&] { return asked(bench, 0x2002) == 1; }, 1s));
    bench.run(11ms);
    bench.model.truncate_next_answer(cut);
    REQUIRE(bench.run_until<CardUnreadable>(7s));
    CHECK(bench.last<CardUnreadable>().why.code == "no_answer");
    bench.model.lift();
    bench.run(1s);
    bench.model.lay(card());
    REQUIRE(bench.run_until<CardRead>(3s));
  }
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
