// Text from cards, codes and servers is shaped, wrapped, fitted and drawn whatever bytes it is.
#include <cmath>
#include <cstdint>
#include <string_view>

#include "kiosk/base/check.h"
#include "kiosk/text/fonts.h"

namespace {

using namespace kiosk::text;

class Edge : public Target {
 public:
  Area area() const override { return {0, 0, 300, 60}; }
  void row(int x, int y, std::span<const std::uint8_t> coverage) override {
    KIOSK_CHECK(x >= 0 && x + static_cast<int>(coverage.size()) <= 300 && y >= 0 && y < 60);
  }
};

Fonts& fonts() {
  static Fonts opened = [] {
    kiosk::Result<Fonts> made = Fonts::create(debian_fonts(Pitch::proportional));
    KIOSK_CHECK(made.has_value());
    return std::move(*made);
  }();
  return opened;
}

}  // namespace

// The first two bytes choose the style and the width, the rest is the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 600) return 0;
  Style style;
  style.size_px = 8.0F + static_cast<float>(data[0] % 32);
  style.weight = (data[0] & 0x40) != 0 ? Weight::bold : Weight::regular;
  style.language = (data[0] & 0x80) != 0 ? "en" : "zh-Hans";
  const auto width = static_cast<float>(data[1]);
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

  Edge edge;
  const GlyphRun run = fonts().shape(text, style);
  KIOSK_CHECK(std::isfinite(run.width));
  fonts().draw(run, {5, 40}, (data[0] & 0x20) != 0 ? Ink::mono : Ink::grey, edge);
  const std::vector<GlyphRun> lines = fonts().wrap(text, style, width);
  KIOSK_CHECK(!lines.empty() && lines.size() <= text.size() + 1);
  const Fitted fitted = fonts().fit(text, style, width, 8);
  KIOSK_CHECK(!fitted.lines.empty() && fitted.size_px >= 8);
  fonts().missing(text);
  return 0;
}
