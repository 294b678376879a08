#include "drivers/camera/locate.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "drivers/camera/prepare.h"

namespace drivers::camera {
namespace {

constexpr int cell_side = 8;
constexpr double faint_energy = 45;  // of a pixel: below, no code can be read
constexpr double loud_noise = 330;   // energy of quiet cells from which on the picture is halved
constexpr double above_noise = 1.8;  // times that of quiet cells
constexpr double bars_coherence = 0.5;
constexpr int cells_min = 5;
constexpr std::size_t parts_max = 40;  // regions that may be joined

/// Structure tensor, mean over the pixels of a cell.
struct Cell {
  float xx = 0;
  float yy = 0;
  float xy = 0;

  float energy() const { return xx + yy; }
};

struct Cells {
  int columns = 0;
  int rows = 0;
  std::vector<Cell> all;

  const Cell& at(int column, int row) const {
    return all[static_cast<std::size_t>(row * columns + column)];
  }
};

/// Adds one row of pixels to the cells above it.
void add_row(const GreyView& picture, int y, int columns, std::vector<int>& sums) {
  const std::uint8_t* above = picture.row(y - 1);
  const std::uint8_t* here = picture.row(y);
  const std::uint8_t* below = picture.row(y + 1);
  for (int column = 0; column < columns; ++column) {
    const int first = column * cell_side + 1;
    int xx = 0, yy = 0, xy = 0;
    for (int i = first; i < first + cell_side; ++i) {
      const int gx = here[i + 1] - here[i - 1];
      const int gy = below[i] - above[i];
      xx += gx * gx;
      yy += gy * gy;
      xy += gx * gy;
    }
    int* sum = &sums[static_cast<std::size_t>(column) * 3];
    sum[0] += xx;
    sum[1] += yy;
    sum[2] += xy;
  }
}

Cells measure(const GreyView& picture) {
  Cells cells;
  cells.columns = std::max(0, (picture.width - 2) / cell_side);
  cells.rows = std::max(0, (picture.height - 2) / cell_side);
  cells.all.reserve(static_cast<std::size_t>(cells.columns * cells.rows));
  std::vector<int> sums(static_cast<std::size_t>(cells.columns) * 3);
  for (int row = 0; row < cells.rows; ++row) {
    std::fill(sums.begin(), sums.end(), 0);
    for (int y = row * cell_side + 1; y < (row + 1) * cell_side + 1; ++y) {
      add_row(picture, y, cells.columns, sums);
    }
    constexpr float pixels = cell_side * cell_side;
    for (std::size_t i = 0; i < sums.size(); i += 3) {
      cells.all.push_back({static_cast<float>(sums[i]) / pixels,
                           static_cast<float>(sums[i + 1]) / pixels,
                           static_cast<float>(sums[i + 2]) / pixels});
    }
  }
  return cells;
}

/// The energy that so many of ten cells stay below.
double energy_of_tenth(const Cells& cells, std::size_t tenth) {
  std::vector<float> energies;
  energies.reserve(cells.all.size());
  for (const Cell& cell : cells.all) energies.push_back(cell.energy());
  const auto at = energies.begin() + static_cast<std::ptrdiff_t>(energies.size() * tenth / 10);
  std::nth_element(energies.begin(), at, energies.end());
  return *at;
}

/// A cell with edges is strong; one in the midst of strong ones is a core. Words and the rims of
/// things have few cores.
class Groups {
 public:
  struct Group {
    std::vector<int> cells;  ///< strong ones
    int cores = 0;
  };

  Groups(const Cells& cells, double threshold)
      : cells_(cells), strong_(cells.all.size(), 0), core_(cells.all.size(), 0) {
    for (std::size_t i = 0; i < cells.all.size(); ++i) {
      strong_[i] = double{cells.all[i].energy()} > threshold ? 1 : 0;
    }
    for (int at = 0; at < static_cast<int>(core_.size()); ++at) {
      int near = 0;
      around(at, core_reach, [&](std::size_t next) { near += strong_[next]; });
      core_[static_cast<std::size_t>(at)] = near >= core_near ? 1 : 0;
    }
  }

  /// First the groups around cores, then small dense ones without: tiny codes.
  std::vector<Group> find() {
    std::vector<Group> groups;
    std::vector<char> taken(strong_.size(), 0);
    collect(core_, 2, taken, groups);
    for (Group& group : groups) {
      group.cores = static_cast<int>(group.cells.size());
      add_rim(group, taken);
    }
    std::vector<char> rest = strong_;
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = rest[i] != 0 && taken[i] == 0 ? 1 : 0;
    collect(rest, 1, taken, groups);
    std::erase_if(groups, [](const Group& group) {
      return static_cast<int>(group.cells.size()) < cells_min;
    });
    return groups;
  }

 private:
  static constexpr int core_reach = 2;
  static constexpr int core_near = 15;  // of 25

