#include "tests/bench/camera/generator.h"

#include <BarcodeFormat.h>
#include <BitMatrix.h>
#include <MultiFormatWriter.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "tests/bench/camera/degrade.h"
#include "tests/bench/camera/random.h"

namespace bench::camera {
namespace {

constexpr int frame_width = 1280;
constexpr int frame_height = 720;

std::string from_letters(Random& random, const std::string& letters, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += letters[static_cast<std::size_t>(random.whole(0, int(letters.size()) - 1))];
  }
  return text;
}

const std::string digits = "0123456789";
const std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const std::string lower = "abcdefghijklmnopqrstuvwxyz";

std::string text_for(Random& random, Symbology symbology) {
  const int kind = random.whole(0, 2);
  switch (symbology) {
    case Symbology::qr:
      if (kind == 0) return from_letters(random, digits + "ABCDEF", 64) + ":1";
      if (kind == 1) return "https://h.example/a?t=" + from_letters(random, lower + digits, 20);
      return from_letters(random, digits, random.whole(10, 28));
    case Symbology::code128:
      if (kind == 0) return "P" + from_letters(random, digits, 9);
      if (kind == 1) return from_letters(random, digits, 2 * random.whole(4, 9));
      return from_letters(random, upper + lower + digits + "-", random.whole(8, 14));
    case Symbology::code39:
      if (kind == 0) return "S" + from_letters(random, digits, 7) + from_letters(random, upper, 1);
      return from_letters(random, upper + digits, random.whole(6, 11));
    case Symbology::pdf417:
      if (kind == 0) return from_letters(random, upper + digits, random.whole(20, 60));
      if (kind == 1) return from_letters(random, digits, random.whole(30, 80));
      return "ANSI 000000100001DL00310185DLDAQ" + from_letters(random, upper + digits, 60);
    case Symbology::data_matrix:
    case Symbology::aztec:
      if (kind == 0) return from_letters(random, digits, random.whole(12, 40));
      if (kind == 1) return from_letters(random, upper + digits, random.whole(10, 30));
      return "urn:visit:" + from_letters(random, lower + digits, random.whole(10, 26));
    case Symbology::none:
      return {};
  }
  return {};
}

ZXing::BarcodeFormat format_of(Symbology symbology) {
  switch (symbology) {
    case Symbology::qr:
      return ZXing::BarcodeFormat::QRCode;
    case Symbology::code128:
      return ZXing::BarcodeFormat::Code128;
    case Symbology::code39:
      return ZXing::BarcodeFormat::Code39;
    case Symbology::pdf417:
      return ZXing::BarcodeFormat::PDF417;
    case Symbology::data_matrix:
      return ZXing::BarcodeFormat::DataMatrix;
    default:
      return ZXing::BarcodeFormat::Aztec;
  }
}

bool is_linear(Symbology symbology) {
  return symbology == Symbology::code128 || symbology == Symbology::code39;
}

/// The code in modules, without quiet zone; a linear one has one row.
struct Modules {
  int width = 0;
  int height = 0;
  std::vector<bool> dark;
};

Modules draw(Random& random, Symbology symbology, const std::string& text) {
  ZXing::MultiFormatWriter writer(format_of(symbology));
  writer.setMargin(0);
  if (symbology == Symbology::qr) writer.setEccLevel(random.whole(0, 5));
  const bool linear = is_linear(symbology);
  // ZXing draws PDF417 with rows of several pixels, and takes the size as a wish.
  const auto matrix = writer.encode(text, 1, 1);
  Modules modules{matrix.width(), linear ? 1 : matrix.height(), {}};
  for (int y = 0; y < modules.height; ++y) {
    for (int x = 0; x < modules.width; ++x) modules.dark.push_back(matrix.get(x, y));
  }
  return modules;
}

struct Label {
  double width = 0;  ///< pixels, with quiet zone
  double height = 0;
  double quiet = 0;  ///< pixels of quiet zone
  double module = 0;
  double module_high = 0;  ///< how high a row is
};

/// How large the modules are for this degradation, and with them the label; no larger than fits.
Label label_for(Random& random, Symbology symbology, Degradation degradation,
                const Modules& modules) {
  Label label;
  label.module = random.uniform(2.4, 5.0);
  if (degradation == Degradation::easy) label.module = random.uniform(3.0, 6.0);
  if (degradation == Degradation::small_modules) label.module = random.uniform(1.5, 2.0);
  const bool linear = is_linear(symbology);
  const double quiet_modules = linear ? 10 : symbology == Symbology::qr ? 4 : 3;
  const double room = degradation == Degradation::rotation ? 640 : 1100;
  const double fits = room / (modules.width + 2 * quiet_modules);
  const double fits_high = linear ? fits : 640 / (modules.height + 2 * quiet_modules);
  label.module = std::min({label.module, fits, fits_high});
  label.quiet = quiet_modules * label.module;
  label.module_high = linear ? std::max(40.0, modules.width * label.module * 0.3) : label.module;
  label.width = modules.width * label.module + 2 * label.quiet;
  const double quiet_high = linear ? 12 : label.quiet;
  label.height = modules.height * label.module_high + 2 * quiet_high;
  return label;
}

/// Maps pixels of the frame to pixels of the label.
struct Placement {
  std::array<double, 9> to_label{};

