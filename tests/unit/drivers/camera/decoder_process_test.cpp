#include "drivers/camera/decoder_process.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <fstream>

using namespace drivers::camera;

namespace {

constexpr kiosk::Milliseconds limit{5000};

Frame grey_frame(std::uint8_t light) {
  return {PixelFormat::grey, 64, 48, 64, kiosk::Bytes(std::size_t{64} * 48, light)};
}

kiosk::Result<DecoderProcess> faulty(kiosk::Milliseconds frame_limit = limit) {
  return DecoderProcess::start(KIOSK_FAULTY_DECODER, frame_limit);
}

auto look(DecoderProcess& decoder, std::uint8_t light) {
  return decoder.decode(grey_frame(light), Effort::one_slice, 0);
}

}  // namespace

TEST_CASE("decoder: a frame it aborts on is lost and counted, the next one is read") {
  auto decoder = faulty();
  REQUIRE(decoder);
  CHECK(look(*decoder, 100)->content == "fine");
  CHECK(look(*decoder, 1).error().code == "decoder_died");
  CHECK(decoder->counts().deaths == 1);
  CHECK(look(*decoder, 100)->content == "fine");
  CHECK(decoder->counts().deaths == 1);
  CHECK(decoder->counts().frames == 3);
}

TEST_CASE("decoder: killed between frames or ended by itself, it is back a frame later") {
  auto decoder = faulty();
  REQUIRE(decoder);
  CHECK(look(*decoder, 100));
  const pid_t first = decoder->child();
  kill(first, SIGKILL);
  siginfo_t ended{};  // without reaping it: the decoder's parent does
  waitid(P_PID, static_cast<id_t>(first), &ended, WEXITED | WNOWAIT);
  CHECK(look(*decoder, 100).error().code == "decoder_died");
  CHECK(look(*decoder, 100)->content == "fine");
  CHECK(decoder->child() != first);
  CHECK(look(*decoder, 5).error().code == "decoder_died");
  CHECK(look(*decoder, 100)->content == "fine");
}

TEST_CASE("decoder: one that hangs is ended when its time is over") {
  auto decoder = faulty(kiosk::Milliseconds(100));
  REQUIRE(decoder);
  const pid_t first = decoder->child();
  CHECK(look(*decoder, 2).error().code == "decoder_silent");
  CHECK(decoder->counts().timeouts == 1);
  CHECK(decoder->child() == 0);
  CHECK(kill(first, 0) == -1);
  CHECK(look(*decoder, 100)->content == "fine");
}

TEST_CASE("decoder: nonsense from it is refused, and it is started anew") {
  auto decoder = faulty();
  REQUIRE(decoder);
  CHECK(look(*decoder, 3).error().code == "malformed_packet");
  CHECK(look(*decoder, 100)->content == "fine");
  CHECK(look(*decoder, 4).error().code == "malformed_packet");
  CHECK(look(*decoder, 100)->content == "fine");
}

TEST_CASE("decoder: a program that is missing is said to be") {
  CHECK(DecoderProcess::start("/nonexistent/kiosk-decoder", limit).error().code == "no_decoder");
}

TEST_CASE("decoder: a frame that is too large never reaches it") {
  auto decoder = faulty();
  REQUIRE(decoder);
  Frame frame = grey_frame(9);
  frame.bytes.resize(frame_bytes_max + 1);
  CHECK(decoder->decode(frame, Effort::one_slice, 0).error().code == "too_large");
  CHECK(decoder->counts().frames == 0);
}

TEST_CASE("decoder: the real one dismisses an empty frame and survives damaged ones") {
  auto decoder = DecoderProcess::start(decoder_program(), limit);
  REQUIRE(decoder);
  CHECK(look(*decoder, 120)->outcome == Outcome::empty);
  Frame damaged = grey_frame(120);
  damaged.bytes.resize(100);
  CHECK(decoder->decode(damaged, Effort::everything, 0)->outcome == Outcome::damaged);
  Frame file{PixelFormat::file, 0, 0, 0, {0xFF, 0xD8, 0xFF, 0xE0, 0x00}};
  CHECK(decoder->decode(file, Effort::everything, 0)->outcome == Outcome::damaged);
  file.bytes.clear();
  CHECK(decoder->decode(file, Effort::everything, 0)->outcome == Outcome::damaged);
  CHECK(decoder->counts().deaths == 0);
}

TEST_CASE("decoder: it runs without the right to gain rights, with the filter on") {
  auto decoder = DecoderProcess::start(decoder_program(), limit);
  REQUIRE(decoder);
  REQUIRE(look(*decoder, 120));
  std::ifstream status("/proc/" + std::to_string(decoder->child()) + "/status");
  std::string rights, filter;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("NoNewPrivs:")) rights = line.substr(12);
    if (line.starts_with("Seccomp:")) filter = line.substr(9);
  }
  CHECK(rights == "1");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
  CHECK(filter == "2");
#endif
}
