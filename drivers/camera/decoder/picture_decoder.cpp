#include "drivers/camera/decoder/picture_decoder.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/camera/bars.h"
#include "drivers/camera/cascade.h"
#include "drivers/camera/decoder/zxing_reader.h"
#include "drivers/camera/locate.h"
#include "drivers/camera/module_grid.h"
#include "drivers/camera/prepare.h"

namespace drivers::camera::decoder {
namespace {

constexpr int bands = 6;
constexpr int other_bands = 5;           // to read a linear code a second time, from other rows
constexpr double doubled_max = 400'000;  // pixels; larger ones are large enough
constexpr int rim = 16;                  // pixels around a patch
constexpr int flat_side = 41;            // pixels
constexpr int many_lines = 5;            // of a whole frame that have to say the same
constexpr std::size_t weak_chars = 3;    // shorter linear codes are too easily read out of anything

Grey with_light(Grey picture, const Look& look) {
  if (look.sigma > 0) picture = sharpened(picture.view(), look.sigma, 4);
  switch (look.light) {
    case Light::as_is:
      return picture;
    case Light::inverted:
      return inverted(picture.view());
    case Light::flattened:
      return flattened(picture.view(), flat_side);
    case Light::smoothed:
      return smoothed(picture.view());
    case Light::doubled:
      return double(picture.width) * picture.height <= doubled_max ? doubled(picture.view())
                                                                   : picture;
  }
  return picture;
}

Grey turned(const GreyView& picture, const Region& region) {
  constexpr double room = 40;  // pixels; and a tenth of the width: the quiet zones
  return upright(picture, {region.centre_x, region.centre_y, region.angle,
                           region.across * 1.1 + room, region.along + room, 1, 1});
}

std::optional<Read> look_at_bars(const GreyView& picture, const Region& region, const Look& look,
                                 int band_count) {
  const Bars bars = look.light == Light::inverted ? Bars::light : Bars::dark;
  const Grey rows = bars_of(picture, region, {band_count, look.sigma, bars});
  return read_code(rows.view(), {Formats::linear, Care::thorough, Threshold::exact});
}

std::optional<Read> look_at_grid(const GreyView& picture, const Region& region, const Look& look) {
  const double sharpen = look.sigma > 2 ? 1.0 : 0.3;
  auto drawn = modules_of(picture, region, {look.sigma, sharpen, look.choice});
  if (!drawn) return std::nullopt;
  if (look.light == Light::inverted) drawn = inverted(drawn->view());
  return read_code(drawn->view(), {Formats::matrix, Care::thorough, Threshold::exact});
}

std::optional<Read> take(const GreyView& picture, const std::vector<Region>& regions,
                         const Look& look) {
  if (look.view == View::whole) {
    const Grey frame = smoothed(look.angle == 0 ? picture : rotated(picture, look.angle).view());
    const Formats formats = look.angle == 0 ? Formats::all : Formats::linear;
    return read_code(frame.view(), {formats, Care::thorough, Threshold::local, many_lines});
  }
  const Region& region = regions[look.region];
  switch (look.view) {
    case View::bars:
      return look_at_bars(picture, region, look, bands);
    case View::grid:
      return look_at_grid(picture, region, look);
    case View::turned: {
      const Grey patch = with_light(stretched(turned(picture, region).view()), look);
      return read_code(patch.view(), {Formats::pdf417, Care::thorough, Threshold::local});
    }
    case View::patch: {
      const GreyView part = part_of(picture, region.left - rim, region.top - rim,
                                    region.width + 2 * rim, region.height + 2 * rim);
      const Grey patch = with_light(stretched(part), look);
      return read_code(patch.view(), {Formats::matrix, Care::thorough, Threshold::local});
    }
    case View::whole:
      break;
  }
  return std::nullopt;
}

bool is_linear(const Read& read) {
  return read.symbology == Symbology::code128 || read.symbology == Symbology::code39;
}

bool is_striped(const Region& region) {
  constexpr double coherence_least = 0.3;
  return region.weight >= region_weight_min && region.coherence >= coherence_least;
}

/// Collects what the looks say until it is enough.
class Findings {
 public:
  Findings(const GreyView& picture, const std::vector<Region>& regions)
      : picture_(picture), regions_(regions) {}

  /// True when this look settles it.
  bool settled_by(const Look& look) {
    const auto read = take(picture_, regions_, look);
    if (!read || read->content.empty()) return false;
    const bool seen = std::find(seen_.begin(), seen_.end(), key(*read)) != seen_.end();
    best_ = *read;
    evidence_ = seen || is_firm(look, *read) ? Evidence::firm : Evidence::weak;
    if (evidence_ == Evidence::firm) return true;
    seen_.push_back(key(*read));
    return false;
  }

  DecodeReply reply() const {
    DecodeReply reply;
    if (!best_) return reply;
    reply.outcome = Outcome::code;
    reply.symbology = best_->symbology;
    reply.evidence = evidence_;
    reply.aim_identifier = best_->aim_identifier;
    reply.content = best_->content;
    return reply;
  }

 private:
  static std::pair<Symbology, std::string> key(const Read& read) {
    return {read.symbology, read.content};
  }

  /// Error correction, or a check character and two rows that agree. Code 39 has none: its other
  /// rows must say the same, or another look, or another frame.
  bool is_firm(const Look& look, const Read& read) const {
    if (!is_linear(read)) return true;
    if (read.content.size() < weak_chars) return false;
    if (read.symbology == Symbology::code128) return true;
    if (look.view == View::whole) return true;  // many lines
    const auto again = look_at_bars(picture_, regions_[look.region], look, other_bands);
    return again && key(*again) == key(read);
  }

  const GreyView& picture_;
  const std::vector<Region>& regions_;
  std::optional<Read> best_;
  Evidence evidence_ = Evidence::weak;
  std::vector<std::pair<Symbology, std::string>> seen_;
};

}  // namespace

DecodeReply decode(const GreyView& picture, Effort effort, std::uint32_t slice) {
  std::vector<Region> regions = find_regions(picture);
  for (Region& region : regions) {
    if (is_striped(region)) region = straightened(picture, region);
  }
  const Plan plan = plan_looks(regions);
  Findings findings(picture, regions);
  const auto settles = [&](const Look& look) { return findings.settled_by(look); };
  if (plan.first.empty()) {
    DecodeReply nothing;
    nothing.outcome = Outcome::empty;
    return nothing;
  }
  if (std::any_of(plan.first.begin(), plan.first.end(), settles)) return findings.reply();
  if (plan.extra.empty()) return findings.reply();
  if (effort == Effort::one_slice) {
    settles(plan.extra[slice % plan.extra.size()]);
  } else {
    static_cast<void>(std::any_of(plan.extra.begin(), plan.extra.end(), settles));
  }
  return findings.reply();
}

}  // namespace drivers::camera::decoder
