#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "kiosk/shell/config_document.h"
#include "kiosk/shell/config_keys.h"

namespace kiosk::shell {

/// What is wrong with a value, and what would be right.
struct Complaint {
  std::string what;
  std::string allowed = {};
};

/// One run over a configuration: what values are checked against, and the mistakes so far.
struct ConfigReading {
  std::filesystem::path file;
  std::filesystem::path server_profile;  ///< the file that `server.profile` names
  std::filesystem::path folder;          ///< absolute; relative paths start here
  Instant now;
  std::vector<std::string> languages;
  std::map<std::string, ConfigPlace> places;  ///< of what was given, by key with its section
  std::vector<ConfigProblem> problems;

  void complain(const ConfigPlace& place, const std::string& key, Complaint complaint);
  /// At the key where it was given, else at its section, else at the start of the file.
  void complain_about(const std::string& key, Complaint complaint);
};

/// Checks a value and puts it where its key says; `path` is the key with its section and row.
void read_value(const ConfigKey& key, const ConfigNode& node, const std::string& path,
                ConfigReading& reading);

/// What a key takes, in words: "one of: desk, allow".
std::string allowed_values(const ConfigTarget& target);
/// The value that stands in the target now, as TOML: the default, before anything was read.
std::string shown_value(const ConfigTarget& target);

/// Reads all keys and rows of a document.
void read_document(const ConfigNode& root, Config& config, ConfigReading& reading);

/// What no single key can tell: sign-in and test, catalogues, templates, hours and time-outs.
void judge(const Config& config, ConfigReading& reading);

/// A path as the program will use it, or what is wrong with it.
struct CheckedPath {
  std::string path;
  std::vector<Complaint> complaints;
};
CheckedPath check_path(const std::string& given, FileRule rule,
                       const std::filesystem::path& folder);

/// Whether a text has the form of a secret itself and not of a path: such a text is never repeated.
bool looks_like_a_secret(const std::string& text);

/// The known name that is nearest to a mistyped one; empty when none is near.
std::string nearest(const std::string& name, const std::vector<std::string>& known);

}  // namespace kiosk::shell
