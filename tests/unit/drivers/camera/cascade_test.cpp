#include "drivers/camera/cascade.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "drivers/camera/bars.h"
#include "drivers/camera/prepare.h"
#include "tests/bench/camera/generator.h"

using namespace drivers::camera;
using bench::camera::Degradation;
using bench::camera::make_sample;

namespace {

Region region(double weight, double coherence) {
  Region made;
  made.width = made.height = 80;
  made.across = made.along = 80;
  made.weight = weight;
  made.coherence = coherence;
  return made;
}

bool has(const std::vector<Look>& looks, View view) {
  return std::any_of(looks.begin(), looks.end(),
                     [&](const Look& look) { return look.view == view; });
}

}  // namespace

TEST_CASE("locate: a code is found, its bars' direction too, and a bare wall has nothing") {
  Grey wall(640, 480);
  for (std::size_t i = 0; i < wall.pixels.size(); ++i) {
    wall.pixels[i] = static_cast<std::uint8_t>(100 + i % 640 / 20 + i * 7919 % 5);
  }
  CHECK(plan_looks(find_regions(wall.view())).first.empty());
  CHECK(find_regions(Grey(1, 1).view()).empty());
  CHECK(find_regions(Grey(9, 4000).view()).empty());

  // 60 bars, leaning by 30 degrees.
  const double angle = 0.5236;
  for (int y = 0; y < 480; ++y) {
    for (int x = 0; x < 640; ++x) {
      const double across = (x - 320) * std::cos(angle) + (y - 240) * std::sin(angle);
      const double along = (y - 240) * std::cos(angle) - (x - 320) * std::sin(angle);
      if (std::abs(across) > 150 || std::abs(along) > 40) continue;
      wall.row(y)[x] = static_cast<int>(across + 150) / 5 % 2 == 0 ? 30 : 220;
    }
  }
  const auto regions = find_regions(wall.view());
  REQUIRE_FALSE(regions.empty());
  CHECK(regions[0].coherence > 0.7);
  CHECK(std::abs(straightened(wall.view(), regions[0]).angle - angle) < 0.02);
  CHECK(std::abs(regions[0].across - 300) < 25);
  CHECK(std::abs(regions[0].centre_x - 320) < 12);
  CHECK(std::abs(regions[0].centre_y - 240) < 12);
}

TEST_CASE("locate: a code that fills the frame is found") {
  const auto sample = make_sample(Symbology::qr, Degradation::easy, 3);
  const auto regions = find_regions(sample.frame.view());
  REQUIRE_FALSE(regions.empty());
  const Region& code = regions[0];
  const Grey close = copy_of(
      part_of(sample.frame.view(), code.left + 4, code.top + 4, code.width - 8, code.height - 8));
  const auto again = find_regions(close.view());
  REQUIRE_FALSE(again.empty());
  CHECK(again[0].width > close.width * 2 / 3);
}

TEST_CASE("locate: a matrix code has no direction, and its box holds it") {
  const auto sample = make_sample(Symbology::qr, Degradation::easy, 3);
  const auto regions = find_regions(sample.frame.view());
  REQUIRE_FALSE(regions.empty());
  CHECK(regions[0].coherence < 0.2);
  CHECK(std::abs(regions[0].width - regions[0].height) < 30);
}

TEST_CASE("cascade: what is like no code gets no look, little gets the first ones only") {
  CHECK(plan_looks({}) == Plan{});
  CHECK(plan_looks({region(1, 0.0)}) == Plan{});
  const Plan glance = plan_looks({region(10, 0.0)});
  CHECK_FALSE(glance.first.empty());
  CHECK(glance.extra.empty());
  CHECK(plan_looks({region(60, 0.3)}).extra.empty());
  const Plan words = plan_looks({region(120, 0.3)});
  CHECK_FALSE(words.extra.empty());
  CHECK(words.extra.size() < plan_looks({region(120, 0.02)}).extra.size() / 2);
}

TEST_CASE("cascade: bars are looked at as linear codes, matrices as matrices, in between as both") {
  const Plan linear = plan_looks({region(500, 0.9)});
  CHECK(linear.first[0].view == View::bars);
  CHECK_FALSE(has(linear.first, View::grid));
  const Plan matrix = plan_looks({region(500, 0.02)});
  CHECK_FALSE(has(matrix.first, View::bars));
  CHECK(has(matrix.first, View::grid));
  CHECK(has(plan_looks({region(500, 0.5)}).first, View::turned));
}

TEST_CASE("cascade: every kind of fault has a look, the best region has its turn first") {
  const Plan plan = plan_looks({region(500, 0.02), region(400, 0.9)});
  REQUIRE(plan.extra.size() > 10);
  CHECK(plan.extra[0].region == 0);
  CHECK(plan.extra[1].region == 1);
  for (const Light light :
       {Light::inverted, Light::flattened, Light::smoothed, Light::doubled, Light::as_is}) {
    CHECK(std::any_of(plan.extra.begin(), plan.extra.end(),
                      [&](const Look& look) { return look.light == light; }));
  }
  CHECK(std::any_of(plan.extra.begin(), plan.extra.end(),
                    [](const Look& look) { return look.sigma > 0; }));
  CHECK(has(plan.extra, View::whole));
}
