// What a line can do to a reader's answers, at every byte of each of them.
#include <doctest/doctest.h>

#include "drivers/id_card/sdt_reader.h"
#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_id_reader.h"
#include "tests/unit/drivers/id_card/card_vectors.h"

using namespace drivers::id_card;
using namespace std::chrono_literals;
using drivers::usb::Moment;

namespace {

enum class Fault { none, cut, torn, pause, long_pause, doubled, changed, inserted, twice };

/// A reader on a line that spoils the answer to one request at one byte.
class BadLine : public emulators::UsbModel {
 public:
  emulators::EmulatedIdReader reader;

  void spoil(std::uint16_t command, Fault fault, std::size_t at) {
    command_ = command;
    fault_ = fault;
    at_ = at;
    answers_seen_ = reader.commands().size();
  }
  bool spoilt() const { return fault_ == Fault::none; }
  std::size_t answer_bytes() const { return answer_bytes_; }

  drivers::usb::InterfaceDescription describe() const override { return reader.describe(); }
  void reset(Moment now) override {
    reader.reset(now);
    late_.clear();
  }
  std::size_t write(Moment now, std::uint8_t endpoint, kiosk::ByteView bytes) override {
    return reader.write(now, endpoint, bytes);
  }
  kiosk::Bytes read(Moment now, std::uint8_t endpoint) override {
    if (!late_.empty() && now >= late_at_) return std::exchange(late_, {});
    kiosk::Bytes answer = reader.read(now, endpoint);
    const auto& commands = reader.commands();
    if (answer.empty() || fault_ == Fault::none || commands.size() == answers_seen_) return answer;
    answers_seen_ = commands.size();
    if (commands.back() == command_) spoil(now, answer);
    return answer;
  }
  std::optional<Moment> next_change(Moment now) const override {
    const auto change = reader.next_change(now);
    if (late_.empty()) return change;
    return change ? std::min(*change, late_at_) : late_at_;
  }

 private:
  void spoil(Moment now, kiosk::Bytes& answer) {
    answer_bytes_ = answer.size();
    const auto at = answer.begin() + static_cast<std::ptrdiff_t>(std::min(at_, answer.size() - 1));
    switch (std::exchange(fault_, Fault::none)) {
      case Fault::none:
        break;
      case Fault::cut:  // a byte is lost
        answer.erase(at);
        break;
      case Fault::torn:  // all from there on is lost
        answer.erase(at, answer.end());
        break;
      case Fault::pause:
      case Fault::long_pause:
        late_.assign(at, answer.end());
        late_at_ = now + (fault_was_long_ ? 1500ms : 150ms);
        answer.erase(at, answer.end());
        break;
      case Fault::doubled:  // a byte comes twice
        answer.insert(at, *at);
        break;
      case Fault::changed:
        *at = static_cast<std::uint8_t>(*at ^ 0x15);
        break;
      case Fault::inserted:
        answer.insert(at, 0xAA);
        break;
      case Fault::twice: {  // the whole of it, and a part of it again
        const kiosk::Bytes part(answer.begin(), at + 1);
        kiosk::append(answer, part);
        break;
      }
    }
  }

 public:
  bool fault_was_long_ = false;

