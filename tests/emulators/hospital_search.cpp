#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "kiosk/sync/fhir_time.h"
#include "kiosk/sync/url.h"
#include "tests/emulators/hospital_state.h"

namespace emulators {
namespace {

using kiosk::Instant;

const std::set<std::string> control = {"_include", "_revinclude", "_count",
                                       "_sort",    "_summary",    "_format"};

/// Splits at unescaped `separator` and takes the escapes off when `last` is the innermost level.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[i];
      parts.back() += text[++i];
    } else if (text[i] == separator) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

bool date_matches(std::optional<Instant> have, const std::string& value) {
  const auto prefix = value.substr(0, 2);
  const auto want = kiosk::sync::parse_instant(value.substr(2));
  if (!want) throw Refusal{400, "invalid", "not a prefixed instant: " + value};
  if (!have) return false;
  if (prefix == "ge") return *have >= *want;
  if (prefix == "gt") return *have > *want;
  if (prefix == "le") return *have <= *want;
  if (prefix == "lt") return *have < *want;
  throw Refusal{400, "invalid", "unknown prefix " + prefix};
}

const json& list_in(const json& resource, const char* key) {
  static const json none = json::array();
  const auto found = resource.find(key);
  return found == resource.end() ? none : *found;
}

bool date_matches(const json& resource, const char* key, const std::string& value) {
  return date_matches(kiosk::sync::parse_instant(text_in(resource, key)), value);
}

bool identifier_matches(const json& resource, const std::string& value) {
  const auto parts = split(value, '|');
  if (parts.size() != 2) throw Refusal{400, "invalid", "identifier wants system|value"};
  const std::string system = unescaped(parts[0]), number = unescaped(parts[1]);
  for (const auto& one : list_in(resource, "identifier"))
    if (text_in(one, "system") == system && text_in(one, "value") == number) return true;
  return false;
}

bool refers(const json& reference, const std::string& wanted) {
  return reference.is_object() && text_in(reference, "reference") == wanted;
}

bool actor_matches(const json& resource, const std::string& type, const std::string& value) {
  const auto wanted = value.find('/') == std::string::npos ? type + "/" + value : value;
  for (const auto& one : list_in(resource, "participant"))
    if (one.contains("actor") && refers(one["actor"], wanted)) return true;
  return false;
}

bool patient_matches(const json& resource, const std::string& value) {
  const auto wanted = value.find('/') == std::string::npos ? "Patient/" + value : value;
  const std::string& type = text_in(resource, "resourceType");
  if (type == "Appointment") return actor_matches(resource, "Patient", wanted);
  const char* key = type == "Task" ? "for" : "subject";
  return resource.contains(key) && refers(resource[key], wanted);
}

/// AuditEvent: agent.altId, or a subtype's coding.
bool audit_matches(const json& resource, const std::string& name, const std::string& value) {
  const auto token = split(value, '|');
  const auto fits = [&](const json& one) {
    if (name == "altid") return text_in(one, "altId") == unescaped(value);
    return token.size() == 2 && text_in(one, "system") == unescaped(token[0]) &&
           text_in(one, "code") == unescaped(token[1]);
  };
  const json& list = list_in(resource, name == "altid" ? "agent" : "subtype");
  return std::any_of(list.begin(), list.end(), fits);
}

bool matches_one(const Stored& stored, const std::string& name, const std::string& value) {
  const auto& resource = stored.resource;
  if (name == "_id") return text_in(resource, "id") == value;
  if (name == "_lastUpdated") return date_matches(stored.updated, value);
  if (name == "identifier") return identifier_matches(resource, value);
  if (name == "status") return text_in(resource, "status") == value;
  if (name == "code") return resource.value("code", json::object()).value("text", "") == value;
  if (name == "birthdate") return text_in(resource, "birthDate") == value;
  if (name == "patient" || name == "subject") return patient_matches(resource, value);
  if (name == "altid" || name == "subtype") return audit_matches(resource, name, value);
  if (name == "actor") return actor_matches(resource, "", value);
  if (resource["resourceType"] == "Encounter" && (name == "location" || name == "practitioner")) {
    const bool place = name == "location";
    for (const auto& one : list_in(resource, place ? "location" : "participant")) {
      if (refers(one.value(place ? "location" : "individual", json::object()), value)) return true;
    }
    return false;
  }
  if (name == "practitioner") return actor_matches(resource, "Practitioner", value);
  if (name == "location") return actor_matches(resource, "Location", value);
  if (name == "focus") return resource.contains("focus") && refers(resource["focus"], value);
  if (name == "date" && resource["resourceType"] == "Encounter")
    return resource.contains("period") && date_matches(resource["period"], "start", value);
  if (name == "date") return date_matches(resource, "start", value);
  if (name == "appointment") {
    const auto wanted = value.find('/') == std::string::npos ? "Appointment/" + value : value;
    for (const auto& one : list_in(resource, "appointment"))
      if (refers(one, wanted)) return true;
    return false;
  }
  return true;
}

void check_parameters(const Hospital::State& state, const std::string& type, const Fields& fields) {
  const auto& parameters = search_parameters();
  const auto known = parameters.find(type);
  for (const auto& [name, value] : fields) {
    const bool include = name == "_include" || name == "_revinclude";
    const bool can_include =
        state.options.includes == HospitalOptions::Can::yes &&
        (name != "_revinclude" || state.options.encounters == HospitalOptions::Can::yes);
    const bool is_known = name == "_id" || name == "_lastUpdated" ||
                          (control.contains(name) && (!include || can_include)) ||
                          (known != parameters.end() && known->second.contains(name));
    if (!is_known && state.options.unknown_parameters == HospitalOptions::Unknown::refuse)
      throw Refusal{400, "not-supported", "unknown search parameter " + name};
  }
}

/// What the includes bring along to these matches.
std::set<std::string> included(const Hospital::State& state, const std::vector<std::string>& of,
                               const Fields& fields) {
  std::set<std::string> brought;
  if (state.options.includes == HospitalOptions::Can::no) return brought;
  static const std::map<std::string, std::string> actors = {
      {"Appointment:patient", "Patient"},
      {"Appointment:practitioner", "Practitioner"},
      {"Appointment:location", "Location"},
      {"Appointment:actor", ""}};
  for (const auto& [name, value] : fields) {
    if (name == "_include" && actors.contains(value)) {
      for (const auto& reference : of) {
        const auto& resource = state.find(reference)->resource;
        for (const auto& one : list_in(resource, "participant")) {
          const auto actor = one.find("actor");
          if (actor == one.end()) continue;
          const std::string& to = text_in(*actor, "reference");
          const auto& type = actors.at(value);
          if (!to.empty() && (type.empty() || type_of(to) == type)) brought.insert(to);
        }
      }
    }
    if (name != "_revinclude" || value != "Encounter:appointment") continue;
    const auto encounters = state.resources.find("Encounter");
    if (encounters == state.resources.end()) continue;
    for (const auto& [id, stored] : encounters->second)
      for (const auto& one : list_in(stored.resource, "appointment"))
        if (std::find(of.begin(), of.end(), text_in(one, "reference")) != of.end())
          brought.insert("Encounter/" + id);
  }
  return brought;
}

/// A page of a search. The resources, most of the text, are put in as they lie in the store.
std::string bundle_of(const Hospital::State& state, const std::vector<std::string>& all,
                      std::size_t offset, std::size_t size, const Fields& fields,
                      const std::string& token, Instant now) {
  json bundle = {{"resourceType", "Bundle"},
                 {"type", "searchset"},
                 {"total", all.size()},
                 {"meta", {{"lastUpdated", kiosk::sync::format_utc(now)}}},
                 {"link", json::array()}};
  const auto begin = std::min(offset, all.size());
  const auto end = std::min(begin + size, all.size());
  if (end < all.size()) {
    bundle["link"].push_back({{"relation", "next"},
                              {"url", fmt::format("{}?_getpages={}&_getpagesoffset={}",
                                                  state.options.base_url, token, offset + size)}});
  }
  const std::vector<std::string> page(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                      all.begin() + static_cast<std::ptrdiff_t>(end));
  std::string entries;
  const auto add = [&](const std::string& reference, const char* mode) {
    const auto* stored = state.find(reference);
    if (stored == nullptr || stored->deleted) return;
    const std::string_view comma = entries.empty() ? "" : ",";
    fmt::format_to(std::back_inserter(entries),
                   R"({}{{"fullUrl":"{}/{}","resource":{},"search":{{"mode":"{}"}}}})", comma,
                   state.options.base_url, reference, text_of(*stored), mode);
  };
  for (const auto& reference : page) add(reference, "match");
  for (const auto& reference : included(state, page, fields)) add(reference, "include");
  std::string text = bundle.dump();
  if (entries.empty()) return text;
  text.back() = ',';
  return text + R"("entry":[)" + entries + "]}";
}

/// So many matches that they and what they include are at most `size`.
std::size_t with_includes_within(const Hospital::State& state, const std::vector<std::string>& all,
                                 std::size_t size, const Fields& fields) {
  auto matched = std::min(size, all.size());
  const auto entries = [&] {
    return matched +
           included(state, {all.begin(), all.begin() + std::ptrdiff_t(matched)}, fields).size();
  };
  while (matched > 1 && entries() > size) --matched;
  return matched;
}

}  // namespace

