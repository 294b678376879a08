#include "kiosk/shell/server_profile.h"

#include "config_bench.h"
#include "kiosk/shell/config_keys.h"

using namespace config_bench;

namespace {

std::string named() {
  return replaced(least, "[server]\n", "[server]\nprofile = \"server.toml\"\n");
}

sync::SiteProfile found_out() {
  sync::SiteProfile profile;
  profile.base_url = "https://fhir.example.org/r4";
  profile.includes = {"Appointment:patient"};
  profile.reverse_includes = {};
  profile.page_size = 50;
  profile.arrival_way = sync::ArrivalWay::one_by_one;
  profile.change_by = sync::ChangeBy::put;
  profile.arrived_status = domain::AppointmentStatus::checked_in;
  return profile;
}

}  // namespace

TEST_CASE("server profile: what the probe wrote is what the kiosk then uses") {
  const Site site;
  site.write("server.toml", server_profile_text(found_out(), "of a test", ArrivalTried::yes));
  const auto report = site.load(named());
  INFO(all_of(report));
  REQUIRE(report.config);
  const auto& profile = report.config->profile;
  CHECK(profile.includes == found_out().includes);
  CHECK(profile.reverse_includes.empty());
  CHECK(profile.page_size == 50);
  CHECK(profile.arrival_way == sync::ArrivalWay::one_by_one);
  CHECK(profile.change_by == sync::ChangeBy::put);
  CHECK(profile.arrived_status == domain::AppointmentStatus::checked_in);
  CHECK(report.config->server_profile == site.path("server.toml").string());
}

TEST_CASE("server profile: it stands above the configuration's own keys, and overrides above it") {
  const Site site;
  site.write("server.toml", server_profile_text(found_out(), "of a test", ArrivalTried::yes));
  const auto text = named() + "[server.arrival]\nchange_by = \"json_patch\"\n";
  const auto report = site.load(text, "[server]\npage_size = 20\n");
  REQUIRE(report.config);
  CHECK(report.config->profile.change_by == sync::ChangeBy::put);
  CHECK(report.config->profile.arrival_way == sync::ArrivalWay::one_by_one);
  CHECK(report.config->profile.page_size == 20);
}

TEST_CASE("server profile: what was not tried is left to the configuration") {
  const auto text = server_profile_text(found_out(), "of a test", ArrivalTried::no);
  CHECK(text.starts_with(server_profile_heading));
  CHECK_FALSE(has(text, "[server.arrival]"));
  CHECK(has(text, "page_size = 50"));
}

TEST_CASE("server profile: its mistakes are named with its own file, line and key") {
  struct Mistake {
    const char* text;
    int line;
    const char* key;
    const char* what;
  };
  const std::vector<Mistake> mistakes = {
      {"[server]\npage_size = 5000\n", 2, "server.page_size", "5000 is out of range"},
      {"[server.arrival]\n\nway = \"by pigeon\"\n", 3, "server.arrival.way", "no such choice"},
      {"# by hand\n[server]\nurl = \"https://evil.example.org\"\n", 3, "server.url",
       "not a key of a server profile"},
      {"test = true\n", 1, "test", "not a key of a server profile"},
      {"[server\n", 1, "", "not TOML"},
      {"server = 7\n", 1, "server", "not a key of a server profile"},
  };
  const Site site;
  for (const auto& one : mistakes) {
    CAPTURE(one.text);
    site.write("server.toml", one.text);
    const auto problem = only(site.load(named()));
    CHECK(problem.file == site.path("server.toml").string());
    CHECK(problem.line == one.line);
    CHECK(problem.key == one.key);
    CHECK(problem.what.starts_with(one.what));
  }
}

TEST_CASE("server profile: a file that is not there is the configuration's mistake") {
  const Site site;
  const auto problem = only(site.load(named()));
  CHECK(problem.file == site.path("kiosk.toml").string());
  CHECK(problem.key == "server.profile");
  CHECK(problem.line == 8);
}

TEST_CASE("server profile: every key of it is a key of the configuration") {
  Config config;
  std::vector<std::string> known;
  for (const auto& key : site_keys(config)) known.push_back(key.path);
  for (const auto& path : server_profile_keys()) {
    CAPTURE(path);
    CHECK(std::find(known.begin(), known.end(), path) != known.end());
  }
}
