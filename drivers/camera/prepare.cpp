#include "drivers/camera/prepare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace drivers::camera {
namespace {

std::uint8_t to_pixel(float value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
}

/// A Gaussian as weights for a pixel and its neighbours on either side.
std::vector<float> gaussian(double sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(2.5 * sigma)));
  std::vector<float> weights;
  double sum = 0;
  for (int i = 0; i <= reach; ++i) {
    const double weight = std::exp(-i * i / (2 * sigma * sigma));
    weights.push_back(static_cast<float>(weight));
    sum += i == 0 ? weight : 2 * weight;
  }
  for (float& weight : weights) weight /= static_cast<float>(sum);
  return weights;
}

/// Blurs a picture of floats across, then down; `other` is room of the same size.
void blur(std::vector<float>& light, std::vector<float>& other, int width, int height,
          const std::vector<float>& weights) {
  const int reach = static_cast<int>(weights.size()) - 1;
  std::vector<float> padded(static_cast<std::size_t>(width + 2 * reach));
  for (int y = 0; y < height; ++y) {
    const float* from = &light[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)];
    float* to = &other[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)];
    std::fill_n(padded.begin(), reach, from[0]);
    std::copy_n(from, width, padded.begin() + reach);
    std::fill_n(padded.end() - reach, reach, from[width - 1]);
    const float* middle = padded.data() + reach;
    for (int x = 0; x < width; ++x) to[x] = weights[0] * middle[x];
    for (int i = 1; i <= reach; ++i) {
      const float weight = weights[static_cast<std::size_t>(i)];
      for (int x = 0; x < width; ++x) to[x] += weight * (middle[x - i] + middle[x + i]);
    }
  }
  for (int y = 0; y < height; ++y) {
    const auto row = [&](int at) {
      const int inside = std::clamp(at, 0, height - 1);
      return &other[static_cast<std::size_t>(inside) * static_cast<std::size_t>(width)];
    };
    float* to = &light[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)];
    const float* middle = row(y);
    for (int x = 0; x < width; ++x) to[x] = weights[0] * middle[x];
    for (int i = 1; i <= reach; ++i) {
      const float weight = weights[static_cast<std::size_t>(i)];
      const float* above = row(y - i);
      const float* below = row(y + i);
      for (int x = 0; x < width; ++x) to[x] += weight * (above[x] + below[x]);
    }
  }
}

std::array<int, 256> histogram(const GreyView& picture) {
  std::array<int, 256> counts{};
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.row(y);
    for (int x = 0; x < picture.width; ++x) ++counts[row[x]];
  }
  return counts;
}

/// Sums of all pixels, and of their squares, above and left of each corner.
struct Sums {
  int columns;
  std::vector<std::int64_t> light;
  std::vector<std::int64_t> squares;

  explicit Sums(const GreyView& picture)
      : columns(picture.width + 1),
        light(static_cast<std::size_t>(columns) * static_cast<std::size_t>(picture.height + 1)),
        squares(light.size()) {
    for (int y = 0; y < picture.height; ++y) {
      const std::uint8_t* row = picture.row(y);
      const auto above = static_cast<std::size_t>(y) * static_cast<std::size_t>(columns);
      const std::size_t here = above + static_cast<std::size_t>(columns);
      std::int64_t sum = 0, square = 0;
      for (std::size_t x = 0; x < static_cast<std::size_t>(picture.width); ++x) {
        sum += row[x];
        square += row[x] * row[x];
        light[here + x + 1] = light[above + x + 1] + sum;
        squares[here + x + 1] = squares[above + x + 1] + square;
      }
    }
  }

  static std::int64_t inside(const std::vector<std::int64_t>& of, std::size_t top_left,
                             std::size_t bottom_left, std::size_t width) {
    return of[bottom_left + width] - of[bottom_left] - of[top_left + width] + of[top_left];
  }
};

}  // namespace

GreyView part_of(const GreyView& picture, int left, int top, int width, int height) {
  const int x0 = std::clamp(left, 0, picture.width);
  const int y0 = std::clamp(top, 0, picture.height);
  const int x1 = std::clamp(left + width, x0, picture.width);
  const int y1 = std::clamp(top + height, y0, picture.height);
  return {picture.row(y0) + x0, x1 - x0, y1 - y0, picture.stride};
}

