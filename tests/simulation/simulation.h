#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/invariants.h"
#include "tests/simulation/troubles.h"

namespace simulation {

/// One run: a morning of a hospital with some kiosks, all of it drawn from the seed.
struct Options {
  std::uint64_t seed = 1;
  Troubles troubles;
  Breaches breaches;
  std::size_t kiosks = 2;
  std::size_t patients = 40;
  kiosk::Minutes length{90};
};

/// What the seed draws.
Options options_of(std::uint64_t seed);

struct Report {
  std::optional<Violation> violation;
  std::vector<std::string> trace;
  std::uint64_t hash = 0;
  std::size_t check_ins = 0;
  std::size_t requests = 0;  ///< sent until all healed
};

/// Runs until the first rule is broken or all has healed and is quiet.
Report run(const Options& options);

/// The same violation with as few troubles, kiosks and patients as still give it.
Options shortest(const Options& failing, const std::string& broken_rule);

/// What to tell of a run that failed: how to run it again, the rule, and how it came to it.
std::string story(const Options& options, const Report& report);

}  // namespace simulation
