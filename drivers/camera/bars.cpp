#include "drivers/camera/bars.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <numbers>
#include <vector>

#include "drivers/camera/prepare.h"

namespace drivers::camera {
namespace {

constexpr double quiet_pixels = 24;   // beyond the outermost bars, at least
constexpr double quiet_share = 0.06;  // of the length across the bars
constexpr double inner_share = 0.85;  // of the bars' length: their ends are torn or worn
constexpr double row_pixels_max = 3600;
constexpr int sharpen_rounds = 12;

using Row = std::vector<float>;

/// Means of each pixel's surroundings, `half` to either side.
Row local_means(const Row& row, int half) {
  const int size = static_cast<int>(row.size());
  std::vector<double> sums(row.size() + 1, 0);
  for (std::size_t i = 0; i < row.size(); ++i) sums[i + 1] = sums[i] + double{row[i]};
  Row means(row.size());
  for (int x = 0; x < size; ++x) {
    const auto left = static_cast<std::size_t>(std::max(x - half, 0));
    const auto right = static_cast<std::size_t>(std::min(x + half + 1, size));
    means[static_cast<std::size_t>(x)] =
        static_cast<float>((sums[right] - sums[left]) / static_cast<double>(right - left));
  }
  return means;
}

/// The least (or greatest) of each pixel's surroundings, `half` to either side.
template <typename Better>
Row local_extremes(const Row& row, int half, Better better) {
  std::deque<std::size_t> best;  // places from here on, each better than all behind it
  Row extremes(row.size());
  std::size_t next = 0;
  for (std::size_t x = 0; x < row.size(); ++x) {
    for (; next < row.size() && next <= x + static_cast<std::size_t>(half); ++next) {
      while (!best.empty() && !better(row[best.back()], row[next])) best.pop_back();
      best.push_back(next);
    }
    while (best.front() + static_cast<std::size_t>(half) < x) best.pop_front();
    extremes[x] = row[best.front()];
  }
  return extremes;
}

/// The row against the darkest and lightest near by: -1 to 1, in the shade and in the light alike.
void flatten(Row& row, int half) {
  const Row low = local_means(local_extremes(row, half, std::less<>()), half);
  const Row high = local_means(local_extremes(row, half, std::greater<>()), half);
  float widest = 0;
  for (std::size_t i = 0; i < row.size(); ++i) widest = std::max(widest, high[i] - low[i]);
  const float least = std::max(widest * 0.25F, 2.0F);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const float range = std::max(high[i] - low[i], least);
    row[i] = 2 * (row[i] - high[i]) / range + 1;  // what is even is light: the quiet zone
  }
}

/// Van Cittert's iteration against a Gaussian blur.
void sharpen(Row& row, double sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(2.5 * sigma)));
  Row weights;
  float sum = 0;
  for (int i = 0; i <= reach; ++i) {
    weights.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
    sum += i == 0 ? weights.back() : 2 * weights.back();
  }
  const int size = static_cast<int>(row.size());
  const Row seen = row;
  Row padded(row.size() + 2 * static_cast<std::size_t>(reach));
  Row blurred(row.size());
  for (int round = 0; round < sharpen_rounds; ++round) {
    std::fill_n(padded.begin(), reach, row.front());
    std::copy(row.begin(), row.end(), padded.begin() + reach);
    std::fill_n(padded.end() - reach, reach, row.back());
    const float* middle = padded.data() + reach;
    for (int x = 0; x < size; ++x) blurred[static_cast<std::size_t>(x)] = weights[0] * middle[x];
    for (int i = 1; i <= reach; ++i) {
      const float weight = weights[static_cast<std::size_t>(i)];
      float* to = blurred.data();
      for (int x = 0; x < size; ++x) to[x] += weight * (middle[x - i] + middle[x + i]);
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = std::clamp(row[i] + seen[i] - blurred[i] / sum, -2.5F, 2.5F);
    }
  }
}

/// How sharp the mean of a few rows across the bars is.
double sharpness(const GreyView& picture, const Region& region, double angle) {
  constexpr double rows = 10;
  const double height = std::max(region.along * 0.7, rows);
  const Grey patch = upright(
      picture, {region.centre_x, region.centre_y, angle, region.across, height, 1, rows / height});
  const Grey mean = banded(patch.view(), 1);
  const std::uint8_t* row = mean.view().row(0);
  double sum = 0;
  for (int x = 2; x < mean.width; ++x) {
    const double step = row[x] - row[x - 2];
    sum += step * step;
  }
  return sum;
}

}  // namespace

Region straightened(const GreyView& picture, Region region) {
  constexpr double degree = std::numbers::pi / 180;
  for (const double step : {2.5 * degree, 0.8 * degree}) {
    const double middle = region.angle;
    double best = 0;
    for (int i = -3; i <= 3; ++i) {
      const double angle = middle + i * step;
      const double here = sharpness(picture, region, angle);
      if (here > best) best = here, region.angle = angle;
    }
  }
  return region;
}

Grey bars_of(const GreyView& picture, const Region& region, const BarsOptions& options) {
  const double width = region.across + 2 * std::max(quiet_pixels, quiet_share * region.across);
  const double zoom = std::clamp(row_pixels_max / width, 1.0, 4.0);
  const double height = std::max(region.along * inner_share, 4.0);
  const Grey patch =
      upright(picture, {region.centre_x, region.centre_y, region.angle, width, height, zoom, 1});
  Grey rows = banded(patch.view(), options.bands);
  if (options.bars == Bars::light) rows = inverted(rows.view());
  for (int y = 0; y < rows.height; ++y) {
    std::uint8_t* pixels = rows.row(y);
    Row row(pixels, pixels + rows.width);
    flatten(row, rows.width / 24);
    if (options.sigma > 0) sharpen(row, options.sigma * zoom);
    for (std::size_t x = 0; x < row.size(); ++x) {
      pixels[x] = static_cast<std::uint8_t>(std::clamp(128 + 110 * row[x], 0.0F, 255.0F));
    }
  }
  return rows;
}

}  // namespace drivers::camera
