// What a seed draws, and how a failing run is told: with the least that still fails.
#include <fmt/format.h>

#include "tests/simulation/simulation.h"

namespace simulation {
namespace {

/// What ends most of a kiosk's work is rarer than what it must work through; so are signatures,
/// which cost more than all that a kiosk does in minutes. With more troubles at once hardly anybody
/// checks in, and rules are broken unseen.
unsigned percent_of(Trouble trouble) {
  const bool ends_work = trouble == Trouble::shared_code || trouble == Trouble::lost_ledgers ||
                         trouble == Trouble::withdrawals;
  const bool costly = trouble == Trouble::sign_in;
  const bool lasts_hours = trouble == Trouble::restores;  // until a kiosk sees it
  const bool scene = trouble == Trouble::midnight || trouble == Trouble::dst;
  if (lasts_hours) return 3;
  if (trouble == Trouble::small_pages) return 15;
  return ends_work || costly ? 10 : scene ? 25 : 30;
}

/// What takes long (a Retry-After, an outage of an hour) is met in these.
constexpr std::size_t whole_mornings_one_in = 100;
constexpr std::size_t lines_told = 80;

bool breaks(const Options& options, const std::string& rule) {
  const Report report = run(options);
  return report.violation && report.violation->rule == rule;
}

}  // namespace

Options options_of(std::uint64_t seed) {
  Dice dice(seed * 7919 + 17);
  Options options;
  options.seed = seed;
  for (const Trouble trouble : all_troubles()) {
    if (dice.percent(percent_of(trouble))) options.troubles.insert(trouble);
  }
  const bool whole_morning = dice.below(whole_mornings_one_in) == 0;
  const auto many = dice.below(10);
  options.kiosks = many < 8 ? 2 : many < 9 ? 3 : 4;
  options.patients = whole_morning ? 30 + dice.below(50) : 6 + dice.below(7);
  options.length =
      kiosk::Minutes(std::int64_t(whole_morning ? 40 + dice.below(40) : 2 + dice.below(4)));
  return options;
}

Options shortest(const Options& failing, const std::string& broken_rule) {
  Options best = failing;
  for (const Trouble trouble : failing.troubles) {
    Options less = best;
    less.troubles.erase(trouble);
    if (breaks(less, broken_rule)) best = less;
  }
  while (best.kiosks > 1) {
    Options less = best;
    --less.kiosks;
    if (!breaks(less, broken_rule)) break;
    best = less;
  }
  for (int i = 0; i < 4 && best.patients > 2; ++i) {
    Options less = best;
    less.patients /= 2;
    if (breaks(less, broken_rule)) best = less;
  }
  return best;
}

std::string story(const Options& options, const Report& report) {
  std::string text = fmt::format(
      "simulation --seed {} --troubles {} --kiosks {} --patients {} --minutes {}\n", options.seed,
      names(options.troubles), options.kiosks, options.patients, options.length.count());
  const auto& lines = report.trace;
  const std::size_t from = lines.size() > lines_told ? lines.size() - lines_told : 0;
  if (!lines.empty()) text += lines.front() + "\n";
  for (std::size_t i = std::max<std::size_t>(1, from); i < lines.size(); ++i) {
    text += lines[i] + "\n";
  }
  if (report.violation) {
    text += fmt::format("broken: {}: {}\n", report.violation->rule, report.violation->words);
  }
  return text;
}

}  // namespace simulation