Fields parse_form(const std::string& text) {
  const auto decoded = [](const std::string& part) {
    std::string out;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == '%' && i + 2 < part.size()) {
        out += static_cast<char>(std::stoi(part.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        out += part[i] == '+' ? ' ' : part[i];
      }
    }
    return out;
  };
  Fields fields;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('&', at), text.size());
    const auto field = text.substr(at, end - at);
    const auto equals = field.find('=');
    if (equals == std::string::npos)
      fields.emplace_back(decoded(field), "");
    else
      fields.emplace_back(decoded(field.substr(0, equals)), decoded(field.substr(equals + 1)));
    at = end + 1;
  }
  return fields;
}

std::vector<std::string> matches(const Hospital::State& state, const std::string& type,
                                 const Fields& fields) {
  std::vector<std::string> found;
  const auto of_type = state.resources.find(type);
  if (of_type == state.resources.end()) return found;
  std::vector<std::pair<std::string, std::vector<std::string>>> wanted;
  for (const auto& [name, value] : fields)
    if (!control.contains(name)) wanted.emplace_back(name, split(value, ','));
  const auto fits = [&](const Stored& stored) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& field) {
      return std::any_of(field.second.begin(), field.second.end(),
                         [&](const auto& one) { return matches_one(stored, field.first, one); });
    });
  };
  for (const auto& [id, stored] : of_type->second)
    if (!stored.deleted && fits(stored)) found.push_back(type + "/" + id);
  return found;
}

