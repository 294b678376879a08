#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kiosk/base/result.h"
#include "kiosk/domain/check_in.h"

namespace bench {

/// The figures of a run: a list of {name, value, unit, peer, ratio, bar, ok} and a table; a figure
/// with a peer is judged by their ratio, measured interleaved in the same run.
class Report {
 public:
  /// A figure with an absolute bar (0: none, only told).
  void figure(const std::string& name, double value, const std::string& unit, double bar);
  /// A figure beside its peer; the bar is for value / peer.
  void ratio(const std::string& name, double value, double peer, const std::string& unit,
             const std::string& peer_name, double bar);
  /// A figure that has to be this and nothing else.
  void exactly(const std::string& name, double value, const std::string& unit, double wanted);
  /// Writes the list as JSON; the status of the program.
  int write(const std::string& path) const;

 private:
  struct Figure {
    std::string name;
    double value = 0;
    std::string unit;
    std::string peer = {};
    double judged = 0;
    double bar = 0;
    bool ok = true;
  };
  void add(Figure figure);
  std::vector<Figure> figures_;
};

using SteadyClock = std::chrono::steady_clock;

double timed_us(const std::function<void()>& work);
double median(std::vector<double> values);
double median_us(int runs, const std::function<void()>& work);

template <typename T>
T must(kiosk::Result<T> result) {
  if (result) {
    if constexpr (std::is_void_v<T>)
      return;
    else
      return std::move(*result);
  }
  fmt::print(stderr, "bench: {}\n", result.error().what);
  std::exit(1);
}

/// A confirmed visit of a person of one's own.
kiosk::domain::CheckIn check_in(int index);

/// pull.cpp: the day's first download and what follows it. Forks, so before any thread is started.
void pull(Report& report, const std::string& folder);
/// ledger.cpp: the commit, and a card among many.
void ledger(Report& report, const std::string& folder);
/// simulation.cpp: how many seeds the simulation, a program beside this one, runs in a minute.
void simulation(Report& report, const std::string& program);

}  // namespace bench
