#include "kiosk/shell/config.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kiosk/shell/config_reading.h"
#include "kiosk/shell/server_profile.h"
#include "kiosk/shell/time_zone.h"

namespace kiosk::shell {
namespace {

constexpr std::size_t config_path_max = 200;

/// What follows from keys that were read: one fact has one key, though two structs hold it.
void derive(Config& config, Instant now) {
  using domain::AppointmentStatus;
  if (auto zone = time_zone(config.time_zone, now)) config.rules.zone = *std::move(zone);
  config.rules.citizen_system = config.profile.systems.citizen_number;
  config.rules.foreign_permit_system = config.profile.systems.permits;
  const std::string& compatriots = config.profile.systems.hk_macao_taiwan_permits;
  config.rules.hk_macao_taiwan_permit_system =
      compatriots.empty() ? config.rules.citizen_system : compatriots;
  config.profile.look_up_timeout = config.rules.time_outs.look_up;
  config.profile.fresh_timeout = config.rules.time_outs.fresh_read;
  config.profile.may_check_in = {AppointmentStatus::booked};
  if (config.rules.unconfirmed == journeys::UnconfirmedRule::check_in) {
    config.profile.may_check_in.insert(AppointmentStatus::pending);
    config.profile.may_check_in.insert(AppointmentStatus::proposed);
  }
}

void sort_and_bound(std::vector<ConfigProblem>& problems, const std::string& file) {
  std::stable_sort(problems.begin(), problems.end(), [&](const auto& a, const auto& b) {
    return std::tuple(a.file != file, a.line, a.column) <
           std::tuple(b.file != file, b.line, b.column);
  });
  if (problems.size() <= config_problems_max) return;
  const std::size_t more = problems.size() - config_problems_max;
  problems.resize(config_problems_max);
  problems.push_back({file, problems.back().line, 1, "", fmt::format("and {} more", more), ""});
}

/// At most one byte more than a configuration may have; nothing when it cannot be read.
std::optional<std::string> text_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text(config_bytes_max + 1, '\0');
  stream.read(text.data(), std::streamsize(text.size()));
  if (stream.bad()) return std::nullopt;
  text.resize(std::size_t(stream.gcount()));
  return text;
}

/// Complains of what does not belong into a server profile.
void check_profile(const ConfigNode& table, const std::string& section, ConfigReading& reading) {
  const std::vector<std::string>& keys = server_profile_keys();
  for (const ConfigNode& node : table.children) {
    const std::string path = section.empty() ? node.key : section + '.' + node.key;
    const bool leads_on = node.kind == NodeKind::table && path.size() < config_path_max;
    if (std::find(keys.begin(), keys.end(), path) != keys.end()) continue;
    if (leads_on)
      check_profile(node, path, reading);
    else
      reading.complain(node.key_place, path.substr(0, config_path_max),
                       {"not a key of a server profile", fmt::format("{}", fmt::join(keys, ", "))});
  }
}

/// Puts what the server profile says over what the file says.
void merge_profile(ConfigNode& root, const ConfigNode& overrides, ConfigReading& reading) {
  const ConfigNode* named = find_node(overrides, "server.profile");
  if (named == nullptr) named = find_node(root, "server.profile");
  if (named == nullptr || named->kind != NodeKind::text || named->text.empty()) return;
  const CheckedPath path = check_path(named->text, FileRule::readable, reading.folder);
  if (!path.complaints.empty()) return;  // complained of with its key
  reading.server_profile = path.path;
  const auto text = text_of_file(path.path);
  ParsedDocument profile = parse_toml(text.value_or(""), ConfigOrigin::server_profile);
  if (!text || text->size() > config_bytes_max)
    return reading.complain({ConfigOrigin::server_profile}, "", {"cannot be read, or is too long"});
  for (const SyntaxError& wrong : profile.errors)
    reading.complain(wrong.place, "", {"not TOML: " + wrong.what});
  if (!profile.errors.empty()) return;
  check_profile(profile.root, "", reading);
  if (reading.problems.empty()) merge(root, std::move(profile.root));
}

ConfigReport refusal(const std::filesystem::path& file, std::string what) {
  return {std::nullopt, {{file.string(), 1, 1, "", std::move(what), ""}}};
}

}  // namespace

std::string text_of(const ConfigProblem& problem) {
  std::string text = fmt::format("{}:{}:{}: ", problem.file, problem.line, problem.column);
  if (!problem.key.empty()) text += problem.key + ": ";
  text += problem.what;
  if (!problem.allowed.empty()) text += fmt::format(" (allowed: {})", problem.allowed);
  return text;
}

ConfigReport read_config(const ConfigText& text, Instant now) {
  if (text.text.size() > config_bytes_max || text.overrides.size() > config_bytes_max) {
    return refusal(text.file, fmt::format("too long; at most {} bytes", config_bytes_max));
  }
  ConfigReading reading;
  reading.file = text.file;
  reading.now = now;
  std::error_code error;
  reading.folder = std::filesystem::absolute(text.file, error).parent_path();

  ParsedDocument document = parse_toml(text.text, ConfigOrigin::file);
  ParsedDocument overrides = parse_toml(text.overrides, ConfigOrigin::overrides);
  for (const ParsedDocument* parsed : {&document, &overrides}) {
    for (const SyntaxError& wrong : parsed->errors) {
      reading.complain(wrong.place, "", {"not TOML: " + wrong.what});
    }
  }
  if (!reading.problems.empty()) return {std::nullopt, std::move(reading.problems)};
  merge_profile(document.root, overrides.root, reading);
  merge(document.root, std::move(overrides.root));

  Config config;
  read_document(document.root, config, reading);
  judge(config, reading);
  sort_and_bound(reading.problems, text.file.string());
  if (!reading.problems.empty()) return {std::nullopt, std::move(reading.problems)};
  derive(config, now);
  return {std::move(config), {}};
}

ConfigReport load_config(const std::filesystem::path& file, Instant now,
                         std::string_view overrides) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    return refusal(file, error ? "cannot be read: " + error.message() : "not a file");
  }
  const auto text = text_of_file(file);
  if (!text) return refusal(file, "cannot be read");
  return read_config({file, *text, overrides}, now);
}

}  // namespace kiosk::shell
