#include "kiosk/shell/config_document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace kiosk::shell {
namespace {

ConfigPlace place_of(const toml::source_position& position, ConfigOrigin origin) {
  return {origin, std::max(1, static_cast<int>(position.line)),
          std::max(1, static_cast<int>(position.column))};
}

ConfigNode node_of(const toml::node& from, ConfigOrigin origin) {
  ConfigNode node;
  node.place = place_of(from.source().begin, origin);
  if (const auto* table = from.as_table()) {
    for (const auto& [key, value] : *table) {
      node.children.push_back(node_of(value, origin));
      node.children.back().key = key.str();
      node.children.back().key_place = place_of(key.source().begin, origin);
    }
  } else if (const auto* list = from.as_array()) {
    node.kind = NodeKind::list;
    for (const toml::node& value : *list) node.children.push_back(node_of(value, origin));
  } else if (const auto* text = from.as_string()) {
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
  return node;
}

}  // namespace

ParsedDocument parse_toml(std::string_view text, ConfigOrigin origin) {
  ParsedDocument document;
  document.root.place.origin = origin;
  try {
    document.root = node_of(toml::parse(text), origin);
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
