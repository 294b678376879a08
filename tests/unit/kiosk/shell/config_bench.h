#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "kiosk/shell/config.h"

namespace config_bench {

using namespace kiosk;
using namespace kiosk::shell;

inline const Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);

/// A folder of a site with all files that its configuration names.
class Site {
 public:
  Site() {
    std::string name = (std::filesystem::temp_directory_path() / "kiosk-config-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::filesystem::create_directory(folder_ / "locale");
    write("locale/zh-Hans.mo", "");
    write("locale/en.mo", "");
    write("ticket.receipt", "");
    write("token", "secret", 0600);
  }
  ~Site() { std::filesystem::remove_all(folder_); }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  void write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    std::ofstream(path(name), std::ios::binary) << text;
    REQUIRE(chmod(path(name).c_str(), mode) == 0);
  }

  ConfigReport load(const std::string& text, const std::string& overrides = "") const {
    write("kiosk.toml", text);
    return load_config(path("kiosk.toml"), now, overrides);
  }

 private:
  std::filesystem::path folder_;
};

/// All that must be given; 22 lines, so that what a test adds begins at line 23.
inline const std::string least = R"([site]
name = { zh-Hans = "医院", en = "Hospital" }
time_zone = "Asia/Shanghai"
[desk]
name = { zh-Hans = "挂号处", en = "Registration" }
place = { zh-Hans = "一层", en = "Ground floor" }
[server]
url = "https://fhir.example.org/r4"
token_file = "token"
[ticket.templates]
zh-Hans = "ticket.receipt"
en = "ticket.receipt"
[files]
locale = "locale"
[[languages]]
tag = "zh-Hans"
name = "简体中文"
[[languages]]
tag = "en"
name = "English"
[vault]
key_storage = "disk"
)";

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

inline std::string all_of(const ConfigReport& report) {
  std::string text;
  for (const ConfigProblem& problem : report.problems) text += text_of(problem) + '\n';
  return text;
}

/// The only problem of a report that has exactly one.
inline ConfigProblem only(const ConfigReport& report) {
  INFO(all_of(report));
  REQUIRE(report.problems.size() == 1);
  CHECK_FALSE(report.config.has_value());
  return report.problems[0];
}

/// Checks that a text has exactly one mistake, at that line and key; gives what is said about it.
inline std::string mistake(const Site& site, const std::string& text, int line,
                           const std::string& key) {
  CAPTURE(text);
  const ConfigProblem problem = only(site.load(text));
  CHECK(problem.file == site.path("kiosk.toml").string());
  CHECK(problem.line == line);
  CHECK(problem.key == key);
  return problem.what + " | " + problem.allowed;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace config_bench
