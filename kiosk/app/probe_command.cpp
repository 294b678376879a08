#include "kiosk/app/probe_command.h"

#include <chrono>
#include <cstdio>
#include <fstream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "kiosk/app/cli.h"
#include "kiosk/app/probe_wire.h"
#include "kiosk/app/sign_in.h"
#include "kiosk/shell/server_profile.h"

namespace kiosk::app {
namespace {

Instant system_now() {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

/// The configuration, or defaults for a server that wants no sign-in.
std::optional<shell::Config> config_for(const ProbeOptions& options) {
  if (options.config.empty()) {
    shell::Config plain;
    plain.profile.base_url = options.url;
    plain.sign_in = shell::SignIn::certificate;  // no header
    return plain;
  }
  const bool quotable = options.url.find_first_of("'\n\r") == std::string::npos;
  const std::string url =
      options.url.empty() || !quotable ? "" : fmt::format("[server]\nurl = '{}'\n", options.url);
  return load_or_complain(options.config, url);
}

/// Only what the kiosk itself wrote is written over.
Result<void> write_profile(const std::string& path, const std::string& text) {
  std::string first;
  if (std::ifstream there(path); there) std::getline(there, first);
  if (!first.empty() && !first.starts_with(shell::server_profile_heading))
    return fail("probe", "other_file", path + " is no server profile; it is left as it is");
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fail("probe", "write", "cannot write " + path);
  return {};
}

std::string profile_text(const sync::ProbeReport& report) {
  const auto known = report.arrival_known ? shell::ArrivalTried::yes : shell::ArrivalTried::no;
  return shell::server_profile_text(
      report.profile,
      fmt::format("of {}, {:%Y-%m-%d %H:%M} UTC", report.profile.base_url,
                  std::chrono::floor<Seconds>(system_now())),
      known);
}

int conclude(const ProbeOptions& options, const sync::ProbeReport& report) {
  fmt::print("{}\n", sync::readable(report));
  if (!report.reached) {
    fmt::print("The server cannot be reached.\n");
    return exit_unavailable;
  }
  const bool good = sync::works(report);
  fmt::print("{}\n", good ? "The kiosk works with this server."
                          : "The kiosk does NOT work with this server: see FAILS above.");
  if (options.write.empty() || !good) return good ? exit_ok : exit_failed;
  if (const auto written = write_profile(options.write, profile_text(report)); !written)
    return complain(written.error());
  fmt::print("Its profile is in {0}; in the kiosk's configuration: [server] profile = \"{0}\"\n",
             options.write);
  return exit_ok;
}

}  // namespace

int probe_server(const ProbeOptions& options) {
  const auto config = config_for(options);
  if (!config) return exit_config;
  auto authorizer = make_authorizer(*config);
  if (!authorizer) return complain(authorizer.error());
  auto wire = ProbeWire::create(
      config->profile,
      {config->ca_file, 256, config->certificate_file, config->certificate_key_file},
      std::move(*authorizer));
  if (!wire) return complain(wire.error());
  sync::ProbeSettings settings;
  settings.profile = config->profile;
  settings.zone = config->rules.zone;
  settings.test_data = options.test_data;
  settings.appointment = options.appointment;
  if (!config->certificate_file.empty())
    settings.unsigned_requests = sync::ProbeSettings::Unsigned::none;
  sync::ProbePorts ports;
  ports.ask = [&wire](const std::vector<sync::Question>& questions) {
    return (*wire)->ask(questions);
  };
  ports.now = system_now;
  ports.unique_id = random_hex;
  ports.progress = [](const std::string& what) { fmt::print(stderr, "... {}\n", what); };
  fmt::print("kiosk probe {}\n\n", config->profile.base_url);
  return conclude(options, sync::probe(settings, ports));
}

}  // namespace kiosk::app
