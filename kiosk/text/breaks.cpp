#include "kiosk/text/breaks.h"

#include <unicode/brkiter.h>
#include <unicode/unistr.h>

#include <map>

namespace kiosk::text {
namespace {

using Iterator = std::unique_ptr<icu::BreakIterator>;

constexpr std::size_t line_iterators_max = 8;

Places places(icu::BreakIterator* iterator, std::u32string_view text) {
  Places result(text.size() + 1, false);
  result.front() = result.back() = true;
  if (iterator == nullptr) return Places(text.size() + 1, true);
  icu::UnicodeString units;
  for (const char32_t c : text) units.append(static_cast<UChar32>(c));
  iterator->setText(units);
  iterator->first();
  int32_t next = iterator->next();
  int32_t unit = 0;
  for (std::size_t i = 0; i < text.size() && next != icu::BreakIterator::DONE; ++i) {
    if (unit == next) {
      result[i] = true;
      next = iterator->next();
    }
    unit += U16_LENGTH(static_cast<UChar32>(text[i]));
  }
  return result;
}

}  // namespace

struct Breaks::Iterators {
  Iterator cluster;
  std::map<std::string, Iterator, std::less<>> line;
};

Breaks::Breaks() : iterators_(std::make_unique<Iterators>()) {
  UErrorCode status = U_ZERO_ERROR;
  iterators_->cluster.reset(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) iterators_->cluster.reset();
}

Breaks::Breaks(Breaks&&) noexcept = default;
Breaks& Breaks::operator=(Breaks&&) noexcept = default;
Breaks::~Breaks() = default;

Places Breaks::clusters(std::u32string_view text) {
  return places(iterators_->cluster.get(), text);
}

Places Breaks::lines(std::u32string_view text, const std::string& language) {
  auto found = iterators_->line.find(language);
  if (found == iterators_->line.end()) {
    if (iterators_->line.size() >= line_iterators_max) iterators_->line.clear();
    UErrorCode status = U_ZERO_ERROR;
    icu::Locale locale = icu::Locale::forLanguageTag(language, status);
    if (U_FAILURE(status) || locale.isBogus()) locale = icu::Locale::getRoot();
    status = U_ZERO_ERROR;
    Iterator made(icu::BreakIterator::createLineInstance(locale, status));
    if (U_FAILURE(status)) made.reset();
    found = iterators_->line.emplace(language, std::move(made)).first;
  }
  return places(found->second.get(), text);
}

}  // namespace kiosk::text