 private:
  std::uint16_t command_ = 0;
  Fault fault_ = Fault::none;
  std::size_t at_ = 0;
  std::size_t answers_seen_ = 0;
  std::size_t answer_bytes_ = 0;
  kiosk::Bytes late_;
  Moment late_at_{};
};

using Bench = emulators::DeviceBench<SdtReader, BadLine>;

emulators::EmulatedCard card() {
  emulators::EmulatedCard resident;
  const kiosk::Bytes text = vectors::from_hex(vectors::resident.text_hex);
  std::copy(text.begin(), text.end(), resident.text.begin());
  return resident;
}

/// As run_until, in longer steps: the loops below are many.
template <typename Reached>
bool run_to(Bench& bench, const Reached& reached, kiosk::Milliseconds limit) {
  for (auto time = 0ms; time < limit && !reached(); time += 200ms) bench.run(200ms);
  return reached();
}

/// Lays a card down while the answer to `command` is spoilt, lifts it, and lays it down again: the
/// first is read right or told as unreadable, never wrong; the second is always read.
void lay_two(Bench& bench, std::uint16_t command, Fault fault, std::size_t at) {
  const int read = bench.count<CardRead>();
  const int bad = bench.count<CardUnreadable>() + bench.count<CardPulled>();
  bench.model.spoil(command, fault, at);
  bench.model.reader.lay(card());
  const auto told = [&] {
    return bench.model.spoilt() &&
           bench.count<CardRead>() + bench.count<CardUnreadable>() + bench.count<CardPulled>() >
               read + bad;
  };
  REQUIRE(run_to(bench, told, 8s));
  bench.model.reader.lift();
  bench.run(2s);
  const int so_far = bench.count<CardRead>();
  REQUIRE(so_far <= read + 1);
  bench.model.reader.lay(card());
  REQUIRE(run_to(
      bench, [&] { return bench.count<CardRead>() == so_far + 1; }, 8s));
  REQUIRE(bench.last<CardRead>().card.number == "990101199003070015");
  REQUIRE(bench.last<CardRead>().card.name == "测试甲");
  bench.model.reader.lift();
  bench.run(1s);
  REQUIRE(bench.count<ReaderUnusable>() == 0);
  REQUIRE(bench.count<NotAResidentCard>() == 0);
  bench.events.clear();
  bench.sent.clear();
}

struct Started : Bench {
  Started() : Bench(SdtReader()) {
    model.reader.set_delays(10ms, 100ms);
    post(CardWanted::yes);
    run(500ms);
    REQUIRE(count<ReaderReady>() == 1);
    events.clear();
  }
};

constexpr std::array every_fault = {Fault::cut,     Fault::torn,     Fault::pause, Fault::doubled,
                                    Fault::changed, Fault::inserted, Fault::twice};

}  // namespace

TEST_CASE("reader's line: the answers to find and select spoilt at every byte") {
  struct Answer {
    std::uint16_t command;
    std::size_t bytes;
  };
  for (const Fault fault : every_fault) {
    CAPTURE(static_cast<int>(fault));
    Started bench;
    for (const Answer answer : {Answer{0x2001, 15}, Answer{0x2002, 19}}) {
      for (std::size_t at = 0; at < answer.bytes; ++at) {
        CAPTURE(at);
        lay_two(bench, answer.command, fault, at);
      }
    }
  }
}

TEST_CASE("reader's line: the answer to read spoilt at every byte") {
  for (const Fault fault : every_fault) {
    CAPTURE(static_cast<int>(fault));
    Started bench;
    for (std::size_t at = 0; at < 1295; ++at) {
      CAPTURE(at);
      lay_two(bench, 0x3001, fault, at);
    }
    CHECK(bench.model.answer_bytes() == 1295);
  }
}

TEST_CASE("reader's line: an answer that pauses for long is given up, and its rest harms nothing") {
  Started bench;
  bench.model.fault_was_long_ = true;
  for (std::size_t at = 1; at < 1295; at += 13) {
    CAPTURE(at);
    lay_two(bench, 0x3001, Fault::long_pause, at);
  }
}

TEST_CASE("reader's line: the greeting spoilt at every byte delays it and no more") {
  for (const Fault fault : every_fault) {
    CAPTURE(static_cast<int>(fault));
    for (std::size_t at = 0; at < 27; ++at) {
      for (const std::uint16_t command : {std::uint16_t{0x12FF}, std::uint16_t{0x11FF}}) {
        CAPTURE(at);
        Bench bench{SdtReader()};
        bench.model.spoil(command, fault, at);
        REQUIRE(bench.run_until<ReaderReady>(3s));
        REQUIRE(bench.last<ReaderReady>().sam_number == "05.03-20110526-0000123456-1234567890");
        REQUIRE(bench.count<ReaderUnusable>() == 0);
      }
    }
  }
}

TEST_CASE("reader's line: a torn reply is told a second after its last byte, not after five") {
  Started bench;
  bench.model.spoil(0x3001, Fault::torn, 700);
  bench.model.reader.lay(card());
  REQUIRE(bench.run_until<CardNoticed>(1s));
  CHECK(bench.run_until<CardUnreadable>(1500ms));
  CHECK(bench.last<CardUnreadable>().why.code == "no_answer");
}

TEST_CASE("reader's line: the card is pulled at every moment of being noticed and read") {
  Started bench;
  for (auto moment = 0ms; moment < 400ms; moment += 2ms) {
    CAPTURE(moment.count());
    bench.model.reader.lay(card());
    bench.run(moment);
    bench.model.reader.lift();
    bench.run(2s);
    const int noticed = bench.count<CardNoticed>();
    const int told =
        bench.count<CardRead>() + bench.count<CardUnreadable>() + bench.count<CardPulled>();
    REQUIRE(noticed == told);
    REQUIRE(noticed <= 1);
    bench.events.clear();
  }
}
