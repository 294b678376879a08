#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "kiosk/shell/config_reading.h"
#include "kiosk/shell/server_profile.h"

namespace kiosk::shell {
namespace {

constexpr std::size_t columns_max = 98;

constexpr std::string_view heading =
    R"(# The configuration of a kiosk: every key, what it is for, what is allowed, its default.
#
# A site copies this file, sets what must be set, and asks `kiosk check-config FILE`. Lines that
# begin with # and no space are examples: of keys that must be given, of keys that without a line
# of their own follow another one, and of tables that repeat. Relative paths start at the folder of
# the file. Secrets never stand here, only paths of files (mode 0600) that hold them.
)";

/// Appends a text as comment lines.
void comment(std::string& out, std::string_view text) {
  std::string line = "#";
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    if (line.size() + 1 + word.size() > columns_max) {
      out += line + '\n';
      line = "#";
    }
    line += ' ';
    line += word;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  out += line + '\n';
}

void describe(std::string& out, const ConfigKey& key) {
  const char* must = key.example.empty() ? "" : " Must be given.";
  comment(out, key.help + must);
  comment(out, fmt::format("Allowed: {}.", allowed_values(key.target)));
}

void show(std::string& out, const ConfigKey& key, const std::string& name) {
  describe(out, key);
  const std::string& example = key.example.empty() ? key.unset : key.example;
  out += example.empty() ? fmt::format("{} = {}\n", name, shown_value(key.target))
                         : fmt::format("#{} = {}\n", name, example);
}

constexpr const char* words_example = R"(#"ID" = { zh-Hans = "…", en = "…" })";

std::string section_of(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

void show_keys(std::string& out) {
  Config config;
  std::string section;
  for (const ConfigKey& key : site_keys(config)) {
    if (std::holds_alternative<WordsByIdTarget>(key.target)) {
      section = key.path;
      out += fmt::format("\n[{}]\n", section);
      describe(out, key);
      out += fmt::format("{}\n", words_example);
      continue;
    }
    const std::string own = section_of(key.path);
    if (own != section) out += fmt::format("\n[{}]\n", own);
    if (own == section) out += '\n';
    section = own;
    show(out, key, key.path.substr(key.path.rfind('.') + 1));
  }
}

struct ExampleRows {
  journeys::Language language;
  OpeningHoursRow hours;
  domain::CodeFormat code;
  ClinicRow clinic;
  journeys::Direction direction;
  FontFile font;
};

std::vector<ConfigKey> keys_of_rows(const std::string& path, ExampleRows& rows) {
  if (path == "languages") return language_keys(rows.language);
  if (path == "opening_hours") return opening_hours_keys(rows.hours);
  if (path == "codes") return code_keys(rows.code);
  if (path == "clinics") return clinic_keys(rows.clinic);
  if (path == "directions") return direction_keys(rows.direction);
  return font_keys(rows.font);
}

void show_rows(std::string& out) {
  ExampleRows examples;
  for (const ConfigRows& rows : config_rows()) {
    out += '\n';
    comment(out, rows.help);
    out += fmt::format("#{}\n", rows.heading);
    for (const ConfigKey& key : keys_of_rows(rows.path, examples)) {
      describe(out, key);
      const bool shown = !key.example.empty();
      out += fmt::format("#{} = {}\n", key.path, shown ? key.example : shown_value(key.target));
    }
  }
}

}  // namespace

const std::vector<std::string>& server_profile_keys() {
  static const std::vector<std::string> keys{"server.includes",          "server.reverse_includes",
                                             "server.page_size",         "server.arrival.way",
                                             "server.arrival.change_by", "server.arrival.status"};
  return keys;
}

std::string server_profile_text(const sync::SiteProfile& profile, std::string_view whose,
                                ArrivalTried tried) {
  Config config;
  config.profile = profile;
  std::string out = fmt::format("{} {}\n", server_profile_heading, whose);
  comment(out,
          "Made by kiosk probe; named by server.profile in a kiosk's configuration, whose own "
          "keys these take the place of.");
  std::string section;
  for (const ConfigKey& key : site_keys(config)) {
    const auto& keys = server_profile_keys();
    if (std::find(keys.begin(), keys.end(), key.path) == keys.end()) continue;
    const std::string own = section_of(key.path);
    if (own == "server.arrival" && tried == ArrivalTried::no) continue;
    if (own != section) out += fmt::format("\n[{}]\n", own);
    section = own;
    out += fmt::format("{} = {}\n", key.path.substr(own.size() + 1), shown_value(key.target));
  }
  return out;
}

std::string default_config_text() {
  std::string out(heading);
  show_keys(out);
  show_rows(out);
  return out;
}

}  // namespace kiosk::shell