std::string search(Hospital::State& state, const std::string& type, const Fields& fields,
                   Instant now) {
  // Encounter.period.start, AuditEvent.recorded; those without one come last.
  const auto date_of = [&](const std::string& reference) {
    const auto& resource = state.find(reference)->resource;
    const auto period = resource.find("period");
    const bool has_period = period != resource.end();
    const auto& text = has_period ? text_in(*period, "start") : text_in(resource, "recorded");
    return kiosk::sync::parse_instant(text).value_or(Instant{});
  };
  check_parameters(state, type, fields);
  auto all = matches(state, type, fields);
  std::size_t size = 20;
  for (const auto& [name, value] : fields) {
    if (name == "_count") size = static_cast<std::size_t>(std::max(1, std::atoi(value.c_str())));
    if (name == "_summary" && value == "count")
      return json{{"resourceType", "Bundle"}, {"type", "searchset"}, {"total", all.size()}}.dump();
    if (name == "_sort" && value == "_lastUpdated")
      std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
        return state.find(a)->updated < state.find(b)->updated;
      });
    if (name == "_sort" && value == "-date" && (type == "Encounter" || type == "AuditEvent"))
      std::stable_sort(all.begin(), all.end(),
                       [&](const auto& a, const auto& b) { return date_of(a) > date_of(b); });
  }
  size = std::min(size, state.options.page_size_max);
  if (state.options.counts_includes == HospitalOptions::Can::yes)
    size = with_includes_within(state, all, size, fields);
  std::string token;
  if (all.size() > size) {
    token = "p" + std::to_string(state.next_page++);
    state.pages[token] = {all, fields, size, now + state.options.page_life};
  }
  return bundle_of(state, all, 0, size, fields, token, now);
}

std::string cached_search(Hospital::State& state, const std::string& type, const Fields& fields,
                          Freshness freshness, Instant now) {
  if (state.options.search_cache <= kiosk::Milliseconds(0)) return search(state, type, fields, now);
  std::string key = type;
  for (const auto& [name, value] : fields) key += "&" + name + "=" + value;
  const auto found = state.search_cache.find(key);
  const bool is_young =
      found != state.search_cache.end() && now < found->second.first + state.options.search_cache;
  if (is_young && freshness == Freshness::any) return found->second.second;
  auto text = search(state, type, fields, now);
  state.search_cache[key] = {now, text};
  return text;
}

std::string next_page(Hospital::State& state, const std::string& token, std::size_t offset,
                      Instant now) {
  const auto found = state.pages.find(token);
  if (found == state.pages.end() || found->second.until < now)
    throw Refusal{410, "expired", "this search is no longer kept"};
  const auto& kept = found->second;
  return bundle_of(state, kept.matches, offset, kept.page_size, kept.fields, token, now);
}

}  // namespace emulators
