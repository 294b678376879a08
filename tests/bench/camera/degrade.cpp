#include "tests/bench/camera/degrade.h"

#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace bench::camera {
namespace {

void box(Canvas& canvas, int left, int top, int right, int bottom, double light) {
  for (int y = std::max(top, 0); y < std::min(bottom, canvas.height); ++y) {
    for (int x = std::max(left, 0); x < std::min(right, canvas.width); ++x) {
      canvas.at(x, y) = static_cast<float>(light);
    }
  }
}

/// Lines of something like letters: upright and level strokes in cells.
void print_lines(Random& random, Canvas& canvas) {
  const int size = random.whole(8, 22);
  const int left = random.whole(0, canvas.width - 200);
  const int top = random.whole(0, canvas.height - 60);
  const int letters = random.whole(6, 30);
  const double ink = random.uniform(20, 120);
  const int stroke = std::max(1, size / 7);
  for (int line = 0; line < random.whole(1, 5); ++line) {
    for (int letter = 0; letter < letters; ++letter) {
      if (random.whole(0, 5) == 0) continue;  // a blank
      const int x = left + letter * size * 3 / 4;
      const int y = top + line * size * 2;
      for (int strokes = 0; strokes < 3; ++strokes) {
        const int at = random.whole(0, size / 2);
        if (random.whole(0, 1) == 0) {
          box(canvas, x + at, y, x + at + stroke, y + size, ink);
        } else {
          box(canvas, x, y + 2 * at, x + size / 2, y + 2 * at + stroke, ink);
        }
      }
    }
  }
}

void blur(Canvas& canvas, double sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(sigma * 3)));
  std::vector<float> weights;
  float total = 0;
  for (int i = -reach; i <= reach; ++i) {
    weights.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
    total += weights.back();
  }
  for (float& weight : weights) weight /= total;
  const Canvas before = canvas;
  Canvas across = canvas;
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      float sum = 0;
      for (int i = -reach; i <= reach; ++i) {
        sum += weights[static_cast<std::size_t>(i + reach)] *
               before.at(std::clamp(x + i, 0, canvas.width - 1), y);
      }
      across.at(x, y) = sum;
    }
  }
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      float sum = 0;
      for (int i = -reach; i <= reach; ++i) {
        sum += weights[static_cast<std::size_t>(i + reach)] *
               across.at(x, std::clamp(y + i, 0, canvas.height - 1));
      }
      canvas.at(x, y) = sum;
    }
  }
}

void move(Canvas& canvas, double length, double angle) {
  const Canvas before = canvas;
  const int steps = std::max(3, static_cast<int>(length * 2) + 1);
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      float sum = 0;
      for (int i = 0; i < steps; ++i) {
        const double t = (i / (steps - 1.0) - 0.5) * length;
        const double fx = std::clamp(x + t * std::cos(angle), 0.0, canvas.width - 1.001);
        const double fy = std::clamp(y + t * std::sin(angle), 0.0, canvas.height - 1.001);
        const int ix = static_cast<int>(fx);
        const int iy = static_cast<int>(fy);
        const auto ax = static_cast<float>(fx - ix);
        const auto ay = static_cast<float>(fy - iy);
        sum += (1 - ay) * ((1 - ax) * before.at(ix, iy) + ax * before.at(ix + 1, iy)) +
               ay * ((1 - ax) * before.at(ix, iy + 1) + ax * before.at(ix + 1, iy + 1));
      }
      canvas.at(x, y) = sum / static_cast<float>(steps);
    }
  }
}

void light_unevenly(Random& random, Canvas& canvas) {
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  const double darkest = random.uniform(0.12, 0.3);
  const double edge = random.uniform(-0.1, 0.1);
  const bool shadow = random.whole(0, 1) == 0;  // with an edge, or a slope
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const double across = (x / double(canvas.width) - 0.5) * std::cos(angle) +
                            (y / double(canvas.height) - 0.5) * std::sin(angle);
      const double slope = std::clamp(0.5 + across, 0.0, 1.0);
      const double step = 1 / (1 + std::exp(-(across - edge) * 60));
      canvas.at(x, y) *= static_cast<float>(darkest + (1 - darkest) * (shadow ? step : slope));
    }
  }
}

