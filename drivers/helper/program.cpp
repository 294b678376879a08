#include "drivers/helper/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace drivers::helper {
namespace {

using stream::FileDescriptor;

constexpr int end_limit_ms = 300;
constexpr int kill_limit_ms = 1000;

auto failed(std::string_view code, std::string_view doing, int error) {
  return kiosk::fail("helper", code, fmt::format("{}: {}", doing, std::strerror(error)));
}

struct Ends {
  FileDescriptor ours;
  FileDescriptor theirs;
};

/// The first of `ends` is read from, if they are a pipe's.
kiosk::Result<Ends> made(int outcome, const std::array<int, 2>& ends) {
  if (outcome != 0) return failed("failed", "make a pipe", errno);
  Ends both{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return both;
}

kiosk::Result<Ends> make_socket() {
  std::array<int, 2> ends{};
  return made(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), ends);
}

kiosk::Result<Ends> make_pipe() {
  std::array<int, 2> ends{};
  return made(::pipe2(ends.data(), O_CLOEXEC), ends);
}

/// What posix_spawn is to do in the child; all calls but `init` are checked by the spawn itself.
struct Spawning {
  Spawning() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~Spawning() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

/// An errno, or 0 and the process's id.
int spawn(const std::vector<std::string>& command, const std::array<int, 3>& files, pid_t& id) {
  Spawning spawning;
  for (int i = 0; i < 3; ++i) {
    posix_spawn_file_actions_adddup2(&spawning.files, files[static_cast<std::size_t>(i)], i);
  }
  posix_spawn_file_actions_addclosefrom_np(&spawning.files, 3);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&spawning.attributes, &none);
  posix_spawnattr_setsigdefault(&spawning.attributes, &all);
  posix_spawnattr_setpgroup(&spawning.attributes, 0);
  posix_spawnattr_setflags(&spawning.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return ::posix_spawnp(&id, arguments[0], &spawning.files, &spawning.attributes, arguments.data(),
                        environ);
}

bool ended_within(int process, int limit_ms) {
  pollfd file{process, POLLIN, 0};
  return ::poll(&file, 1, limit_ms) == 1;
}

}  // namespace

kiosk::Result<Program> Program::start(const std::vector<std::string>& command) {
  if (command.empty()) return kiosk::fail("helper", "absent", "no program is configured");
  auto input = make_socket();
  auto output = make_pipe();
  auto errors = make_pipe();
  for (const auto* ends : {&input, &output, &errors}) {
    if (!*ends) return kiosk::pass_on(ends->error());
  }
  Program program;
  const int error = spawn(
      command, {input->theirs.get(), output->theirs.get(), errors->theirs.get()}, program.id_);
  if (error != 0) {
    program.id_ = 0;
    const bool ours = error == EAGAIN || error == ENOMEM;
    return failed(ours ? "failed" : "absent", command[0], error);
  }
  // By number: glibc 2.36 declares pidfd_open for C only.
  program.process_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, program.id_, 0)));
  if (!program.process_) return failed("failed", "watch the program", errno);
  program.input = std::move(input->ours);
  program.output = std::move(output->ours);
  program.errors = std::move(errors->ours);
  return program;
}

Program::Program(Program&& other) noexcept
    : input(std::move(other.input)),
      output(std::move(other.output)),
      errors(std::move(other.errors)),
      process_(std::move(other.process_)),
      id_(std::exchange(other.id_, 0)) {}

std::string Program::how_ended() const {
  siginfo_t info{};
  if (id_ == 0 || !ended_within(process_.get(), end_limit_ms) ||
      ::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return "closed its output";
  }
  return info.si_code == CLD_EXITED ? fmt::format("ended with status {}", info.si_status)
                                    : fmt::format("was ended by signal {}", info.si_status);
}

void Program::end() {
  if (id_ == 0) return;
  input.reset();
  static_cast<void>(ended_within(process_.get(), end_limit_ms));
  // Not waited for yet, it keeps its number: no other process can be meant.
  ::kill(-id_, SIGKILL);
  static_cast<void>(ended_within(process_.get(), kill_limit_ms));
  ::waitpid(std::exchange(id_, 0), nullptr, WNOHANG);
  process_.reset();
}

}  // namespace drivers::helper
