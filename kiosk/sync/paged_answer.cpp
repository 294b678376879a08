#include "kiosk/sync/paged_answer.h"

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/fhir_write.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t pages_max = 50;
constexpr int idle_pages_max = 10;

}  // namespace

Result<std::optional<std::string>> PagedAnswer::add(std::string& body) {
  if (!has_begun() && body.find("\"next\"") == body.npos) return std::nullopt;
  const auto page = read_fhir(body);
  if (!page || page->type != "Bundle") return std::nullopt;
  const auto entries = entries_in(body);
  if (!entries) return std::nullopt;
  const auto known = known_.size();
  known_.insert(entries->begin(), entries->end());
  const bool news = known_.size() > known;
  idle_pages_ = news ? 0 : idle_pages_ + 1;
  const bool ends = page->next.empty() || idle_pages_ >= idle_pages_max;
  if (ends && !has_begun()) return std::nullopt;
  if (wanted_ == Pages::first && (ends || news)) return std::nullopt;
  bytes_ += body.size();
  pages_.push_back(wanted_ == Pages::all ? std::move(body) : std::string());
  if (!ends && (pages_.size() >= pages_max || bytes_ > answer_bytes_max))
    return fail("sync", "unavailable", "the answer has far too many pages");
  if (!ends) return page->next;
  auto whole = joined_bundles(pages_);
  if (!whole) return pass_on(whole.error());
  body = std::move(*whole);
  return std::nullopt;
}

}  // namespace kiosk::sync
