#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::text {

/// Where a text may be parted; for n code points n + 1 places, place i lying before code point i.
using Places = std::vector<bool>;

/// Finds clusters (what a reader calls a character) and line breaks, by ICU's rules, which hold
/// the language's own (no line begins with a full stop). Thread: one at a time.
class Breaks {
 public:
  Breaks();
  Breaks(Breaks&&) noexcept;
  Breaks& operator=(Breaks&&) noexcept;
  ~Breaks();

  Places clusters(std::u32string_view text);
  Places lines(std::u32string_view text, const std::string& language);

 private:
  struct Iterators;
  std::unique_ptr<Iterators> iterators_;
};

}  // namespace kiosk::text
