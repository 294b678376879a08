#include "kiosk/sync/paged_answer.h"

#include <nlohmann/json.hpp>

#include "kiosk/sync/fhir_read.h"
#include "kiosk/sync/json_numbers.h"

namespace kiosk::sync {
namespace {

using nlohmann::json;

constexpr std::size_t pages_max = 50;
constexpr int idle_pages_max = 10;

std::string text(const json& from, const char* key) {
  const auto found = from.is_object() ? from.find(key) : from.end();
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The list's objects.
json objects_at(json& from, const char* key) {
  json objects = json::array();
  const auto found = from.find(key);
  if (found == from.end() || !found->is_array()) return objects;
  for (auto& one : *found)
    if (one.is_object()) objects.push_back(std::move(one));
  return objects;
}

/// Adds what a page's entries are called; false when none of them is new.
bool add_names(std::set<std::string>& known, const json& entries) {
  bool news = false;
  for (const auto& entry : entries) {
    const auto resource = entry.find("resource");
    if (resource == entry.end()) continue;
    const auto type = text(*resource, "resourceType");
    if (type == "OperationOutcome") continue;
    if (known.insert(type + '/' + text(*resource, "id")).second) news = true;
  }
  return news;
}

std::string joined(const std::vector<std::string>& pages) {
  json whole = json_of(pages.front());
  json entries = json::array();
  for (const auto& page : pages) {
    json bundle = json_of(page);
    for (auto& entry : objects_at(bundle, "entry")) entries.push_back(std::move(entry));
  }
  json links = json::array();
  for (auto& link : objects_at(whole, "link"))
    if (text(link, "relation") != "next") links.push_back(std::move(link));
  whole["link"] = std::move(links);
  whole["entry"] = std::move(entries);
  return text_of(whole);
}

}  // namespace

Result<std::optional<std::string>> PagedAnswer::add(std::string& body) {
  if (!has_begun() && body.find("\"next\"") == body.npos) return std::nullopt;
  const auto page = read_fhir(body);
  if (!page || page->type != "Bundle") return std::nullopt;
  json bundle = json_of(body);
  const bool news = add_names(known_, objects_at(bundle, "entry"));
  idle_pages_ = news ? 0 : idle_pages_ + 1;
  const bool ends = page->next.empty() || idle_pages_ >= idle_pages_max;
  if (ends && !has_begun()) return std::nullopt;
  if (wanted_ == Pages::first && (ends || news)) return std::nullopt;
  bytes_ += body.size();
  pages_.push_back(wanted_ == Pages::all ? std::move(body) : std::string());
  if (!ends && (pages_.size() >= pages_max || bytes_ > answer_bytes_max))
    return fail("sync", "unavailable", "the answer has far too many pages");
  if (!ends) return page->next;
  body = joined(pages_);
  return std::nullopt;
}

}  // namespace kiosk::sync
