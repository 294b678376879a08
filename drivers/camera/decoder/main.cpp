// kiosk-decoder: reads codes out of pictures for the kiosk, in a process of its own because
// pictures come from outside and ZXing may abort. Started by the kiosk with a socket and shared
// memory; of no use by itself.

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "drivers/camera/decoder/picture_decoder.h"
#include "drivers/camera/decoder/sandbox.h"
#include "drivers/camera/decoder_process.h"
#include "drivers/camera/picture_file.h"

namespace {

using namespace drivers::camera;

std::uint64_t cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

DecodeReply answer(const DecodeRequest& request, kiosk::ByteView memory) {
  const std::uint64_t begin = cpu_us();
  DecodeReply reply;
  const auto grey = to_grey(request.shape, memory.first(request.byte_count));
  const std::uint64_t unpacked = cpu_us();
  if (grey) {
    reply = decoder::decode(grey->view(), request.effort, request.slice);
  } else {
    reply.outcome = Outcome::damaged;
    reply.content = grey.error().what;
  }
  reply.id = request.id;
  reply.unpack_us = static_cast<std::uint32_t>(unpacked - begin);
  reply.cpu_us = static_cast<std::uint32_t>(cpu_us() - unpacked);
  return reply;
}

int serve(kiosk::ByteView memory) {
  std::array<std::uint8_t, packet_bytes_max> packet{};
  for (;;) {
    const ssize_t size = recv(decoder_socket, packet.data(), packet.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return 0;  // the kiosk has ended
    const auto request =
        parse_request(kiosk::ByteView(packet).first(static_cast<std::size_t>(size)));
    if (!request) return 1;
    const kiosk::Bytes reply = to_packet(answer(*request, memory));
    if (send(decoder_socket, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return 1;
  }
}

}  // namespace

int main() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const void* memory = mmap(nullptr, frame_bytes_max, PROT_READ, MAP_SHARED, decoder_memory, 0);
  if (memory == MAP_FAILED) {
    static_cast<void>(std::fputs("kiosk-decoder: started by the kiosk, not by hand\n", stderr));
    return 64;
  }
  if (!decoder::enter_sandbox()) {
    static_cast<void>(std::fputs("kiosk-decoder: no sandbox on this kernel\n", stderr));
    return 1;
  }
  return serve({static_cast<const std::uint8_t*>(memory), frame_bytes_max});
}
