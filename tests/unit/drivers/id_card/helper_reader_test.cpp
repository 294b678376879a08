#include "drivers/id_card/helper_reader.h"

#include <doctest/doctest.h>

#include <deque>

#include "tests/emulators/device_bench.h"

using namespace drivers::id_card;
using namespace std::chrono_literals;
using drivers::usb::Moment;

namespace {

const std::string card =
    R"({"event":"card","document":"resident","name":"测试甲","sex":"male","birth_date":"19900307",)"
    R"("number":"990101199003070015","valid_from":"20200101","valid_to":null})";
const std::string noticed = R"({"event":"noticed"})";

/// A program that answers greeting and pings, and says what it is told to.
class Script : public emulators::UsbModel {
 public:
  std::string greeting = R"({"event":"ready","version":1,"reader":"R-1"})";
  bool answers_pings = true;
  bool reads = true;
  int resets = 0;
  std::vector<std::string> heard;

  void say(const std::string& line) { said_ += line + "\n"; }
  void say_bytes(const std::string& bytes) { said_ += bytes; }

  drivers::usb::InterfaceDescription describe() const override {
    drivers::usb::InterfaceDescription description;
    description.endpoints = {{0x81}, {0x01}};
    return description;
  }
  void reset(Moment) override {
    ++resets;
    said_.clear();
  }
  std::size_t write(Moment, std::uint8_t, kiosk::ByteView bytes) override {
    if (!reads) return 0;
    std::string line(kiosk::as_text(bytes));
    REQUIRE(line.ends_with('\n'));
    line.pop_back();
    if (line.find("hello") != std::string::npos && !greeting.empty()) say(greeting);
    if (const auto at = line.find("\"id\":"); at != std::string::npos && answers_pings) {
      say("{\"event\":\"pong\"," + line.substr(at));
    }
    heard.push_back(std::move(line));
    return bytes.size();
  }
  kiosk::Bytes read(Moment, std::uint8_t) override {
    const std::string text = std::exchange(said_, {});
    return {text.begin(), text.end()};
  }
  std::optional<Moment> next_change(Moment now) const override {
    if (said_.empty()) return std::nullopt;
    return now;
  }

 private:
  std::string said_;
};

struct Bench : emulators::DeviceBench<HelperReader, Script> {
  explicit Bench(CardWanted wanted = CardWanted::yes) : DeviceBench(HelperReader()) {
    post(wanted);
    run(100ms);
    REQUIRE(count<ReaderReady>() == 1);
  }
  void say(const std::string& line) {
    model.say(line);
    run(10ms);
  }
  std::string_view told_unusable() const { return last<ReaderUnusable>().why.code; }
};

}  // namespace

TEST_CASE("helper: it is greeted, told that a card is wanted, and a card is read") {
  Bench bench;
  CHECK(bench.last<ReaderReady>().sam_number == "R-1");
  CHECK(bench.model.heard ==
        std::vector<std::string>{R"({"op":"hello","version":1})", R"({"op":"start"})"});
  bench.say(noticed);
  CHECK(bench.count<CardNoticed>() == 1);
  bench.say(card);
  CHECK(bench.count<CardNoticed>() == 1);
  CHECK(bench.last<CardRead>().card.number == "990101199003070015");
  bench.post(CardWanted::no);
  bench.run(10ms);
  CHECK(bench.model.heard.back() == R"({"op":"stop"})");
}

TEST_CASE("helper: a card that was not noticed before is noticed then") {
  Bench bench;
  bench.say(card);
  CHECK(bench.count<CardNoticed>() == 1);
  CHECK(bench.count<CardRead>() == 1);
}

TEST_CASE("helper: a card told again while it lies is one laying; lifted or later it is another") {
  Bench bench;
  for (int i = 0; i < 10; ++i) {
    bench.say(card);
    bench.run(500ms);
  }
  CHECK(bench.count<CardRead>() == 1);
  bench.say(R"({"event":"lifted"})");
  bench.say(card);
  CHECK(bench.count<CardRead>() == 2);
  bench.run(3s);
  bench.say(card);
  CHECK(bench.count<CardRead>() == 3);
}

TEST_CASE("helper: what it says of cards while none is wanted is not told") {
  Bench bench(CardWanted::no);
  for (const std::string& line : {noticed, card, std::string(R"({"event":"pulled"})")}) {
    bench.say(line);
  }
  CHECK(bench.events.size() == 1);
}

TEST_CASE("helper: every outcome ends the reading") {
  for (const char* line : {R"({"event":"unreadable","code":"damaged"})", R"({"event":"pulled"})",
                           R"({"event":"other_card"})"}) {
    CAPTURE(line);
    Bench bench;
    bench.say(noticed);
    bench.say(line);
    bench.run(20s);
    CHECK(bench.events.size() == 3);
    CHECK(bench.count<ReaderUnusable>() == 0);
  }
}

