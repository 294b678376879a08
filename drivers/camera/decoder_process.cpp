#include "drivers/camera/decoder_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "drivers/stream/file_descriptor.h"

namespace drivers::camera {
namespace {

using kiosk::fail;
using kiosk::Result;
using stream::FileDescriptor;

struct SpawnActions {
  posix_spawn_file_actions_t actions{};
  SpawnActions() { posix_spawn_file_actions_init(&actions); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions); }
};

struct SpawnAttributes {
  posix_spawnattr_t attributes{};
  SpawnAttributes() { posix_spawnattr_init(&attributes); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes); }
};

auto no_decoder(const std::string& what) {
  return fail("camera", "no_decoder", what);
}

/// Starts the program with nothing open but standard error, the socket and the memory.
Result<pid_t> spawn(const std::string& program, int socket, int memory) {
  SpawnActions files;
  // By way of high numbers, so that neither lands on the other before that is copied.
  constexpr int high = 100;
  posix_spawn_file_actions_adddup2(&files.actions, socket, high);
  posix_spawn_file_actions_adddup2(&files.actions, memory, high + 1);
  posix_spawn_file_actions_adddup2(&files.actions, high, decoder_socket);
  posix_spawn_file_actions_adddup2(&files.actions, high + 1, decoder_memory);
  posix_spawn_file_actions_addopen(&files.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files.actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files.actions, decoder_memory + 1);
  SpawnAttributes how;
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&how.attributes, &none);
  posix_spawnattr_setflags(&how.attributes, POSIX_SPAWN_SETSIGMASK);
  std::string name = program;
  std::array<char*, 2> arguments = {name.data(), nullptr};
  std::array<char*, 1> environment = {nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, program.c_str(), &files.actions, &how.attributes,
                                arguments.data(), environment.data());
  if (error != 0) return no_decoder(program + ": " + std::strerror(error));
  return child;
}

}  // namespace

std::string decoder_program() {
  std::error_code unknown;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return self.parent_path() / "kiosk-decoder";
}

scanner::RawScan raw_scan(const DecodeReply& reply) {
  const kiosk::ByteView content = kiosk::as_bytes(reply.content);
  return {{content.begin(), content.end()}, reply.aim_identifier};
}

struct DecoderProcess::State {
  std::string program;
  kiosk::Milliseconds limit;
  FileDescriptor memory;
  std::uint8_t* pixels = nullptr;
  FileDescriptor socket;
  pid_t child = 0;
  std::uint32_t last_id = 0;
  Counts counts;

  State(std::string name, kiosk::Milliseconds frame_limit)
      : program(std::move(name)), limit(frame_limit) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    end_child();
    if (pixels != nullptr) munmap(pixels, frame_bytes_max);
  }

  /// The child sees the frames but cannot change them: sealed for every mapping but this one.
  Result<void> make_memory() {
    memory = FileDescriptor(memfd_create("kiosk-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (memory.get() < 0 || ftruncate(memory.get(), frame_bytes_max) != 0) {
      return no_decoder(std::string("shared memory: ") + std::strerror(errno));
    }
    void* mapped =
        mmap(nullptr, frame_bytes_max, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
    if (mapped == MAP_FAILED) return no_decoder(std::string("map: ") + std::strerror(errno));
    pixels = static_cast<std::uint8_t*>(mapped);
    constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
    if (fcntl(memory.get(), F_ADD_SEALS, seals) != 0) {
      return no_decoder(std::string("seal: ") + std::strerror(errno));
    }
    return {};
  }

  Result<void> start_child() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      return no_decoder(std::string("socket: ") + std::strerror(errno));
    }
    FileDescriptor ours(ends[0]);
    const FileDescriptor theirs(ends[1]);
    const auto started = spawn(program, theirs.get(), memory.get());
    if (!started) return kiosk::pass_on(started.error());
    socket = std::move(ours);
    child = *started;
    return {};
  }

  void end_child() {
    if (child == 0) return;
    kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    child = 0;
    socket.reset();
  }

  Result<DecodeReply> died() {
    ++counts.deaths;
    end_child();
    return fail("camera", "decoder_died", "the decoder died of a frame", kiosk::Remedy::nobody);
  }

  Result<DecodeReply> receive() {
    pollfd ready{socket.get(), POLLIN, 0};
    const auto until = std::chrono::steady_clock::now() + limit;
    for (;;) {
      const auto left =
          std::chrono::ceil<kiosk::Milliseconds>(until - std::chrono::steady_clock::now());
      const int polled = poll(&ready, 1, std::max(static_cast<int>(left.count()), 0));
      if (polled > 0) break;
      if (polled < 0 && errno == EINTR) continue;
      ++counts.timeouts;
      end_child();
      return fail("camera", "decoder_silent", "the decoder took too long over a frame",
                  kiosk::Remedy::nobody);
    }
    std::array<std::uint8_t, packet_bytes_max> packet;
    const ssize_t size = recv(socket.get(), packet.data(), packet.size(), 0);
    if (size <= 0) return died();
    auto reply = parse_reply(kiosk::ByteView(packet).first(static_cast<std::size_t>(size)));
    if (reply && reply->id == last_id) return reply;
    end_child();  // what speaks nonsense is not to be trusted with the next frame
    if (!reply) return reply;
    return fail("camera", "malformed_packet", "the decoder answered another question");
  }
};

DecoderProcess::DecoderProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
DecoderProcess::DecoderProcess(DecoderProcess&&) noexcept = default;
DecoderProcess& DecoderProcess::operator=(DecoderProcess&&) noexcept = default;
DecoderProcess::~DecoderProcess() = default;

Result<DecoderProcess> DecoderProcess::start(std::string program, kiosk::Milliseconds limit) {
  auto state = std::make_unique<State>(std::move(program), limit);
  if (auto made = state->make_memory(); !made) return kiosk::pass_on(made.error());
  if (auto started = state->start_child(); !started) return kiosk::pass_on(started.error());
  return DecoderProcess(std::move(state));
}

Result<DecodeReply> DecoderProcess::decode(const Frame& frame, Effort effort, std::uint32_t slice) {
  State& state = *state_;
  const int bytes_per_pixel = frame.format == PixelFormat::yuyv ? 2 : 1;
  if (frame.bytes.size() > frame_bytes_max || frame.width > side_max || frame.height > side_max ||
      frame.stride > side_max * bytes_per_pixel) {
    return fail("camera", "too_large", "a frame larger than the decoder takes");
  }
  if (state.child == 0) {
    if (auto started = state.start_child(); !started) return kiosk::pass_on(started.error());
  }
  ++state.counts.frames;
  std::copy(frame.bytes.begin(), frame.bytes.end(), state.pixels);
  DecodeRequest request;
  request.id = ++state.last_id;
  request.shape = {frame.format, frame.width, frame.height, frame.stride, {}};
  request.byte_count = static_cast<std::uint32_t>(frame.bytes.size());
  request.effort = effort;
  request.slice = slice;
  const kiosk::Bytes packet = to_packet(request);
  if (send(state.socket.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0) return state.died();
  return state.receive();
}

const DecoderProcess::Counts& DecoderProcess::counts() const {
  return state_->counts;
}

pid_t DecoderProcess::child() const {
  return state_->child;
}

}  // namespace drivers::camera