  std::array<double, 2> map(double x, double y) const {
    const auto& m = to_label;
    const double w = m[6] * x + m[7] * y + m[8];
    return {(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w};
  }
};

double angle_for(Random& random, Degradation degradation) {
  const double small = random.uniform(-2, 2);
  const double tilted = random.uniform(3, 15) * (random.whole(0, 1) == 0 ? 1 : -1);
  const double any = random.uniform(0, 360);
  const bool is_small = random.whole(0, 1) == 0;
  const bool upside_down = random.whole(0, 3) == 0;
  if (degradation == Degradation::rotation) return is_small ? tilted : any;
  return small + (upside_down && degradation != Degradation::easy ? 180 : 0);
}

Placement place(Random& random, const Label& label, Degradation degradation) {
  const double angle = angle_for(random, degradation) * std::numbers::pi / 180;
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double reach_x = (std::abs(c) * label.width + std::abs(s) * label.height) / 2;
  const double reach_y = (std::abs(s) * label.width + std::abs(c) * label.height) / 2;
  const double spare_x = std::max(0.0, frame_width / 2.0 - reach_x - 4);
  const double spare_y = std::max(0.0, frame_height / 2.0 - reach_y - 4);
  const double x = frame_width / 2.0 + random.uniform(-1, 1) * spare_x;
  const double y = frame_height / 2.0 + random.uniform(-1, 1) * spare_y;
  double tilt_x = random.uniform(0.15, 0.35) * (random.whole(0, 1) == 0 ? 1 : -1);
  double tilt_y = random.uniform(0.0, 0.3) * (random.whole(0, 1) == 0 ? 1 : -1);
  if (degradation != Degradation::perspective) tilt_x = tilt_y = 0;
  // About the middle of the label: turned, then nearer on one side by the tilt.
  const double g = tilt_x / label.width;
  const double h = tilt_y / label.height;
  const double mx = label.width / 2;
  const double my = label.height / 2;
  const std::array<double, 3> u = {c, s, -c * x - s * y};
  const std::array<double, 3> v = {-s, c, s * x - c * y};
  Placement placement;
  for (std::size_t i = 0; i < 3; ++i) {
    const double w = g * u[i] + h * v[i] + (i == 2 ? 1 : 0);
    placement.to_label[i] = u[i] + mx * w;
    placement.to_label[3 + i] = v[i] + my * w;
    placement.to_label[6 + i] = w;
  }
  return placement;
}

struct Ink {
  double dark = 0;
  double light = 0;
};

/// What lies at a point of the label: ink, paper, or -1 outside it.
double at(const Modules& modules, const Label& label, const Ink& ink, double x, double y) {
  if (x < 0 || y < 0 || x >= label.width || y >= label.height) return -1;
  const double quiet_high = (label.height - modules.height * label.module_high) / 2;
  const int column = static_cast<int>(std::floor((x - label.quiet) / label.module));
  const int row = static_cast<int>(std::floor((y - quiet_high) / label.module_high));
  if (column < 0 || row < 0 || column >= modules.width || row >= modules.height) return ink.light;
  const auto index = static_cast<std::size_t>(row * modules.width + column);
  return modules.dark[index] ? ink.dark : ink.light;
}

void paint(Canvas& canvas, const Modules& modules, const Label& label, const Placement& placement,
           const Ink& ink) {
  constexpr int samples = 4;  // to a side of a pixel
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const auto [mid_x, mid_y] = placement.map(x + 0.5, y + 0.5);
      if (mid_x < -4 || mid_y < -4 || mid_x > label.width + 4 || mid_y > label.height + 4) continue;
      double sum = 0;
      for (int i = 0; i < samples * samples; ++i) {
        const double fx = x + (i % samples + 0.5) / samples;
        const double fy = y + (i / samples + 0.5) / samples;
        const auto [lx, ly] = placement.map(fx, fy);
        const double ink_there = at(modules, label, ink, lx, ly);
        sum += ink_there < 0 ? canvas.at(x, y) : ink_there;
      }
      canvas.at(x, y) = static_cast<float>(sum / (samples * samples));
    }
  }
}

}  // namespace

const char* name_of(Degradation degradation) {
  constexpr std::array<const char*, degradation_count> names = {
      "blur",     "motion",   "noise",       "low contrast",  "uneven light",
      "inverted", "rotation", "perspective", "small modules", "glare",
      "jpeg",     "damage",   "easy",        "empty"};
  return names[static_cast<std::size_t>(degradation)];
}

Sample make_sample(Symbology symbology, Degradation degradation, std::uint64_t seed) {
  Random random(seed * 1009 + static_cast<std::uint64_t>(symbology) * 101 +
                static_cast<std::uint64_t>(degradation));
  for (int i = 0; i < 4; ++i) random.bits();
  Sample sample{symbology, degradation, text_for(random, symbology), {}};
  Canvas canvas = lobby(random, frame_width, frame_height);
  if (degradation == Degradation::empty) {
    sample.symbology = Symbology::none;
    sample.text.clear();
    finish(random, canvas, degradation, {}, sample.frame);
    return sample;
  }
  const Modules modules = draw(random, symbology, sample.text);
  const Label label = label_for(random, symbology, degradation, modules);
  const Placement placement = place(random, label, degradation);
  Ink ink{random.uniform(12, 55), random.uniform(185, 245)};
  if (degradation == Degradation::low_contrast) {
    ink.dark = random.uniform(70, 150);
    ink.light = ink.dark + random.uniform(14, 36);
  }
  if (degradation == Degradation::inverted) std::swap(ink.dark, ink.light);
  paint(canvas, modules, label, placement, ink);
  Area area{label.module, label.width - 2 * label.quiet, label.height, {}};
  for (int y = 0; y < frame_height; y += 4) {
    for (int x = 0; x < frame_width; x += 4) {
      const auto [lx, ly] = placement.map(x, y);
      if (lx < label.quiet || ly < 0 || lx > label.width - label.quiet || ly > label.height)
        continue;
      area.points.push_back({x, y});
    }
  }
  finish(random, canvas, degradation, area, sample.frame);
  return sample;
}

}  // namespace bench::camera
