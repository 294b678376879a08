// simulation                     the test cases: some seeds, regressions, every rule shown to bite
// simulation --seed N            one seed, with its trace
// simulation --seeds A..B        seeds without traces; tells the first that fails, made short
// simulation --fleet             what kiosks ask of a server, as the README's table
// with --seed also: --troubles NAMES, --kiosks N, --patients N, --minutes N
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <malloc.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/simulation/fleet.h"
#include "tests/simulation/simulation.h"

namespace {

using simulation::Options;
using simulation::Report;

const char* value_of(int count, char** words, const char* option) {
  for (int i = 1; i + 1 < count; ++i) {
    if (std::strcmp(words[i], option) == 0) return words[i + 1];
  }
  return nullptr;
}

std::uint64_t number(const char* text) {
  return std::strtoull(text, nullptr, 10);
}

int one_seed(Options options) {
  const Report report = simulation::run(options);
  for (const std::string& line : report.trace) std::printf("%s\n", line.c_str());
  std::printf("seed %llu: %zu check-ins, trace %016llx\n", (unsigned long long)options.seed,
              report.check_ins, (unsigned long long)report.hash);
  if (!report.violation) return 0;
  std::printf("broken: %s: %s\n", report.violation->rule.c_str(), report.violation->words.c_str());
  return 1;
}

int many_seeds(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Options options = simulation::options_of(seed);
    const Report report = simulation::run(options);
    if (report.violation) {
      std::printf("seed %llu FAILED: %s: %s; making it shorter\n", (unsigned long long)seed,
                  report.violation->rule.c_str(), report.violation->words.c_str());
      const Options less = simulation::shortest(options, report.violation->rule);
      std::printf("%s", simulation::story(less, simulation::run(less)).c_str());
      return 1;
    }
    std::printf("seed %llu: ok, %zu check-ins, trace %016llx\n", (unsigned long long)seed,
                report.check_ins, (unsigned long long)report.hash);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  // Each run fills and drops a few MB; asking the system for them anew costs more than the rest.
  mallopt(M_MMAP_THRESHOLD, 256 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (count == 2 && std::strcmp(words[1], "--fleet") == 0) {
    std::printf("%s", simulation::fleet_table().c_str());
    return 0;
  }
  if (const char* seed = value_of(count, words, "--seed")) {
    Options options = simulation::options_of(number(seed));
    if (const char* troubles = value_of(count, words, "--troubles")) {
      options.troubles = simulation::troubles_in(troubles);
    }
    if (const char* kiosks = value_of(count, words, "--kiosks")) {
      options.kiosks = number(kiosks);
    }
    if (const char* patients = value_of(count, words, "--patients")) {
      options.patients = number(patients);
    }
    if (const char* minutes = value_of(count, words, "--minutes")) {
      options.length = kiosk::Minutes(std::int64_t(number(minutes)));
    }
    return one_seed(options);
  }
  if (const char* seeds = value_of(count, words, "--seeds")) {
    const char* dots = std::strstr(seeds, "..");
    return many_seeds(number(seeds), dots != nullptr ? number(dots + 2) : number(seeds));
  }
  doctest::Context context(count, words);
  return context.run();
}
