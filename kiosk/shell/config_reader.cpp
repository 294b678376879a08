#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "kiosk/shell/config_reading.h"
#include "kiosk/shell/config_texts.h"

namespace kiosk::shell {
namespace {

constexpr std::size_t rows_max = 1000;
constexpr std::size_t name_bytes_max = 60;  ///< of an unknown key that is shown and compared

std::string joined(const std::string& section, const std::string& key) {
  return section.empty() ? key : section + '.' + key;
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('.') + 1);  // npos + 1 is 0
}

std::string shown_name(const std::string& key) {
  return key.size() <= name_bytes_max ? key : key.substr(0, name_bytes_max) + "...";
}

bool names_a_secret(const std::string& key) {
  static const std::vector<std::string> words{"token", "secret", "password", "passwd", "key"};
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return key == word || key.ends_with('_' + word) || key.starts_with(word + '_');
  });
}

void complain_of_unknown(const ConfigNode& node, const std::string& section,
                         const std::vector<std::string>& here,
                         const std::vector<std::string>& everywhere, ConfigReading& reading) {
  const std::string path = joined(section, shown_name(node.key));
  if (names_a_secret(node.key) && node.kind == NodeKind::text) {
    reading.complain(node.key_place, path,
                     {"unknown key; a secret never stands in this file",
                      "server.token_file and vault.key_file name files that hold them"});
    return;
  }
  if (reading.problems.size() > config_problems_max) {  // only counted, not shown
    reading.complain(node.key_place, path, {"unknown key"});
    return;
  }
  std::string near = nearest(node.key, here);
  if (near.empty()) {
    for (const std::string& known : everywhere) {
      if (last_part(known) == node.key) near = known;
    }
  }
  Complaint complaint{near.empty() ? "unknown key" : "unknown key; did you mean " + near + "?",
                      fmt::format("{}", fmt::join(here, ", "))};
  reading.complain(node.key_place, path, std::move(complaint));
}

/// Reads the keys of one row of a list or table; the row is judged by its caller.
void read_row(const std::vector<ConfigKey>& keys, const ConfigNode& row, const std::string& path,
              ConfigReading& reading) {
  if (row.kind != NodeKind::table) {
    reading.complain(row.place, path,
                     {fmt::format("wrong type, {}", name_of(row.kind)), "a table"});
    return;
  }
  std::vector<std::string> names;
  for (const ConfigKey& key : keys) {
    names.push_back(key.path);
    if (const ConfigNode* node = child(row, key.path)) {
      read_value(key, *node, joined(path, key.path), reading);
    } else if (!key.example.empty()) {
      reading.complain(row.place, joined(path, key.path), {"missing", allowed_values(key.target)});
    }
  }
  for (const ConfigNode& node : row.children) {
    if (std::find(names.begin(), names.end(), node.key) != names.end()) continue;
    complain_of_unknown(node, path, names, {}, reading);
  }
}

/// Calls `read_one(row, path)` for each row of a list of tables.
template <typename F>
void for_each_row(const ConfigNode& root, const std::string& path, ConfigReading& reading,
                  const F& read_one) {
  const ConfigNode* list = child(root, path);
  if (list == nullptr) return;
  reading.places[path] = list->place;
  if (list->kind != NodeKind::list || list->children.size() > rows_max) {
    reading.complain(list->place, path,
                     {list->kind == NodeKind::list ? "too many rows" : "wrong type",
                      fmt::format("tables that begin with [[{}]], at most {}", path, rows_max)});
    return;
  }
  for (std::size_t i = 0; i < list->children.size(); ++i) {
    const ConfigNode& row = list->children[i];
    const std::string row_path = fmt::format("{}[{}]", path, i + 1);
    reading.places[row_path] = row.place;
    read_one(row, row_path);
  }
}

/// Complains when a row bears the name of an earlier one.
void check_unique(std::set<std::string>& names, const std::string& name, const std::string& path,
                  ConfigReading& reading) {
  if (!name.empty() && !names.insert(name).second) {
    reading.complain_about(path, {"a second row for " + shown_name(name), "one row for each"});
  }
}

void read_languages(const ConfigNode& root, Config& config, ConfigReading& reading) {
  std::set<std::string> tags;
  for_each_row(root, "languages", reading, [&](const ConfigNode& row, const std::string& path) {
    journeys::Language language;
    read_row(language_keys(language), row, path, reading);
    check_unique(tags, language.tag, path + ".tag", reading);
    if (language.tag.empty()) return;
    reading.languages.push_back(language.tag);
    config.rules.languages.push_back(std::move(language));
  });
}

void read_opening_hours(const ConfigNode& root, Config& config, ConfigReading& reading) {
  for_each_row(root, "opening_hours", reading, [&](const ConfigNode& row, const std::string& path) {
    OpeningHoursRow hours;
    const std::size_t problems = reading.problems.size();
    read_row(opening_hours_keys(hours), row, path, reading);
    if (reading.problems.size() == problems && hours.from >= hours.until) {
      reading.complain_about(path + ".until",
                             {"it does not lie after `from`", "hours past midnight are two rows"});
    }
    for (const std::string& day : hours.days) {
      config.rules.opening_hours.push_back({weekday_of(day), hours.from, hours.until});
    }
  });
}

