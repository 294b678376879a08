#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kiosk/shell/config.h"

namespace kiosk::shell {

// The table of the configuration: one row a key says where its value goes, what is allowed and what
// it is for. Reading, checking, "did you mean" and the commented default file are all made from it;
// a default is what the value is before reading.

struct FlagTarget {
  bool* to;
};

/// The key's name ends with the unit: none, _ms, _s or _min.
struct WholeTarget {
  std::variant<int*, std::optional<int>*, std::size_t*, Milliseconds*, Seconds*, Minutes*> to;
  std::int64_t least;
  std::int64_t most;
  std::vector<std::int64_t> only = {};  ///< empty: all from least to most
};

/// What a text must look like. An empty text is allowed where the default is empty.
enum class TextForm {
  line,        ///< anything in one line
  code,        ///< an id or code of the server, as it stands there
  uri,         ///< an absolute URI, as Identifier.system has
  url,         ///< https, or http on this machine
  search,      ///< a FHIR _include: Resource:parameter
  kiosk_code,  ///< see store::valid_kiosk_code
  language,    ///< BCP 47
  time_zone,   ///< IANA
  weekday,     ///< mon .. sun
  pattern      ///< ECMAScript regular expression, see domain::valid_pattern
};

struct TextTarget {
  std::string* to;
  TextForm form;
};

struct TextsTarget {
  std::variant<std::vector<std::string>*, std::set<std::string>*> to;
  TextForm form;
};

/// "HH:MM", 24:00 for the end of a day.
struct TimeTarget {
  domain::TimeOfDay* to;
};

struct ChoiceTarget {
  std::vector<std::string> names;
  std::function<std::size_t()> get;
  std::function<void(std::size_t)> set;
};

/// A text in each of the configured languages.
struct WordsTarget {
  domain::Localized* to;
};

/// Such a text for each id of a table.
struct WordsByIdTarget {
  std::map<std::string, domain::Localized>* to;
};

enum class FileRule {
  readable,     ///< a file that is there and can be read
  folder,       ///< a folder that is there
  secret,       ///< readable, and closed to group and others
  secret_made,  ///< as `secret` where it is there; else the kiosk makes it
  made          ///< the kiosk makes it
};

struct FileTarget {
  std::string* to;
  FileRule rule;
};

/// A readable file for each of the configured languages.
struct FileByLanguageTarget {
  std::map<std::string, std::string>* to;
};

using ConfigTarget =
    std::variant<FlagTarget, WholeTarget, TextTarget, TextsTarget, TimeTarget, ChoiceTarget,
                 WordsTarget, WordsByIdTarget, FileTarget, FileByLanguageTarget>;

struct ConfigKey {
  std::string path;  ///< with its section: "server.url"
  ConfigTarget target;
  std::string help;
  std::string example = {};  ///< TOML; only keys that must be given have one
  std::string unset = {};    ///< TOML; an example of a key that without it follows another one
};

struct ClinicRow {
  std::string id;
  journeys::ClinicRules rules;
};

struct OpeningHoursRow {
  std::vector<std::string> days;
  domain::TimeOfDay from;
  domain::TimeOfDay until;
};

/// The keys outside of rows, section by section; `config` must outlive them.
std::vector<ConfigKey> site_keys(Config& config);

/// Appends keys to keys.
void add(std::vector<ConfigKey>& keys, std::vector<ConfigKey> more);

/// Those of what is plugged in; `devices` must outlive them.
std::vector<ConfigKey> device_keys(DeviceSettings& devices);
std::vector<ConfigKey> printer_keys(drivers::printer::SiteProfile& printer);

std::vector<ConfigKey> language_keys(journeys::Language& row);
std::vector<ConfigKey> opening_hours_keys(OpeningHoursRow& row);
std::vector<ConfigKey> code_keys(domain::CodeFormat& row);
std::vector<ConfigKey> clinic_keys(ClinicRow& row);
std::vector<ConfigKey> direction_keys(journeys::Direction& row);
std::vector<ConfigKey> font_keys(FontFile& row);

/// What repeats: [[clinics]], or [directions.KIOSK.PLACE].
struct ConfigRows {
  std::string path;
  std::string heading;  ///< of an example
  std::string help;
};
const std::vector<ConfigRows>& config_rows();

template <typename E>
ChoiceTarget choice(E* to, std::vector<std::pair<const char*, E>> values) {
  ChoiceTarget target;
  for (const auto& value : values) target.names.emplace_back(value.first);
  target.get = [to, values] {
    std::size_t i = 0;
    while (i + 1 < values.size() && values[i].second != *to) ++i;
    return i;
  };
  target.set = [to, values](std::size_t i) { *to = values[i].second; };
  return target;
}

}  // namespace kiosk::shell
