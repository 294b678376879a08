#include "drivers/camera/cascade.h"

#include <algorithm>
#include <array>
#include <numbers>

namespace drivers::camera {
namespace {

// Weights of regions, from frames with and without codes: half of the codes weigh over 300, the
// smallest 35; half of what is no code weighs under 30.
constexpr double words_weight = 75;     // what has the directions of printed words needs more
constexpr std::size_t words_turns = 4;  // extra looks at them
constexpr std::size_t turns_max = 24;   // at anything
constexpr double whole_weight = 150;

constexpr double matrix_most = 0.3;  // coherence
constexpr double bars_least = 0.3;
constexpr double words_least = 0.2;
constexpr double words_most = 0.42;

using std::numbers::pi;

const std::vector<Look> bars_extra = {
    {View::bars, 0, Light::inverted},     {View::bars, 0, Light::as_is, 1.7},
    {View::bars, 0, Light::as_is, 1.0},   {View::turned, 0, Light::inverted},
    {View::turned, 0, Light::smoothed},   {View::bars, 0, Light::as_is, 2.6},
    {View::turned, 0, Light::as_is, 2.4}, {View::bars, 0, Light::as_is, 3.6},
    {View::turned, 0, Light::flattened},  {View::bars, 0, Light::inverted, 1.7},
    {View::turned, 0, Light::doubled},    {View::patch, 0, Light::as_is},
    {View::grid, 0, Light::as_is, 1.5},   {View::turned, 0, Light::doubled, 1.7},
    {View::grid, 0, Light::as_is, 2.2},
};

const std::vector<Look> matrix_extra = {
    {View::grid, 0, Light::inverted},      {View::patch, 0, Light::smoothed},
    {View::patch, 0, Light::inverted},     {View::grid, 0, Light::as_is, 1.5},
    {View::patch, 0, Light::doubled, 1.7}, {View::grid, 0, Light::as_is, 0, 1},
    {View::patch, 0, Light::flattened},    {View::grid, 0, Light::as_is, 2.2},
    {View::patch, 0, Light::doubled},      {View::grid, 0, Light::as_is, 1.5, 1},
    {View::grid, 0, Light::as_is, 1.0, 0}, {View::patch, 0, Light::doubled, 1.0},
    {View::grid, 0, Light::as_is, 2.2, 1}, {View::grid, 0, Light::as_is, 0, 2},
    {View::patch, 0, Light::as_is, 2.4},   {View::grid, 0, Light::inverted, 1.5},
    {View::turned, 0, Light::as_is},
};

bool like_words(const Region& region) {
  return region.coherence > words_least && region.coherence < words_most;
}

/// Rims and shadows: edges here and there in a large box.
bool is_thin(const Region& region) {
  constexpr double cell_pixels = 64;
  constexpr double weight_a_cell = 0.06;
  return region.weight < weight_a_cell * region.width * region.height / cell_pixels;
}

void add(std::vector<Look>& looks, Look look, std::size_t region) {
  look.region = region;
  looks.push_back(look);
}

}  // namespace

Plan plan_looks(const std::vector<Region>& regions) {
  Plan plan;
  std::vector<const std::vector<Look>*> extras(regions.size(), nullptr);
  std::vector<std::size_t> turns(regions.size(), 0);
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const Region& region = regions[i];
    if (region.weight < region_weight_min || is_thin(region)) continue;
    if (region.coherence >= bars_least) {
      add(plan.first, {View::bars}, i);
      add(plan.first, {View::turned}, i);
    }
    if (region.coherence < matrix_most) {
      add(plan.first, {View::patch}, i);
      add(plan.first, {View::grid}, i);
    }
    const double least = like_words(region) ? words_weight : region_weight_sure;
    if (region.weight < least) continue;
    turns[i] = like_words(region) && region.weight < 2 * words_weight ? words_turns : turns_max;
    extras[i] = region.coherence < matrix_most ? &matrix_extra : &bars_extra;
  }
  for (std::size_t turn = 0; turn < turns_max; ++turn) {
    for (std::size_t i = 0; i < regions.size(); ++i) {
      if (turn < turns[i] && turn < extras[i]->size()) add(plan.extra, (*extras[i])[turn], i);
    }
  }
  const bool whole = std::any_of(regions.begin(), regions.end(), [](const Region& region) {
    return region.weight >= whole_weight;
  });
  if (!whole) return plan;
  for (const double angle : {0.0, pi / 8, pi / 4, 3 * pi / 8}) {
    plan.extra.push_back({View::whole, 0, Light::smoothed, 0, 0, angle});
  }
  return plan;
}

}  // namespace drivers::camera
