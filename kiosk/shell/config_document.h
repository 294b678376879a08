#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/base/result.h"

namespace kiosk::shell {

enum class ConfigOrigin { file, overrides, server_profile };

/// Where something stands; lines and columns count from 1.
struct ConfigPlace {
  ConfigOrigin origin = ConfigOrigin::file;
  int line = 1;
  int column = 1;
};

enum class NodeKind { table, list, text, whole, flag, fraction, date_or_time };

/// A TOML value that remembers where it stood. `children` are a table's or list's.
struct ConfigNode {
  std::string key;  ///< its name in the table around it; empty in lists
  ConfigPlace key_place;
  ConfigPlace place;
  NodeKind kind = NodeKind::table;
  std::string text;
  std::int64_t whole = 0;
  bool flag = false;
  std::vector<ConfigNode> children;
};

struct SyntaxError {
  ConfigPlace place;
  std::string what;
};

/// Parses TOML 1.0, nested at most 30 deep. With an error the node is of no use: TOML cannot be
/// read on after one.
struct ParsedDocument {
  ConfigNode root;
  std::vector<SyntaxError> errors;
};
ParsedDocument parse_toml(std::string_view text, ConfigOrigin origin);

/// Merges `over` into `base`: tables key by key, all else replaced.
void merge(ConfigNode& base, ConfigNode over);

/// The child of a table with that key, or nullptr.
const ConfigNode* child(const ConfigNode& table, std::string_view key);

/// The value at a dotted path of plain keys, or nullptr.
const ConfigNode* find_node(const ConfigNode& root, std::string_view path);

/// "a text", "a whole number" ...
const char* name_of(NodeKind kind);

}  // namespace kiosk::shell