void read_codes(const ConfigNode& root, Config& config, ConfigReading& reading) {
  std::set<std::string> names;
  for_each_row(root, "codes", reading, [&](const ConfigNode& row, const std::string& path) {
    domain::CodeFormat format;
    read_row(code_keys(format), row, path, reading);
    check_unique(names, format.name, path + ".name", reading);
    if (format.system.empty() && format.meaning != domain::CodeMeaning::ticket &&
        child(row, "system") == nullptr) {
      reading.complain(row.place, path + ".system", {"missing", form_in_words(TextForm::uri)});
    }
    config.rules.code_formats.push_back(std::move(format));
  });
}

void read_clinics(const ConfigNode& root, Config& config, ConfigReading& reading) {
  std::set<std::string> ids;
  for_each_row(root, "clinics", reading, [&](const ConfigNode& row, const std::string& path) {
    ClinicRow clinic{"", config.rules.clinic};
    read_row(clinic_keys(clinic), row, path, reading);
    check_unique(ids, clinic.id, path + ".id", reading);
    config.rules.clinics.emplace(clinic.id, clinic.rules);
  });
}

void read_fonts(const ConfigNode& root, Config& config, ConfigReading& reading) {
  for_each_row(root, "fonts", reading, [&](const ConfigNode& row, const std::string& path) {
    FontFile font;
    read_row(font_keys(font), row, path, reading);
    config.fonts.push_back(std::move(font));
  });
}

void read_directions(const ConfigNode& root, Config& config, ConfigReading& reading) {
  const ConfigNode* kiosks = child(root, "directions");
  if (kiosks == nullptr) return;
  const Complaint shape{"wrong type", "tables that begin with [directions.KIOSK.PLACE]"};
  if (kiosks->kind != NodeKind::table) {
    reading.complain(kiosks->place, "directions", shape);
    return;
  }
  for (const ConfigNode& kiosk : kiosks->children) {
    const std::string section = "directions." + shown_name(kiosk.key);
    if (kiosk.kind != NodeKind::table) {
      reading.complain(kiosk.place, section, shape);
      continue;
    }
    if (!wrong_with_text(TextForm::kiosk_code, kiosk.key, reading.now).empty()) {
      reading.complain(kiosk.key_place, section,
                       {"not a kiosk code", form_in_words(TextForm::kiosk_code)});
    }
    for (const ConfigNode& place : kiosk.children) {
      journeys::Direction direction;
      read_row(direction_keys(direction), place, section + '.' + shown_name(place.key), reading);
      if (kiosk.key != config.rules.kiosk_code) continue;
      config.rules.directions[place.key] = std::move(direction);
    }
  }
}

/// The names that may stand in a section, in the order of the table.
std::vector<std::string> names_in(const std::string& section,
                                  const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  const std::string start = section.empty() ? "" : section + '.';
  for (const std::string& path : paths) {
    if (!path.starts_with(start)) continue;
    std::string name = path.substr(start.size());
    name.resize(std::min(name.find('.'), name.size()));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

/// Complains of all that stands in a section and in no row of the table, sections within included.
void find_unknown(const ConfigNode& table, const std::string& section,
                  const std::vector<std::string>& paths, ConfigReading& reading) {
  const std::vector<std::string> names = names_in(section, paths);
  for (const ConfigNode& node : table.children) {
    const std::string path = joined(section, node.key);
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) continue;
    if (std::find(names.begin(), names.end(), node.key) == names.end()) {
      complain_of_unknown(node, section, names, paths, reading);
      continue;
    }
    reading.places[path] = node.place;
    if (node.kind == NodeKind::table) {
      find_unknown(node, path, paths, reading);
    } else {
      reading.complain(
          node.place, path,
          {fmt::format("wrong type, {}", name_of(node.kind)), fmt::format("a table, [{}]", path)});
    }
  }
}

}  // namespace

void ConfigReading::complain(const ConfigPlace& place, const std::string& key,
                             Complaint complaint) {
  const std::string where = place.origin == ConfigOrigin::file        ? file.string()
                            : place.origin == ConfigOrigin::overrides ? "(overrides)"
                                                                      : server_profile.string();
  problems.push_back({where, place.line, place.column, key, std::move(complaint.what),
                      std::move(complaint.allowed)});
}

void ConfigReading::complain_about(const std::string& key, Complaint complaint) {
  std::string section = key;
  for (;;) {
    if (const auto found = places.find(section); found != places.end()) {
      complain(found->second, key, std::move(complaint));
      return;
    }
    const std::size_t dot = section.rfind('.');
    if (dot == std::string::npos) break;
    section.resize(dot);
  }
  complain({}, key, std::move(complaint));
}

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  if (name.empty() || name.size() > name_bytes_max) return {};
  std::string best;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const std::size_t change = diagonal + (name[i] == candidate[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
      }
    }
    if (row.back() < least) {
      least = row.back();
      best = candidate;
    }
  }
  return best;
}

void read_document(const ConfigNode& root, Config& config, ConfigReading& reading) {
  read_languages(root, config, reading);
  const std::vector<ConfigKey> keys = site_keys(config);
  std::vector<std::string> paths;
  for (const ConfigKey& key : keys) paths.push_back(key.path);
  for (const ConfigRows& rows : config_rows()) paths.push_back(rows.path);
  find_unknown(root, "", paths, reading);

  for (const ConfigKey& key : keys) {
    if (const ConfigNode* node = find_node(root, key.path)) {
      read_value(key, *node, key.path, reading);
    } else if (!key.example.empty()) {
      reading.complain_about(key.path, {"missing", allowed_values(key.target)});
    }
  }
  read_opening_hours(root, config, reading);
  read_codes(root, config, reading);
  read_clinics(root, config, reading);
  read_directions(root, config, reading);
  read_fonts(root, config, reading);
}

}  // namespace kiosk::shell