  template <typename Visit>
  void around(int at, int reach, Visit visit) const {
    const int column = at % cells_.columns;
    const int row = at / cells_.columns;
    const int last_column = std::min(column + reach, cells_.columns - 1);
    for (int r = std::max(row - reach, 0); r <= std::min(row + reach, cells_.rows - 1); ++r) {
      for (int c = std::max(column - reach, 0); c <= last_column; ++c) {
        visit(static_cast<std::size_t>(r * cells_.columns + c));
      }
    }
  }

  /// Joins marked cells that are near each other.
  void collect(const std::vector<char>& marked, int reach, std::vector<char>& taken,
               std::vector<Group>& groups) const {
    for (std::size_t start = 0; start < marked.size(); ++start) {
      if (marked[start] == 0 || taken[start] != 0) continue;
      Group group;
      std::vector<int> open = {static_cast<int>(start)};
      taken[start] = 1;
      while (!open.empty()) {
        const int at = open.back();
        open.pop_back();
        group.cells.push_back(at);
        around(at, reach, [&](std::size_t next) {
          if (marked[next] == 0 || taken[next] != 0) return;
          taken[next] = 1;
          open.push_back(static_cast<int>(next));
        });
      }
      groups.push_back(std::move(group));
    }
  }

  /// The strong cells by a group's cores are part of the code too, cores without edges are not.
  void add_rim(Group& group, std::vector<char>& taken) const {
    const std::vector<int> cores = std::move(group.cells);
    group.cells.clear();
    std::vector<char> seen(strong_.size(), 0);
    for (const int at : cores) {
      around(at, core_reach, [&](std::size_t next) {
        if (strong_[next] == 0 || seen[next] != 0) return;
        seen[next] = taken[next] = 1;
        group.cells.push_back(static_cast<int>(next));
      });
    }
  }