void spot(Canvas& canvas, double at_x, double at_y, double radius) {
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const double far = std::hypot(x - at_x, y - at_y) / radius;
      canvas.at(x, y) += static_cast<float>(400 * std::exp(-far * far * 1.5));
    }
  }
}

/// Scratches and a blot over part of the code.
void damage(Random& random, Canvas& canvas, const Area& area) {
  for (int i = random.whole(2, 4); i > 0; --i) {
    const auto& at = area.points[random.bits() % area.points.size()];
    const double angle = random.uniform(0, std::numbers::pi);
    const double length = random.uniform(0.15, 0.4) * std::max(area.width, area.height);
    const double light = random.whole(0, 1) == 0 ? 30 : 220;
    const double thick = random.uniform(0.5, 1.2) * area.module;
    for (double t = -length / 2; t < length / 2; t += 0.5) {
      const double x = at[0] + t * std::cos(angle);
      const double y = at[1] + t * std::sin(angle);
      box(canvas, int(x - thick / 2), int(y - thick / 2), int(x + thick / 2 + 1),
          int(y + thick / 2 + 1), light);
    }
  }
  const auto& at = area.points[random.bits() % area.points.size()];
  const double side = random.uniform(0.04, 0.09) * std::min(area.width, area.height);
  box(canvas, int(at[0] - side), int(at[1] - side), int(at[0] + side), int(at[1] + side),
      random.whole(0, 1) == 0 ? 25 : 225);
}

void compress(Grey& frame, int quality) {
  void* compressor = tjInitCompress();
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  tjCompress2(compressor, frame.pixels.data(), frame.width, 0, frame.height, TJPF_GRAY, &jpeg,
              &size, TJSAMP_GRAY, quality, 0);
  tjDestroy(compressor);
  void* turbo = tjInitDecompress();
  tjDecompress2(turbo, jpeg, size, frame.pixels.data(), frame.width, 0, frame.height, TJPF_GRAY, 0);
  tjDestroy(turbo);
  tjFree(jpeg);
}

}  // namespace

Canvas lobby(Random& random, int width, int height) {
  Canvas canvas{width, height, std::vector<float>(static_cast<std::size_t>(width * height))};
  const double base = random.uniform(70, 190);
  const double slope_x = random.uniform(-50, 50);
  const double slope_y = random.uniform(-50, 50);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      canvas.at(x, y) = static_cast<float>(base + slope_x * x / width + slope_y * y / height);
    }
  }
  for (int i = random.whole(0, 5); i > 0; --i) {
    const int left = random.whole(-100, width);
    const int top = random.whole(-100, height);
    const int right = left + random.whole(30, 500);
    const int bottom = top + random.whole(30, 400);
    box(canvas, left, top, right, bottom, random.uniform(40, 220));
  }
  for (int i = random.whole(0, 3); i > 0; --i) print_lines(random, canvas);
  return canvas;
}

void finish(Random& random, Canvas& canvas, Degradation degradation, const Area& area,
            Grey& frame) {
  double focus = 0.5;
  double noise = random.uniform(1, 3);
  const double angle = random.uniform(0, std::numbers::pi);
  const double strength = random.uniform(0, 1);
  switch (degradation) {
    case Degradation::blur:
      focus = std::max(0.8, area.module * (0.4 + 0.4 * strength));
      break;
    case Degradation::motion:
      move(canvas, std::max(2.0, area.module * (1.0 + 1.4 * strength)), angle);
      break;
    case Degradation::noise:
      noise = 22 + 33 * strength;
      break;
    case Degradation::uneven_light:
      light_unevenly(random, canvas);
      break;
    case Degradation::glare: {
      const auto& at = area.points[random.bits() % area.points.size()];
      spot(canvas, at[0], at[1], (0.1 + 0.15 * strength) * std::max(area.width, area.height));
      break;
    }
    case Degradation::damage:
      damage(random, canvas, area);
      break;
    default:
      break;
  }
  blur(canvas, focus);
  frame = Grey(canvas.width, canvas.height);
  for (std::size_t i = 0; i < canvas.light.size(); ++i) {
    const double value = double(canvas.light[i]) + noise * random.normal();
    frame.pixels[i] = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
  }
  if (degradation == Degradation::jpeg) compress(frame, static_cast<int>(4 + 12 * strength));
}

}  // namespace bench::camera