TEST_CASE("helper: lines may be cut anywhere, and end with CR LF too") {
  const std::string both = noticed + "\r\n" + card + "\n";
  for (std::size_t cut = 1; cut < both.size(); ++cut) {
    Bench bench;
    bench.model.say_bytes(both.substr(0, cut));
    bench.run(5ms);
    bench.model.say_bytes(both.substr(cut));
    bench.run(5ms);
    REQUIRE(bench.count<CardRead>() == 1);
  }
}

TEST_CASE("helper: it is pinged every 3 s, and reset when it does not answer") {
  Bench bench;
  bench.run(30s);
  CHECK(bench.model.resets == 0);
  CHECK(bench.model.heard.back() == R"({"op":"ping","id":10})");
  bench.model.answers_pings = false;
  REQUIRE(bench.run_until<ReaderUnusable>(10s));
  CHECK(bench.told_unusable() == "silent");
  bench.run(10ms);
  CHECK(bench.model.resets == 1);
  bench.model.answers_pings = true;
  CHECK(bench.run_until([&] { return bench.count<ReaderReady>() == 2; }, 1s));
  CHECK(bench.count<ReaderUnusable>() == 1);
}

TEST_CASE("helper: no greeting within 5 s, or one of another version, is told and tried again") {
  for (const char* greeting : {"", R"({"event":"ready","version":2})"}) {
    CAPTURE(greeting);
    emulators::DeviceBench<HelperReader, Script> bench{HelperReader()};
    bench.model.greeting = greeting;
    REQUIRE(bench.run_until<ReaderUnusable>(5500ms));
    bench.run(20s);
    CHECK(bench.count<ReaderUnusable>() == 1);
    CHECK(bench.model.resets >= 3);
    bench.model.greeting = R"({"event":"ready","version":1})";
    CHECK(bench.run_until<ReaderReady>(6s));
  }
}

TEST_CASE("helper: a card that is noticed and then not told of within 6 s is unreadable") {
  Bench bench;
  bench.say(noticed);
  CHECK(bench.run_until<CardUnreadable>(6s));
  CHECK(bench.last<CardUnreadable>().why.code == "no_answer");
  CHECK(bench.told_unusable() == "silent");
  bench.run(1s);
  CHECK(bench.model.resets == 1);
  CHECK(bench.count<ReaderReady>() == 2);
  CHECK(bench.model.heard.back() == R"({"op":"start"})");
}

TEST_CASE("helper: one that does not read its input is reset") {
  Bench bench(CardWanted::no);
  bench.model.reads = false;
  bench.post(CardWanted::yes);
  REQUIRE(bench.run_until<ReaderUnusable>(3s));
  CHECK(bench.told_unusable() == "silent");
}

TEST_CASE("helper: what libraries print is passed over; five wrong lines in a row are not") {
  Bench bench;
  for (int i = 0; i < 50; ++i) bench.say("libvendor 1.0: ret=0");
  for (int i = 0; i < 20; ++i) bench.say(i % 5 == 4 ? R"({"event":"lifted"})" : "{\"event\":");
  CHECK(bench.count<ReaderUnusable>() == 0);
  bench.say(card);
  CHECK(bench.count<CardRead>() == 1);
  for (int i = 0; i < 5; ++i) bench.say("{\"event\":");
  CHECK(bench.told_unusable() == "protocol");
  bench.run(1s);
  CHECK(bench.model.resets == 1);
  CHECK(bench.count<ReaderReady>() == 2);
}

TEST_CASE("helper: a line without end and lines without end are limited") {
  Bench endless;
  endless.model.say_bytes(std::string(8192 * 3 + 100, '{') + "\n");
  endless.run(10ms);
  CHECK(endless.count<ReaderUnusable>() == 0);
  endless.model.say_bytes(std::string(8192 * 6, '{'));
  endless.run(10ms);
  CHECK(endless.told_unusable() == "protocol");
  Bench flood;
  for (int i = 0; i < 250; ++i) flood.model.say("");
  flood.run(10ms);
  CHECK(flood.told_unusable() == "protocol");
}

TEST_CASE("helper: its reader may become unusable and usable again without a new program") {
  Bench bench;
  bench.say(R"({"event":"unusable","code":"not_authorised","text":"SAM"})");
  CHECK(bench.told_unusable() == "not_authorised");
  bench.say(card);
  CHECK(bench.count<CardRead>() == 0);
  bench.run(30s);
  CHECK(bench.model.resets == 0);
  bench.say(R"({"event":"ready","version":1})");
  CHECK(bench.count<ReaderReady>() == 2);
  CHECK(bench.model.heard.back() == R"({"op":"start"})");
  bench.say(card);
  CHECK(bench.count<CardRead>() == 1);
}

TEST_CASE("helper: one that ends in a reading is told, and used again when it is back") {
  Bench bench;
  bench.say(noticed);
  bench.link.unplug(bench.now);
  bench.run(10s);
  CHECK(bench.count<ReaderUnusable>() == 1);
  bench.link.plug(bench.now);
  CHECK(bench.run_until([&] { return bench.count<ReaderReady>() == 2; }, 1s));
  bench.say(card);
  CHECK(bench.count<CardRead>() == 1);
}
