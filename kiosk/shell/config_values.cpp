#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kiosk/base/overloaded.h"
#include "kiosk/shell/config_reading.h"
#include "kiosk/shell/config_texts.h"

namespace kiosk::shell {
namespace {

constexpr std::size_t entries_max = 5000;

/// Where a value is read: its key, its place, the run.
struct At {
  const ConfigNode& node;
  const std::string& path;
  ConfigReading& reading;
  bool may_be_empty = false;

  void complain(Complaint complaint) const {
    reading.complain(node.place, path, std::move(complaint));
  }
};

std::int64_t whole_of(const WholeTarget& target) {
  return std::visit(
      overloaded{[](const int* to) { return std::int64_t(*to); },
                 [](const std::optional<int>* to) { return std::int64_t(to->value_or(0)); },
                 [](const std::size_t* to) { return std::int64_t(*to); },
                 [](const auto* to) { return std::int64_t(to->count()); }},
      target.to);
}

void put(const WholeTarget& target, std::int64_t value) {
  std::visit(overloaded{[&](int* to) { *to = static_cast<int>(value); },
                        [&](std::optional<int>* to) { *to = static_cast<int>(value); },
                        [&](std::size_t* to) { *to = static_cast<std::size_t>(value); },
                        [&](Milliseconds* to) { *to = Milliseconds(value); },
                        [&](Seconds* to) { *to = Seconds(value); },
                        [&](Minutes* to) { *to = Minutes(value); }},
             target.to);
}

std::vector<std::string> texts_of(const TextsTarget& target) {
  return std::visit([](const auto* to) { return std::vector<std::string>(to->begin(), to->end()); },
                    target.to);
}

/// As a TOML basic string. Texts of the table and of the defaults have no control characters.
std::string toml_text(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

NodeKind kind_of(const ConfigTarget& target) {
  return std::visit(overloaded{[](const FlagTarget&) { return NodeKind::flag; },
                               [](const WholeTarget&) { return NodeKind::whole; },
                               [](const TextTarget&) { return NodeKind::text; },
                               [](const TextsTarget&) { return NodeKind::list; },
                               [](const TimeTarget&) { return NodeKind::text; },
                               [](const ChoiceTarget&) { return NodeKind::text; },
                               [](const WordsTarget&) { return NodeKind::table; },
                               [](const WordsByIdTarget&) { return NodeKind::table; },
                               [](const FileTarget&) { return NodeKind::text; },
                               [](const FileByLanguageTarget&) { return NodeKind::table; }},
                    target);
}

bool is_of_kind(const ConfigNode& node, NodeKind kind, const At& at, const std::string& allowed) {
  if (node.kind == kind) return true;
  at.reading.complain(node.place, at.path,
                      {fmt::format("wrong type, {}", name_of(node.kind)), allowed});
  return false;
}

void read(const FlagTarget& target, const At& at) {
  *target.to = at.node.flag;
}

void read(const WholeTarget& target, const At& at) {
  const std::int64_t value = at.node.whole;
  const bool listed = target.only.empty() ||
                      std::find(target.only.begin(), target.only.end(), value) != target.only.end();
  if (value < target.least || value > target.most || !listed) {
    at.complain({fmt::format("{} is out of range", value), allowed_values(target)});
    return;
  }
  put(target, value);
}

void read(const TextTarget& target, const At& at) {
  const std::string& text = at.node.text;
  if (text.empty() && target.to->empty() && at.may_be_empty) return;
  if (std::string wrong = wrong_with_text(target.form, text, at.reading.now); !wrong.empty()) {
    at.complain({std::move(wrong), form_in_words(target.form)});
    return;
  }
  *target.to = text;
}

void read(const TextsTarget& target, const At& at) {
  std::visit([](auto* to) { to->clear(); }, target.to);
  for (const ConfigNode& item : at.node.children) {
    const At here{item, at.path, at.reading};
    if (!is_of_kind(item, NodeKind::text, here, allowed_values(target))) continue;
    if (std::string wrong = wrong_with_text(target.form, item.text, at.reading.now);
        !wrong.empty()) {
      here.complain({std::move(wrong), form_in_words(target.form)});
      continue;
    }
    std::visit([&](auto* to) { to->insert(to->end(), item.text); }, target.to);
  }
}

void read(const TimeTarget& target, const At& at) {
  if (const auto time = parse_time_of_day(at.node.text)) {
    *target.to = *time;
  } else {
    at.complain({"not a time of day", allowed_values(target)});
  }
}

void read(const ChoiceTarget& target, const At& at) {
  const auto found = std::find(target.names.begin(), target.names.end(), at.node.text);
  if (found == target.names.end()) {
    at.complain({"no such choice", allowed_values(target)});
    return;
  }
  target.set(std::size_t(found - target.names.begin()));
}

/// Calls `read_one` for each configured language of a table; complains of the rest.
template <typename F>
void read_by_language(const At& at, const F& read_one) {
  const std::vector<std::string>& languages = at.reading.languages;
  for (const ConfigNode& item : at.node.children) {
    const std::string path = at.path + '.' + item.key;
    const At here{item, path, at.reading};
    if (std::find(languages.begin(), languages.end(), item.key) == languages.end()) {
      at.reading.complain(
          item.key_place, path,
          {"not one of the site's languages", fmt::format("{}", fmt::join(languages, ", "))});
    } else if (is_of_kind(item, NodeKind::text, here, "a text")) {
      read_one(here);
    }
  }
  for (const std::string& language : languages) {
    if (child(at.node, language) != nullptr) continue;
    at.complain({"missing for language " + language, "a text for each language"});
  }
}

void read_words(domain::Localized& words, const At& at) {
  read_by_language(at, [&](const At& here) {
    std::string wrong = wrong_with_text(TextForm::line, here.node.text, here.reading.now);
    if (wrong.empty()) {
      words[here.node.key] = here.node.text;
    } else {
      here.complain({std::move(wrong), form_in_words(TextForm::line)});
    }
  });
}

void read(const WordsTarget& target, const At& at) {
  if (at.may_be_empty && at.node.children.empty()) return;
  read_words(*target.to, at);
}

void read(const WordsByIdTarget& target, const At& at) {
  if (at.node.children.size() > entries_max) {
    at.complain({"too many entries", fmt::format("at most {}", entries_max)});
    return;
  }
  for (const ConfigNode& item : at.node.children) {
    const std::string path = at.path + '.' + item.key;
    const At here{item, path, at.reading};
    if (!is_of_kind(item, NodeKind::table, here, allowed_values(target))) continue;
    read_words((*target.to)[item.key], here);
  }
}

void read_path(std::string& to, FileRule rule, const At& at) {
  CheckedPath checked = check_path(at.node.text, rule, at.reading.folder);
  for (Complaint& complaint : checked.complaints) at.complain(std::move(complaint));
  to = std::move(checked.path);
}

void read(const FileTarget& target, const At& at) {
  if (!at.node.text.empty()) {
    read_path(*target.to, target.rule, at);
  } else if (!target.to->empty() || !at.may_be_empty) {
    at.complain({"empty", allowed_values(target)});
  }
}

void read(const FileByLanguageTarget& target, const At& at) {
  read_by_language(at, [&](const At& here) {
    read_path((*target.to)[here.node.key], FileRule::readable, here);
  });
}

std::string allowed(const WholeTarget& target) {
  if (!target.only.empty()) return fmt::format("one of: {}", fmt::join(target.only, ", "));
  return fmt::format("a whole number from {} to {}", target.least, target.most);
}

std::string allowed(const FileTarget& target) {
  switch (target.rule) {
    case FileRule::readable:
      return "the path of a file";
    case FileRule::folder:
      return "the path of a folder";
    case FileRule::secret:
    case FileRule::secret_made:
      return "the path of a file that only its owner may read";
    case FileRule::made:
      return "a path";
  }
  return "a path";
}

}  // namespace

std::string allowed_values(const ConfigTarget& target) {
  return std::visit(
      overloaded{
          [](const FlagTarget&) { return std::string("true or false"); },
          [](const WholeTarget& whole) { return allowed(whole); },
          [](const TextTarget& text) { return std::string(form_in_words(text.form)); },
          [](const TextsTarget& texts) {
            return std::string("a list, each ") + form_in_words(texts.form);
          },
          [](const TimeTarget&) { return std::string("\"HH:MM\", from 00:00 to 24:00"); },
          [](const ChoiceTarget& one) {
            return fmt::format("one of: {}", fmt::join(one.names, ", "));
          },
          [](const WordsTarget&) { return std::string("a table with a text for each language"); },
          [](const WordsByIdTarget&) {
            return std::string("for each id a table with a text for each language");
          },
          [](const FileTarget& file) { return allowed(file); },
          [](const FileByLanguageTarget&) {
            return std::string("a table with the path of a file for each language");
          }},
      target);
}

std::string shown_value(const ConfigTarget& target) {
  return std::visit(
      overloaded{[](const FlagTarget& flag) { return std::string(*flag.to ? "true" : "false"); },
                 [](const WholeTarget& whole) { return fmt::format("{}", whole_of(whole)); },
                 [](const TextTarget& text) { return toml_text(*text.to); },
                 [](const TextsTarget& texts) {
                   std::vector<std::string> items = texts_of(texts);
                   for (std::string& item : items) item = toml_text(item);
                   return fmt::format("[{}]", fmt::join(items, ", "));
                 },
                 [](const TimeTarget& time) { return toml_text(domain::clock(*time.to)); },
                 [](const ChoiceTarget& one) { return toml_text(one.names[one.get()]); },
                 [](const WordsTarget&) { return std::string("{}"); },
                 [](const WordsByIdTarget&) { return std::string("{}"); },
                 [](const FileTarget& file) { return toml_text(*file.to); },
                 [](const FileByLanguageTarget&) { return std::string("{}"); }},
      target);
}

void read_value(const ConfigKey& key, const ConfigNode& node, const std::string& path,
                ConfigReading& reading) {
  reading.places[path] = node.place;
  const At at{node, path, reading, key.example.empty()};
  if (!is_of_kind(node, kind_of(key.target), at, allowed_values(key.target))) return;
  std::visit([&](const auto& target) { read(target, at); }, key.target);
}

}  // namespace kiosk::shell
