// A decoder that does what the first pixel of a frame says: 1 abort, 2 hang, 3 answer nonsense,
// 4 answer another question, 5 end quietly; else it reads the code "fine".
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "drivers/camera/decoder_process.h"

using namespace drivers::camera;

int main() {
  const void* memory = mmap(nullptr, frame_bytes_max, PROT_READ, MAP_SHARED, decoder_memory, 0);
  if (memory == MAP_FAILED) return 64;
  const auto* pixels = static_cast<const std::uint8_t*>(memory);
  std::array<std::uint8_t, packet_bytes_max> packet{};
  for (;;) {
    const ssize_t size = recv(decoder_socket, packet.data(), packet.size(), 0);
    if (size <= 0) return 0;
    const auto request =
        parse_request(kiosk::ByteView(packet).first(static_cast<std::size_t>(size)));
    if (!request) return 1;
    DecodeReply reply;
    reply.id = request->id;
    reply.outcome = Outcome::code;
    reply.symbology = Symbology::qr;
    reply.evidence = Evidence::firm;
    reply.aim_identifier = "]Q1";
    reply.content = "fine";
    kiosk::Bytes answer = to_packet(reply);
    if (pixels[0] == 1) std::abort();
    if (pixels[0] == 2) pause();
    if (pixels[0] == 3) answer = {1, 2, 3};
    if (pixels[0] == 4) ++answer[4];
    if (pixels[0] == 5) return 0;
    if (send(decoder_socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return 1;
  }
}
