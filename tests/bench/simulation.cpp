#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tests/bench/report.h"

extern char** environ;

namespace bench {
namespace {

constexpr int seeds = 500;
/// 2,000 seeds a minute on one core.
constexpr double seed_ms_max = 30;

/// CPU milliseconds of one run.
double cpu_ms(const std::string& program) {
  std::string words = "--seeds", range = fmt::format("1..{}", seeds), name = program;
  char* arguments[] = {name.data(), words.data(), range.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &quiet, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&quiet);
  rusage used{};
  int status = 1;
  if (failed != 0 || wait4(child, &status, 0, &used) != child || status != 0) {
    fmt::print(stderr, "bench: {} fails\n", program);
    std::exit(1);
  }
  const auto ms = [](const timeval& time) {
    return double(time.tv_sec) * 1000 + double(time.tv_usec) / 1000;
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

}  // namespace

void simulation(Report& report, const std::string& program) {
  double best = cpu_ms(program);
  for (int i = 0; i < 2; ++i) best = std::min(best, cpu_ms(program));
  report.figure("simulation: CPU of a seed, the best of three runs", best / seeds, "ms",
                seed_ms_max);
}

}  // namespace bench
