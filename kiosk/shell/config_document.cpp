#include "kiosk/shell/config_document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace kiosk::shell {
namespace {

// The parser bounds the depth of brackets but not that of dotted keys, which it follows
// recursively.
constexpr int dots_in_line_max = 100;

/// The first line with so many dots that its keys could be too deep; 0: none.
int line_too_deep(std::string_view text) {
  int line = 1;
  int dots = 0;
  for (const char c : text) {
    if (c == '.' && ++dots > dots_in_line_max) return line;
    if (c != '\n') continue;
    ++line;
    dots = 0;
  }
  return 0;
}

ConfigPlace place_of(const toml::source_position& position, ConfigOrigin origin) {
  return {origin, std::max(1, static_cast<int>(position.line)),
          std::max(1, static_cast<int>(position.column))};
}

/// Turns the library's values into ours, no deeper than any configuration needs.
class Copier {
 public:
  Copier(ConfigOrigin origin, std::vector<SyntaxError>& errors)
      : origin_(origin), errors_(errors) {}

  ConfigNode copy(const toml::node& from, int depth = 0) {
    ConfigNode node;
    node.place = place_of(from.source().begin, origin_);
    if (depth > depth_max) {
      if (errors_.empty()) errors_.push_back({node.place, "nested too deep"});
      return node;
    }
    if (const auto* table = from.as_table()) {
      for (const auto& [key, value] : *table) {
        node.children.push_back(copy(value, depth + 1));
        node.children.back().key = key.str();
        node.children.back().key_place = place_of(key.source().begin, origin_);
      }
    } else if (const auto* list = from.as_array()) {
      node.kind = NodeKind::list;
      for (const toml::node& value : *list) node.children.push_back(copy(value, depth + 1));
    } else {
      copy_plain(from, node);
    }
    return node;
  }

 private:
  static constexpr int depth_max = 30;

  static void copy_plain(const toml::node& from, ConfigNode& node) {
    if (const auto* text = from.as_string()) {
      node.kind = NodeKind::text;
      node.text = text->get();
    } else if (const auto* whole = from.as_integer()) {
      node.kind = NodeKind::whole;
      node.whole = whole->get();
    } else if (const auto* flag = from.as_boolean()) {
      node.kind = NodeKind::flag;
      node.flag = flag->get();
    } else {
      node.kind = from.is_floating_point() ? NodeKind::fraction : NodeKind::date_or_time;
    }
  }

  ConfigOrigin origin_;
  std::vector<SyntaxError>& errors_;
};

}  // namespace

ParsedDocument parse_toml(std::string_view text, ConfigOrigin origin) {
  ParsedDocument document;
  document.root.place.origin = origin;
  if (const int line = line_too_deep(text); line > 0) {
    document.errors.push_back({{origin, line, 1}, "more than 100 dots in one line"});
    return document;
  }
  try {
    document.root = Copier(origin, document.errors).copy(toml::parse(text));
    document.root.place = {origin, 1, 1};
  } catch (const toml::parse_error& error) {
    document.errors.push_back(
        {place_of(error.source().begin, origin), std::string(error.description())});
  } catch (const std::exception& error) {
    document.errors.push_back({{origin, 1, 1}, error.what()});
  }
  return document;
}

void merge(ConfigNode& base, ConfigNode over) {
  for (ConfigNode& value : over.children) {
    const auto same = std::find_if(base.children.begin(), base.children.end(),
                                   [&](const ConfigNode& node) { return node.key == value.key; });
    if (same == base.children.end()) {
      base.children.push_back(std::move(value));
    } else if (same->kind == NodeKind::table && value.kind == NodeKind::table) {
      merge(*same, std::move(value));
    } else {
      *same = std::move(value);
    }
  }
}

const ConfigNode* child(const ConfigNode& table, std::string_view key) {
  if (table.kind != NodeKind::table) return nullptr;
  const auto found = std::find_if(table.children.begin(), table.children.end(),
                                  [&](const ConfigNode& node) { return node.key == key; });
  return found == table.children.end() ? nullptr : &*found;
}

const ConfigNode* find_node(const ConfigNode& root, std::string_view path) {
  const ConfigNode* node = &root;
  while (node != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = child(*node, path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node;
}

const char* name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::table:
      return "a table";
    case NodeKind::list:
      return "a list";
    case NodeKind::text:
      return "a text";
    case NodeKind::whole:
      return "a whole number";
    case NodeKind::flag:
      return "true or false";
    case NodeKind::fraction:
      return "a number with a fraction";
    case NodeKind::date_or_time:
      return "a date or time";
  }
  return "a value";
}

}  // namespace kiosk::shell
