#include "drivers/printer/escpos_status.h"

#include <doctest/doctest.h>

#include <vector>

using namespace drivers::printer;

namespace {

std::vector<PrinterAnswer> decode(const kiosk::Bytes& bytes) {
  AnswerDecoder decoder;
  decoder.feed(bytes);
  std::vector<PrinterAnswer> answers;
  while (auto answer = decoder.next()) answers.push_back(*answer);
  return answers;
}

}  // namespace

TEST_CASE("real-time answers: good ones") {
  for (int n = 1; n <= 4; ++n) CHECK(state_of(RealTimeAnswer{0x12}, n) == PrinterState::ready);
  CHECK(state_of(RealTimeAnswer{0x16}, 1) == PrinterState::ready);  // drawer line high
}

TEST_CASE("real-time answers: each bit") {
  CHECK(state_of(RealTimeAnswer{0x1A}, 1) == PrinterState::offline);
  CHECK(state_of(RealTimeAnswer{0x32}, 1) == PrinterState::offline);
  CHECK(state_of(RealTimeAnswer{0x16}, 2) == PrinterState::cover_open);
  CHECK(state_of(RealTimeAnswer{0x32}, 2) == PrinterState::paper_out);
  CHECK(state_of(RealTimeAnswer{0x52}, 2) == PrinterState::offline);
  CHECK(state_of(RealTimeAnswer{0x1A}, 3) == PrinterState::cutter_error);
  CHECK(state_of(RealTimeAnswer{0x16}, 3) == PrinterState::offline);
  CHECK(state_of(RealTimeAnswer{0x32}, 3) == PrinterState::offline);
  CHECK(state_of(RealTimeAnswer{0x52}, 3) == PrinterState::overheated);
  CHECK(state_of(RealTimeAnswer{0x1E}, 4) == PrinterState::paper_near_end);
  CHECK(state_of(RealTimeAnswer{0x72}, 4) == PrinterState::paper_out);
  CHECK(state_of(RealTimeAnswer{0x7E}, 4) == PrinterState::paper_out);
}

TEST_CASE("automatic status: the published examples") {
  const auto state = [](std::array<std::uint8_t, 4> bytes) {
    return state_of(AutomaticStatus{bytes});
  };
  CHECK(state({0x10, 0, 0, 0}) == PrinterState::ready);
  CHECK(state({0x14, 0, 0, 0x0F}) == PrinterState::ready);
  CHECK(state({0x38, 0, 0, 0}) == PrinterState::cover_open);
  CHECK(state({0x10, 0, 0x03, 0}) == PrinterState::paper_near_end);
  CHECK(state({0x18, 0, 0x0F, 0}) == PrinterState::paper_out);
  CHECK(state({0x18, 0x08, 0, 0}) == PrinterState::cutter_error);
  CHECK(state({0x18, 0x40, 0, 0}) == PrinterState::overheated);
  CHECK(state({0x18, 0, 0, 0}) == PrinterState::offline);
}

TEST_CASE("fence and port status") {
  CHECK(state_of(FenceAnswer{0x00}) == PrinterState::ready);
  CHECK(state_of(FenceAnswer{0x03}) == PrinterState::paper_near_end);
  CHECK(state_of(FenceAnswer{0x0C}) == PrinterState::paper_out);
  CHECK(state_of_port(0x18) == PrinterState::ready);
  CHECK(state_of_port(0x38) == PrinterState::paper_out);
  CHECK(state_of_port(0x10) == PrinterState::offline);
  CHECK(state_of_port(0x08) == PrinterState::offline);
}

TEST_CASE("where answers disagree the more cautious one counts") {
  CHECK(safer(PrinterState::ready, PrinterState::paper_out) == PrinterState::paper_out);
  CHECK(safer(PrinterState::cover_open, PrinterState::offline) == PrinterState::cover_open);
  CHECK_FALSE(can_print(PrinterState::offline));
  CHECK(can_print(PrinterState::paper_near_end));
}

TEST_CASE("answers of all kinds in one stream are told apart") {
  const kiosk::Bytes stream = {0x12, 0x10, 0,    0,    0x0F, 0x00, 0x37, 0x22, 'J',  'O', 'B',
                               '1',  0,    0x11, 0x5F, 'T',  'P',  0,    0x1E, 0x13, 0x0C};
  const std::vector<PrinterAnswer> expected = {RealTimeAnswer{0x12},
                                               AutomaticStatus{{0x10, 0, 0, 0x0F}},
                                               FenceAnswer{0x00},
                                               BlockAnswer{{0x37, 0x22, 'J', 'O', 'B', '1'}},
                                               BlockAnswer{{0x5F, 'T', 'P'}},
                                               RealTimeAnswer{0x1E},
                                               FenceAnswer{0x0C}};
  CHECK(decode(stream) == expected);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    AnswerDecoder decoder;
    std::vector<PrinterAnswer> answers;
    decoder.feed(kiosk::ByteView(stream).first(cut));
    while (auto answer = decoder.next()) answers.push_back(*answer);
    decoder.feed(kiosk::ByteView(stream).subspan(cut));
    while (auto answer = decoder.next()) answers.push_back(*answer);
    REQUIRE(answers == expected);
  }
}

TEST_CASE("a torn automatic status is dropped, what follows is not") {
  const std::vector<PrinterAnswer> answers = decode({0x10, 0x00, 0x12, 0x18, 0, 0x0F, 0});
  REQUIRE(answers.size() == 3);
  CHECK(answers[1] == PrinterAnswer(RealTimeAnswer{0x12}));
  CHECK(answers[2] == PrinterAnswer(AutomaticStatus{{0x18, 0, 0x0F, 0}}));
}

TEST_CASE("a block without an end is given up") {
  kiosk::Bytes bytes(400, 0x33);
  bytes.push_back(0x12);
  AnswerDecoder decoder;
  decoder.feed(bytes);
  int answers = 0;
  for (int i = 0; i < 1000 && decoder.next(); ++i) ++answers;
  CHECK(answers == 0);
  decoder.feed(kiosk::Bytes{0x00, 0x12});
  CHECK(decoder.next().has_value());
}
