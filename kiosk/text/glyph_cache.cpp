#include "kiosk/text/glyph_cache.h"

#include <utility>

namespace kiosk::text {
namespace {

// What an entry costs besides its coverage: list node, index node, vector.
constexpr std::size_t entry_bytes = 192;

}  // namespace

std::size_t GlyphCache::Hash::operator()(const GlyphKey& key) const {
  std::uint64_t hash = key.id;
  for (const std::uint64_t part :
       {std::uint64_t{key.face}, static_cast<std::uint64_t>(key.size.width),
        static_cast<std::uint64_t>(key.size.height), std::uint64_t{key.step},
        static_cast<std::uint64_t>(key.weight), static_cast<std::uint64_t>(key.ink)}) {
    hash = (hash ^ part) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29;
  }
  return static_cast<std::size_t>(hash);
}

const Bitmap* GlyphCache::find(const GlyphKey& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->bitmap;
}

const Bitmap& GlyphCache::put(const GlyphKey& key, Bitmap bitmap) {
  bytes_ += bitmap.coverage.size() + entry_bytes;
  entries_.push_front({key, std::move(bitmap)});
  index_[key] = entries_.begin();
  while (bytes_ > bytes_max_ && entries_.size() > 1) {
    bytes_ -= entries_.back().bitmap.coverage.size() + entry_bytes;
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return entries_.front().bitmap;
}

}  // namespace kiosk::text
