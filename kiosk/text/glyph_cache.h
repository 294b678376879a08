#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "kiosk/text/face.h"

namespace kiosk::text {

/// Names one drawn glyph.
struct GlyphKey {
  std::uint16_t face = 0;
  std::uint32_t id = 0;
  FaceSize size;
  std::uint8_t step = 0;
  Weight weight = Weight::regular;
  Ink ink = Ink::grey;

  bool operator==(const GlyphKey&) const = default;
};

/// Drawn glyphs, the longest unused of which go when their bytes exceed the limit.
class GlyphCache {
 public:
  explicit GlyphCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Null when absent. The pointer holds until the next `put`.
  const Bitmap* find(const GlyphKey& key);
  const Bitmap& put(const GlyphKey& key, Bitmap bitmap);

  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    GlyphKey key;
    Bitmap bitmap;
  };
  struct Hash {
    std::size_t operator()(const GlyphKey& key) const;
  };

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  ///< the last used first
  std::unordered_map<GlyphKey, std::list<Entry>::iterator, Hash> index_;
};

}  // namespace kiosk::text
