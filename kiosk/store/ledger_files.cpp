#include "kiosk/store/ledger_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace kiosk::store {

namespace fs = std::filesystem;

std::string aside_stem(const std::string& path) {
  return path + ".aside-";
}

std::vector<std::string> ledgers_aside(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  const std::string own_name = fs::path(path).filename().string();
  const std::string before_name = path.substr(0, path.size() - own_name.size());
  const std::string begin = aside_stem(own_name);
  const auto is_part = [](const std::string& name) {
    return std::any_of(ledger_suffixes.begin() + 1, ledger_suffixes.end(),
                       [&](const char* suffix) { return name.ends_with(suffix); });
  };
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && !is_part(name)) found.push_back(before_name + name);
  }
  return found;
}

}  // namespace kiosk::store
