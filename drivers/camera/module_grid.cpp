#include "drivers/camera/module_grid.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

#include "drivers/camera/prepare.h"

namespace drivers::camera {
namespace {

constexpr double patch_side_max = 640;  // pixels of the frame
constexpr double pitch_min = 1.3;       // pixels of the frame
constexpr double pitch_max = 14;
constexpr double clear_peak = 0.12;  // of all the edges' strength: below, there is no grid
constexpr int modules_max = 180;     // a QR code has 177 at most
constexpr int rim = 12;              // pixels of the frame around the region
constexpr int drawn_pixels = 4;      // a module of the result

/// The direction of the grid, in (-pi/4, pi/4]: edges at right angles count as one direction.
double grid_angle(const GreyView& part) {
  double re = 0, im = 0;
  for (int y = 1; y + 1 < part.height; ++y) {
    const std::uint8_t* row = part.row(y);
    const std::uint8_t* above = part.row(y - 1);
    const std::uint8_t* below = part.row(y + 1);
    for (int x = 1; x + 1 < part.width; ++x) {
      const auto gx = static_cast<float>(row[x + 1] - row[x - 1]);
      const auto gy = static_cast<float>(below[x] - above[x]);
      const float square = gx * gx + gy * gy;
      if (square < 64) continue;
      const float a = gx * gx - gy * gy;  // (gx + i gy)^4 / |g|^2
      const float b = 2 * gx * gy;
      re += double{(a * a - b * b) / square};
      im += double{2 * a * b / square};
    }
  }
  return std::atan2(im, re) / 4;
}

enum class Edges { across_columns, across_rows };

/// How strong the edges at each column are, or at each row.
std::vector<double> edge_profile(const GreyView& patch, Edges edges, double zoom) {
  const bool columns = edges == Edges::across_columns;
  const int size = columns ? patch.width : patch.height;
  std::vector<double> profile(static_cast<std::size_t>(size), 0);
  for (int y = 1; y + 1 < patch.height; ++y) {
    const std::uint8_t* row = patch.row(y);
    const std::uint8_t* above = patch.row(y - 1);
    const std::uint8_t* below = patch.row(y + 1);
    int sum = 0;
    for (int x = 1; x + 1 < patch.width; ++x) {
      if (columns) {
        profile[static_cast<std::size_t>(x)] += std::abs(row[x + 1] - row[x - 1]);
      } else {
        sum += std::abs(below[x] - above[x]);
      }
    }
    if (!columns) profile[static_cast<std::size_t>(y)] = sum;
  }
  // Only the ripple counts, not where there are more edges or fewer.
  std::vector<double> sums(profile.size() + 1, 0);
  for (std::size_t i = 0; i < profile.size(); ++i) sums[i + 1] = sums[i] + profile[i];
  const auto half = static_cast<std::size_t>(10 * zoom);
  std::vector<double> ripple(profile.size());
  for (std::size_t i = 0; i < profile.size(); ++i) {
    const std::size_t from = i < half ? 0 : i - half;
    const std::size_t to = std::min(i + half + 1, profile.size());
    const double mean = (sums[to] - sums[from]) / static_cast<double>(to - from);
    ripple[i] = std::min(profile[i] - mean, 0.8 * mean);  // a label's rim is one strong edge
  }
  return ripple;
}

std::complex<double> wave(const std::vector<double>& ripple, double frequency) {
  const std::complex<double> step = std::polar(1.0, -2 * std::numbers::pi * frequency);
  std::complex<double> turn = 1, sum = 0;
  for (const double value : ripple) {
    sum += value * turn;
    turn *= step;
  }
  return sum;
}

double strength(const std::vector<double>& ripple) {
  double sum = 0;
  for (const double value : ripple) sum += std::abs(value);
  return sum + 1e-9;
}

/// Lines of a grid: at first + k * pitch.
struct Lines {
  double first = 0;
  double pitch = 0;
};

Lines lines_at(const std::vector<double>& ripple, double frequency) {
  // The frequency that fits this direction best: the other may be foreshortened.
  double best = frequency, peak = 0;
  for (double f = frequency * 0.95; f <= frequency * 1.05; f += frequency * 0.0025) {
    const double here = std::abs(wave(ripple, f));
    if (here > peak) peak = here, best = f;
  }
  const double phase = -std::arg(wave(ripple, best)) / (2 * std::numbers::pi);
  return {(phase - std::floor(phase)) / best, 1 / best};
}

/// The frequencies at which both profiles ripple most, strongest first.
std::vector<double> common_frequencies(const std::vector<double>& across,
                                       const std::vector<double>& down, double zoom) {
  const double low = 1 / (pitch_max * zoom);
  const double high = std::min(1 / (pitch_min * zoom), 0.45);
  const double step = 0.4 / static_cast<double>(std::max(across.size(), down.size()));
  std::vector<double> heights;
  for (double f = low; f <= high; f += step) {
    heights.push_back(std::abs(wave(across, f)) + std::abs(wave(down, f)));
  }
  const double least = clear_peak * (strength(across) + strength(down));
  std::vector<std::pair<double, double>> peaks;
  for (std::size_t i = 1; i + 1 < heights.size(); ++i) {
    const bool is_peak = heights[i] >= heights[i - 1] && heights[i] > heights[i + 1];
    if (is_peak && heights[i] > least) {
      peaks.emplace_back(heights[i], low + static_cast<double>(i) * step);
    }
  }
  std::sort(peaks.begin(), peaks.end(), std::greater<>());
  std::vector<double> frequencies;
  for (const auto& [height, frequency] : peaks) frequencies.push_back(frequency);
  return frequencies;
}

/// Mean light in the middle of a module.
float light_at(const GreyView& patch, double x, double y, double pitch) {
  const double reach = pitch * 0.22;
  int sum = 0, count = 0;
  for (const double dy : {-reach, 0.0, reach}) {
    for (const double dx : {-reach, 0.0, reach}) {
      const int px = std::clamp(static_cast<int>(x + dx), 0, patch.width - 1);
      const int py = std::clamp(static_cast<int>(y + dy), 0, patch.height - 1);
      sum += patch.row(py)[px];
      ++count;
    }
  }
  return static_cast<float>(sum) / static_cast<float>(count);
}

struct Lattice {
  int width = 0;
  int height = 0;
  std::vector<float> light;