  const Cells& cells_;
  std::vector<char> strong_;
  std::vector<char> core_;
};

struct Direction {
  double angle = 0;
  double coherence = 0;
};

Direction direction_of(double xx, double yy, double xy) {
  const double spread = std::hypot(xx - yy, 2 * xy);
  return {0.5 * std::atan2(2 * xy, xx - yy), xx + yy > 0 ? spread / (xx + yy) : 0};
}

/// The turned box around the cells whose edges run the group's way.
void enclose_bars(const Cells& cells, const std::vector<int>& group, Region& region) {
  const double c = std::cos(region.angle);
  const double s = std::sin(region.angle);
  std::vector<double> us, vs;
  for (const int at : group) {
    const Cell& cell = cells.all[static_cast<std::size_t>(at)];
    const Direction own = direction_of(cell.xx, cell.yy, cell.xy);
    const bool same_way = std::cos(2 * (own.angle - region.angle)) > 0.8;
    if (!same_way || own.coherence < bars_coherence) continue;
    const double x = (at % cells.columns + 0.5) * cell_side;
    const double y = (at / cells.columns + 0.5) * cell_side;
    us.push_back(c * x + s * y);
    vs.push_back(-s * x + c * y);
  }
  double u_low = c * (region.left + region.width / 2.0) + s * (region.top + region.height / 2.0);
  double v_low = -s * (region.left + region.width / 2.0) + c * (region.top + region.height / 2.0);
  double u_high = u_low, v_high = v_low;
  if (us.size() >= 4) {
    // Without the few outermost along the bars: words printed beside them.
    std::sort(us.begin(), us.end());
    std::sort(vs.begin(), vs.end());
    const std::size_t cut = vs.size() / 50;
    u_low = us.front(), u_high = us.back();
    v_low = vs[cut], v_high = vs[vs.size() - 1 - cut];
  }
  region.across = u_high - u_low + cell_side;
  region.along = v_high - v_low + cell_side;
  const double u = (u_low + u_high) / 2;
  const double v = (v_low + v_high) / 2;
  region.centre_x = c * u - s * v;
  region.centre_y = s * u + c * v;
}

/// Matrix codes have as many edges one way as the other, linear ones all one way; words lie
/// between.
double likeness(double coherence, double fill) {
  if (coherence > 0.7) return 2;
  if (coherence > 0.42) return fill;
  return coherence < 0.13 ? 3 * fill : 0.4 * fill;
}

Region region_of(const Cells& cells, const Groups::Group& found, double noise) {
  const std::vector<int>& group = found.cells;
  int left = cells.columns, right = 0, top = cells.rows, bottom = 0;
  double xx = 0, yy = 0, xy = 0;
  for (const int at : group) {
    const int column = at % cells.columns;
    const int row = at / cells.columns;
    left = std::min(left, column);
    right = std::max(right, column);
    top = std::min(top, row);
    bottom = std::max(bottom, row);
    const Cell& cell = cells.all[static_cast<std::size_t>(at)];
    // Strong cells count less than they are: the rim of a label outshines a faint code on it.
    const double vote = 1 / std::sqrt(double{cell.energy()});
    xx += std::max(0.0, double{cell.xx} - noise / 2) * vote;
    yy += std::max(0.0, double{cell.yy} - noise / 2) * vote;
    xy += double{cell.xy} * vote;
  }
  Region region;
  region.left = left * cell_side;
  region.top = top * cell_side;
  region.width = (right - left + 1) * cell_side + 2;
  region.height = (bottom - top + 1) * cell_side + 2;
  const Direction way = direction_of(xx, yy, xy);
  region.angle = way.angle;
  region.coherence = std::min(way.coherence, 1.0);
  enclose_bars(cells, group, region);
  // Codes are dense; how strong their edges are says little.
  const auto count = static_cast<double>(group.size());
  const double box = double(right - left + 1) * (bottom - top + 1);
  region.weight = (found.cores + 0.2 * count) * likeness(region.coherence, count / box);
  return region;
}

void scale(Region& region, int factor) {
  region.left *= factor;
  region.top *= factor;
  region.width *= factor;
  region.height *= factor;
  region.centre_x *= factor;
  region.centre_y *= factor;
  region.across *= factor;
  region.along *= factor;
}

/// Whether two regions are parts of one linear code: wide spaces of large bars tear it.
bool one_code(const Region& a, const Region& b) {
  constexpr double bars_least = 0.55, skew_most = 0.15, gap_most = 90;  // pixels
  if (a.coherence < bars_least || b.coherence < bars_least) return false;
  if (std::abs(std::sin(a.angle - b.angle)) > skew_most) return false;
  const double c = std::cos(a.angle), s = std::sin(a.angle);
  const double x = b.centre_x - a.centre_x, y = b.centre_y - a.centre_y;
  const double longer = std::max(a.along, b.along);
  const double gap = std::abs(c * x + s * y) - (a.across + b.across) / 2;
  return std::abs(c * y - s * x) < 0.3 * longer && 2 * std::min(a.along, b.along) > longer &&
         gap < std::min(gap_most, longer);
}

Region joined(const Region& a, const Region& b) {
  Region both = a.weight > b.weight ? a : b;
  both.left = std::min(a.left, b.left);
  both.top = std::min(a.top, b.top);
  both.width = std::max(a.left + a.width, b.left + b.width) - both.left;
  both.height = std::max(a.top + a.height, b.top + b.height) - both.top;
  const double c = std::cos(both.angle), s = std::sin(both.angle);
  const auto middle = [&](const Region& one) { return c * one.centre_x + s * one.centre_y; };
  const double low = std::min(middle(a) - a.across / 2, middle(b) - b.across / 2);
  const double high = std::max(middle(a) + a.across / 2, middle(b) + b.across / 2);
  const double move = (low + high) / 2 - middle(both);
  both.centre_x += c * move;
  both.centre_y += s * move;
  both.across = high - low;
  both.along = std::max(a.along, b.along);
  both.weight = a.weight + b.weight;
  return both;
}

void join_torn_codes(std::vector<Region>& regions) {
  for (std::size_t i = 0; i < regions.size(); ++i) {
    for (std::size_t j = i + 1; j < regions.size();) {
      if (!one_code(regions[i], regions[j])) {
        ++j;
        continue;
      }
      regions[i] = joined(regions[i], regions[j]);
      regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(j));
      j = i + 1;  // the longer one may reach what was too far
    }
  }
}

std::vector<Region> regions_above(const Cells& cells, double noise) {
  const double threshold = std::max(faint_energy, above_noise * noise);
  std::vector<Region> regions;
  for (const auto& group : Groups(cells, threshold).find()) {
    regions.push_back(region_of(cells, group, noise));
  }
  const auto heavier = [](const Region& a, const Region& b) { return a.weight > b.weight; };
  std::stable_sort(regions.begin(), regions.end(), heavier);
  if (regions.size() > parts_max) regions.resize(parts_max);
  join_torn_codes(regions);
  std::stable_sort(regions.begin(), regions.end(), heavier);
  if (regions.size() > regions_max) regions.resize(regions_max);
  return regions;
}

}  // namespace

std::vector<Region> find_regions(const GreyView& picture) {
  Cells cells = measure(picture);
  if (cells.all.empty()) return {};
  int factor = 1;
  if (energy_of_tenth(cells, 3) > loud_noise) {
    const Grey half = halved(picture);
    Cells calmer = measure(half.view());
    if (!calmer.all.empty()) {
      cells = std::move(calmer);
      factor = 2;
    }
  }
  const double noise = energy_of_tenth(cells, 3);
  std::vector<Region> regions = regions_above(cells, noise);
  // A code that fills most of the frame is not its noise.
  const double quiet = 1.3 * energy_of_tenth(cells, 1);
  const bool found = !regions.empty() && regions[0].weight >= region_weight_sure;
  if (!found && quiet < noise / 2) regions = regions_above(cells, quiet);
  for (Region& region : regions) scale(region, factor);
  return regions;
}

}  // namespace drivers::camera
