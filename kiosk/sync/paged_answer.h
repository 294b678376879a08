#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kiosk/base/result.h"

namespace kiosk::sync {

/// What is wanted of an answer in pages (FHIR R4, 3.1.1.4): the first page that holds anything, or
/// all of them as one Bundle.
enum class Pages { first, all };

/// The answer to one search, page by page: servers may give fewer matches a page than were asked
/// for, even none, and lead on to the rest. Thread: any.
class PagedAnswer {
 public:
  explicit PagedAnswer(Pages wanted) : wanted_(wanted) {}

  /// The link to the page that is wanted besides this one. Nothing: `body` is all that is wanted,
  /// of all pages their entries under the first one's other members. What is no Bundle stays as it
  /// is; links that go on without anything new end the answer. Errors: sync/unavailable, more pages
  /// or bytes than anybody asked for.
  Result<std::optional<std::string>> add(std::string& body);
  Pages wanted() const { return wanted_; }
  bool has_begun() const { return !pages_.empty(); }

 private:
  Pages wanted_;
  std::vector<std::string> pages_;
  std::set<std::string> known_;  ///< of the entries so far, "Type/id"
  std::size_t bytes_ = 0;
  int idle_pages_ = 0;  ///< in a row
};

}  // namespace kiosk::sync