  float at(int x, int y) const {
    const int cx = std::clamp(x, 0, width - 1);
    const int cy = std::clamp(y, 0, height - 1);
    return light[static_cast<std::size_t>(cy * width + cx)];
  }
};

Lattice measure(const GreyView& patch, const Lines& columns, const Lines& rows) {
  Lattice lattice;
  lattice.width = static_cast<int>((patch.width - columns.first) / columns.pitch);
  lattice.height = static_cast<int>((patch.height - rows.first) / rows.pitch);
  if (lattice.width > modules_max || lattice.height > modules_max) return {};
  for (int j = 0; j < lattice.height; ++j) {
    for (int i = 0; i < lattice.width; ++i) {
      const double x = columns.first + (i + 0.5) * columns.pitch + 0.5;
      const double y = rows.first + (j + 0.5) * rows.pitch + 0.5;
      lattice.light.push_back(light_at(patch, x, y, std::min(columns.pitch, rows.pitch)));
    }
  }
  return lattice;
}

/// Takes the light of the four neighbours off each module.
Lattice sharpened_modules(const Lattice& from, double amount) {
  Lattice to = from;
  const auto share = static_cast<float>(amount);
  for (int y = 0; y < from.height; ++y) {
    for (int x = 0; x < from.width; ++x) {
      const float beside =
          (from.at(x - 1, y) + from.at(x + 1, y) + from.at(x, y - 1) + from.at(x, y + 1)) / 4;
      const float own = from.at(x, y);
      to.light[static_cast<std::size_t>(y * from.width + x)] = own + share * (own - beside);
    }
  }
  return to;
}

/// Black and white against the middle of what is darkest and lightest near by.
Grey draw(const Lattice& lattice) {
  Grey result(lattice.width * drawn_pixels, lattice.height * drawn_pixels);
  std::vector<float> sorted = lattice.light;
  std::sort(sorted.begin(), sorted.end());
  const float darkest = sorted[sorted.size() / 20];
  const float lightest = sorted[sorted.size() - 1 - sorted.size() / 20];
  constexpr int near = 4;
  for (int y = 0; y < lattice.height; ++y) {
    for (int x = 0; x < lattice.width; ++x) {
      float low = lattice.at(x, y), high = low;
      for (int dy = -near; dy <= near; ++dy) {
        for (int dx = -near; dx <= near; ++dx) {
          low = std::min(low, lattice.at(x + dx, y + dy));
          high = std::max(high, lattice.at(x + dx, y + dy));
        }
      }
      const bool even = high - low < 0.35F * (lightest - darkest);
      const float middle = even ? (darkest + lightest) / 2 : (low + high) / 2;
      const std::uint8_t pixel = lattice.at(x, y) < middle ? 0 : 255;
      for (int row = 0; row < drawn_pixels; ++row) {
        std::fill_n(result.row(y * drawn_pixels + row) + x * drawn_pixels, drawn_pixels, pixel);
      }
    }
  }
  return result;
}

/// How many of 9 x 9 modules are as in the bull's eye of an Aztec code with its middle there.
int bulls_eye(const Grey& drawn, int column, int row) {
  constexpr int reach = 4;
  int fitting = 0;
  for (int dy = -reach; dy <= reach; ++dy) {
    for (int dx = -reach; dx <= reach; ++dx) {
      const int ring = std::max(std::abs(dx), std::abs(dy));
      const int y = (row + dy) * drawn_pixels;
      const int x = (column + dx) * drawn_pixels;
      const bool dark = drawn.view().row(y)[x] == 0;
      fitting += dark == (ring % 2 == 0) ? 1 : 0;
    }
  }
  return fitting;
}

/// Cut so that the bull's eye, if there is one, lies in the middle, where ZXing looks for it.
Grey centred(Grey drawn) {
  const int width = drawn.width / drawn_pixels;
  const int height = drawn.height / drawn_pixels;
  constexpr int reach = 4;
  int best = 0, best_x = 0, best_y = 0;
  for (int y = reach; y < height - reach; ++y) {
    for (int x = reach; x < width - reach; ++x) {
      const int fit = bulls_eye(drawn, x, y);
      const int either = std::max(fit, 81 - fit);  // dark on light, or light on dark
      if (either > best) best = either, best_x = x, best_y = y;
    }
  }
  constexpr int surely = 70;  // of 81
  if (best < surely) return drawn;
  const int half_x = std::min(best_x, width - 1 - best_x);
  const int half_y = std::min(best_y, height - 1 - best_y);
  const int half = std::min(half_x, half_y);
  const int side = (2 * half + 1) * drawn_pixels;
  return copy_of(part_of(drawn.view(), (best_x - half) * drawn_pixels,
                         (best_y - half) * drawn_pixels, side, side));
}

}  // namespace

std::optional<Grey> modules_of(const GreyView& picture, const Region& region,
                               const GridOptions& options) {
  const GreyView seen = part_of(picture, region.left - rim, region.top - rim,
                                region.width + 2 * rim, region.height + 2 * rim);
  Grey sharp;
  if (options.sigma > 0) sharp = sharpened(seen, options.sigma, 4);
  const GreyView part = options.sigma > 0 ? sharp.view() : seen;
  const double angle = grid_angle(part);
  const double c = std::abs(std::cos(angle));
  const double s = std::abs(std::sin(angle));
  // The square whose turned bounding box is the region.
  const double side = std::max(region.width, region.height) / (c + s);
  const double room = side + 8;
  if (room > patch_side_max) return std::nullopt;
  const double zoom = room > 320 ? 1.5 : 3;
  const double middle_x = region.left + region.width / 2.0 - std::max(region.left - rim, 0);
  const double middle_y = region.top + region.height / 2.0 - std::max(region.top - rim, 0);
  const Grey patch = upright(part, {middle_x, middle_y, angle, room, room, zoom, zoom});
  const auto across = edge_profile(patch.view(), Edges::across_columns, zoom);
  const auto down = edge_profile(patch.view(), Edges::across_rows, zoom);
  const auto frequencies = common_frequencies(across, down, zoom);
  if (frequencies.size() <= options.choice) return std::nullopt;
  const double frequency = frequencies[options.choice];
  Lattice lattice = measure(patch.view(), lines_at(across, frequency), lines_at(down, frequency));
  if (lattice.width < 10 || lattice.height < 10) return std::nullopt;
  if (options.sharpen > 0) lattice = sharpened_modules(lattice, options.sharpen);
  return centred(draw(lattice));
}

}  // namespace drivers::camera
