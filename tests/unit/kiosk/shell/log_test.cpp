#include "kiosk/shell/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

namespace kiosk::shell {
namespace {

/// Standard error as a pipe that somebody may or may not read.
class Pipe {
 public:
  Pipe() {
    REQUIRE(pipe2(ends_.data(), O_NONBLOCK) == 0);
    fcntl(ends_[1], F_SETFL, 0);  // only who reads does not wait
    saved_ = dup(STDERR_FILENO);
    dup2(ends_[1], STDERR_FILENO);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    dup2(saved_, STDERR_FILENO);
    for (const int end : {ends_[0], ends_[1], saved_}) close(end);
  }
  std::string read_all() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = read(ends_[0], part.data(), part.size())) > 0;)
      all.append(part.data(), static_cast<std::size_t>(got));
    return all;
  }

 private:
  std::array<int, 2> ends_{};
  int saved_ = -1;
};

}  // namespace

TEST_CASE("log: whoever reads it may stand still, the kiosk goes on and tells how much is lost") {
  const Pipe pipe;
  log(Severity::info, "first");
  const std::string value(1000, 'x');
  for (int i = 0; i < 200; ++i) log(Severity::info, "many", {{"value", value}});
  const std::string before = pipe.read_all();
  CHECK(before.starts_with("<6>first\n"));
  CHECK(before.ends_with("x\n"));
  log(Severity::info, "after");
  const std::string after = pipe.read_all();
  CHECK(after.starts_with("<4>log_lines_lost count="));
  CHECK(after.ends_with("<6>after\n"));
}

}  // namespace kiosk::shell