Grey copy_of(const GreyView& picture) {
  Grey copy(picture.width, picture.height);
  for (int y = 0; y < picture.height; ++y) std::copy_n(picture.row(y), picture.width, copy.row(y));
  return copy;
}

Grey inverted(const GreyView& picture) {
  Grey result = copy_of(picture);
  for (std::uint8_t& pixel : result.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  return result;
}

Grey stretched(const GreyView& picture) {
  const std::array<int, 256> counts = histogram(picture);
  const int hundredth = picture.width * picture.height / 100;
  int low = 0, high = 255;
  for (int sum = counts[0]; low < 255 && sum <= hundredth;) {
    sum += counts[static_cast<std::size_t>(++low)];
  }
  for (int sum = counts[255]; high > 0 && sum <= hundredth;) {
    sum += counts[static_cast<std::size_t>(--high)];
  }
  std::array<std::uint8_t, 256> to{};
  const float factor = 255.0F / static_cast<float>(std::max(high - low, 1));
  for (int i = 0; i < 256; ++i) {
    to[static_cast<std::size_t>(i)] = to_pixel(static_cast<float>(i - low) * factor);
  }
  Grey result = copy_of(picture);
  for (std::uint8_t& pixel : result.pixels) pixel = to[pixel];
  return result;
}

Grey flattened(const GreyView& picture, int side) {
  const Sums sums(picture);
  Grey result(picture.width, picture.height);
  const int half = std::max(side / 2, 1);
  for (int y = 0; y < picture.height; ++y) {
    const int top = std::max(y - half, 0);
    const int bottom = std::min(y + half + 1, picture.height);
    const std::uint8_t* row = picture.row(y);
    std::uint8_t* to = result.row(y);
    for (int x = 0; x < picture.width; ++x) {
      const int left = std::max(x - half, 0);
      const int right = std::min(x + half + 1, picture.width);
      const auto first = static_cast<std::size_t>(top * sums.columns + left);
      const auto last = static_cast<std::size_t>(bottom * sums.columns + left);
      const auto wide = static_cast<std::size_t>(right - left);
      const auto count = static_cast<float>((right - left) * (bottom - top));
      const float mean = static_cast<float>(Sums::inside(sums.light, first, last, wide)) / count;
      const float square =
          static_cast<float>(Sums::inside(sums.squares, first, last, wide)) / count;
      constexpr float spread_min = 4;  // of grey levels: what is less is noise
      const float spread = std::max(std::sqrt(std::max(square - mean * mean, 0.0F)), spread_min);
      constexpr float contrast = 70;
      to[x] = to_pixel(128 + contrast * (static_cast<float>(row[x]) - mean) / spread);
    }
  }
  return result;
}

Grey smoothed(const GreyView& picture) {
  Grey result = copy_of(picture);
  if (picture.width < 3 || picture.height < 3) return result;
  std::vector<int> column(static_cast<std::size_t>(picture.width));
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* above = picture.row(std::max(y - 1, 0));
    const std::uint8_t* here = picture.row(y);
    const std::uint8_t* below = picture.row(std::min(y + 1, picture.height - 1));
    for (int x = 0; x < picture.width; ++x) {
      column[static_cast<std::size_t>(x)] = above[x] + 2 * here[x] + below[x];
    }
    std::uint8_t* to = result.row(y);
    const int* sum = column.data();
    for (int x = 1; x < picture.width - 1; ++x) {
      to[x] = static_cast<std::uint8_t>((sum[x - 1] + 2 * sum[x] + sum[x + 1] + 8) / 16);
    }
  }
  return result;
}

Grey sharpened(const GreyView& picture, double sigma, int rounds) {
  Grey result = copy_of(picture);
  if (result.pixels.empty()) return result;
  const std::vector<float> weights = gaussian(sigma);
  const std::vector<float> seen(result.pixels.begin(), result.pixels.end());
  std::vector<float> guess = seen;
  std::vector<float> blurred(seen.size()), room(seen.size());
  for (int round = 0; round < rounds; ++round) {
    blurred = guess;
    blur(blurred, room, picture.width, picture.height, weights);
    for (std::size_t i = 0; i < guess.size(); ++i) {
      guess[i] = std::clamp(guess[i] + seen[i] - blurred[i], 0.0F, 255.0F);
    }
  }
  std::transform(guess.begin(), guess.end(), result.pixels.begin(), to_pixel);
  return result;
}

Grey halved(const GreyView& picture) {
  Grey result(picture.width / 2, picture.height / 2);
  for (int y = 0; y < result.height; ++y) {
    const std::uint8_t* upper = picture.row(2 * y);
    const std::uint8_t* lower = picture.row(2 * y + 1);
    std::uint8_t* to = result.row(y);
    for (int x = 0; x < result.width; ++x) {
      const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
      to[x] = static_cast<std::uint8_t>((sum + 2) / 4);
    }
  }
  return result;
}

Grey doubled(const GreyView& picture) {
  const double width = picture.width;
  const double height = picture.height;
  return upright(picture, {width / 2, height / 2, 0, width, height, 2, 2});
}

Grey upright(const GreyView& picture, const TurnedBox& box) {
  Grey result(std::clamp(static_cast<int>(std::lround(box.width * box.zoom_width)), 1, side_max),
              std::clamp(static_cast<int>(std::lround(box.height * box.zoom_height)), 1, side_max));
  if (picture.width < 2 || picture.height < 2) return result;
  // In 1/65536 of a pixel, from the middle of the box's first pixel on.
  constexpr double one = 65536;
  const double c = std::cos(box.angle) / box.zoom_width;
  const double s = std::sin(box.angle) / box.zoom_width;
  const double down_c = std::cos(box.angle) / box.zoom_height;
  const double down_s = std::sin(box.angle) / box.zoom_height;
  const auto limit_x = static_cast<std::int64_t>((picture.width - 1) * one) - 1;
  const auto limit_y = static_cast<std::int64_t>((picture.height - 1) * one) - 1;
  const auto step_x = static_cast<std::int64_t>(std::lround(c * one));
  const auto step_y = static_cast<std::int64_t>(std::lround(s * one));
  for (int row = 0; row < result.height; ++row) {
    const double u = 0.5 - result.width / 2.0;
    const double v = row + 0.5 - result.height / 2.0;
    auto at_x = static_cast<std::int64_t>((box.centre_x - 0.5 + c * u - down_s * v) * one);
    auto at_y = static_cast<std::int64_t>((box.centre_y - 0.5 + s * u + down_c * v) * one);
    std::uint8_t* to = result.row(row);
    for (int column = 0; column < result.width; ++column, at_x += step_x, at_y += step_y) {
      const std::int64_t x = std::clamp<std::int64_t>(at_x, 0, limit_x);
      const std::int64_t y = std::clamp<std::int64_t>(at_y, 0, limit_y);
      const std::uint8_t* upper = picture.row(static_cast<int>(y >> 16)) + (x >> 16);
      const std::uint8_t* lower = upper + picture.stride;
      const int fx = static_cast<int>(x & 0xFFFF) >> 8;
      const int fy = static_cast<int>(y & 0xFFFF) >> 8;
      const int top = upper[0] * (256 - fx) + upper[1] * fx;
      const int bottom = lower[0] * (256 - fx) + lower[1] * fx;
      to[column] = static_cast<std::uint8_t>((top * (256 - fy) + bottom * fy + 32768) >> 16);
    }
  }
  return result;
}

Grey rotated(const GreyView& picture, double angle) {
  const double c = std::abs(std::cos(angle));
  const double s = std::abs(std::sin(angle));
  return upright(picture, {picture.width / 2.0, picture.height / 2.0, angle,
                           c * picture.width + s * picture.height,
                           s * picture.width + c * picture.height, 1, 1});
}

Grey banded(const GreyView& picture, int bands) {
  const int count = std::clamp(bands, 1, std::max(picture.height, 1));
  Grey result(picture.width, count);
  std::vector<int> sums(static_cast<std::size_t>(picture.width));
  for (int band = 0; band < count; ++band) {
    const int first = band * picture.height / count;
    const int last = std::max((band + 1) * picture.height / count, first + 1);
    std::fill(sums.begin(), sums.end(), 0);
    for (int y = first; y < std::min(last, picture.height); ++y) {
      const std::uint8_t* row = picture.row(y);
      for (std::size_t x = 0; x < sums.size(); ++x) sums[x] += row[x];
    }
    std::uint8_t* to = result.row(band);
    const int rows = last - first;
    for (std::size_t x = 0; x < sums.size(); ++x) {
      to[x] = static_cast<std::uint8_t>((sums[x] + rows / 2) / rows);
    }
  }
  return result;
}

}  // namespace drivers::camera
