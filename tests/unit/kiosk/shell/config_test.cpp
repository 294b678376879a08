#include "kiosk/shell/config.h"

#include "config_bench.h"
#include "kiosk/journeys/rules.h"

using namespace config_bench;
using namespace std::chrono_literals;

TEST_CASE("config: the least that must be given loads, and the rest has its defaults") {
  const Site site;
  const ConfigReport report = site.load(least);
  INFO(all_of(report));
  REQUIRE(report.config.has_value());
  const Config& config = *report.config;
  CHECK_FALSE(config.test);
  CHECK(config.sign_in == SignIn::bearer);
  CHECK(config.token_file == site.path("token").string());
  CHECK(config.profile.base_url == "https://fhir.example.org/r4");
  CHECK(config.rules.languages[0] == journeys::Language{"zh-Hans", "简体中文"});
  CHECK(config.rules.hospital.at("en") == "Hospital");
  CHECK(config.rules.zone.at(0).offset == Minutes(480));
  CHECK(config.rules.time_outs == journeys::TimeOuts{});
  CHECK(config.printer == drivers::printer::SiteProfile{});
  CHECK(config.rules.citizen_system == config.profile.systems.citizen_number);
  CHECK(config.rules.hk_macao_taiwan_permit_system == config.rules.citizen_system);
  CHECK(config.ticket_templates.at("en") == site.path("ticket.receipt").string());
}

TEST_CASE("config: every kind of value reaches its place") {
  const Site site;
  const ConfigReport report = site.load("test = true\n" + least + R"(
[kiosk]
code = "E7"
minimum_incarnation = 3
[server.arrival]
way = "one_by_one"
status = "checked-in"
[server.queue_number]
identifier_system = "urn:queue"
[check_in]
late_after_min = 20
late = "allow"
unconfirmed = "check_in"
[[clinics]]
id = "cardiology"
late = "desk"
[time_outs]
look_up_s = 6
fresh_read_ms = 900
[printer]
width_dots = 384
cutter = "none"
[[opening_hours]]
days = ["mon", "sun"]
from = "07:00"
until = "24:00"
[desk_first.payment]
zh-Hans = "缴费"
en = "payment"
[directions.E7.room-302]
way = { zh-Hans = "上楼", en = "Upstairs" }
step_free = { zh-Hans = "电梯", en = "Lift" }
[directions.K1.room-302]
way = { zh-Hans = "右转", en = "Right" }
[[codes]]
name = "booking"
pattern = 'A[0-9]{8}'
meaning = "booking_number"
system = "urn:booking"
)");
  INFO(all_of(report));
  REQUIRE(report.config.has_value());
  const Config& config = *report.config;
  const journeys::Rules& rules = config.rules;
  CHECK(config.test);
  CHECK(rules.kiosk_code == "E7");
  CHECK(config.minimum_incarnation == 3);
  CHECK(config.profile.arrival_way == sync::ArrivalWay::one_by_one);
  CHECK(config.profile.arrived_status == domain::AppointmentStatus::checked_in);
  CHECK(config.profile.queue_number.identifier_system == "urn:queue");
  CHECK(config.profile.may_check_in.contains(domain::AppointmentStatus::pending));
  CHECK(config.profile.look_up_timeout == 6s);
  CHECK(config.profile.fresh_timeout == 900ms);
  CHECK(rules.clinic.late == journeys::LateRule::allow);
  CHECK(rules.clinics.at("cardiology").late == journeys::LateRule::desk);
  CHECK(rules.clinics.at("cardiology").late_after == 20min);  // as in [check_in]
  CHECK(config.printer.width_dots == 384);
  CHECK(config.printer.profile == drivers::printer::Profile{});
  CHECK_FALSE(config.printer.band_rows.has_value());
  CHECK(config.printer.cutter == drivers::printer::Cutter::none);
  REQUIRE(rules.opening_hours.size() == 2);
  CHECK(rules.opening_hours[1] == journeys::OpeningHours{7, {7, 0}, {24, 0}});
  CHECK(rules.desk_first.at("payment").at("en") == "payment");
  REQUIRE(rules.directions.size() == 1);
  CHECK(rules.directions.at("room-302").step_free.at("en") == "Lift");
  CHECK(rules.code_formats.at(0).meaning == domain::CodeMeaning::booking_number);
}

TEST_CASE("config: a printer's width is the site's only where it is given, even the default one") {
  const Site site;
  const auto width = [&](const std::string& printer) {
    const ConfigReport report = site.load(least + "[printer]\n" + printer);
    REQUIRE(report.config.has_value());
    return report.config->printer.width_dots;
  };
  CHECK(width("width_dots = 576") == 576);
  CHECK(width("profile = \"plain-58\"") == std::nullopt);
  const ConfigReport named = site.load(least + "[printer]\nprofile = \"plain-58\"");
  CHECK(named.config->printer.name == "plain-58");
  CHECK(named.config->printer.profile.width_dots == 384);
}

TEST_CASE("config: a printer's profile is a set of defaults under its other keys") {
  const Site site;
  const ConfigReport report =
      site.load(least + "[printer]\nprofile = \"plain\"\npaper_fence = \"present\"\n");
  REQUIRE(report.config.has_value());
  CHECK(report.config->printer.profile.automatic_status == drivers::printer::Feature::absent);
  CHECK(report.config->printer.profile.paper_fence == drivers::printer::Feature::present);
}

TEST_CASE("config: overrides are merged key by key and name themselves in mistakes") {
  const Site site;
  const ConfigReport good = site.load(
      least, "test = true\n[server]\nsign_in = \"none\"\nurl = \"http://127.0.0.1:8080/fhir\"");
  INFO(all_of(good));
  REQUIRE(good.config.has_value());
  CHECK(good.config->sign_in == SignIn::none);
  CHECK(good.config->profile.base_url == "http://127.0.0.1:8080/fhir");
  CHECK(good.config->token_file == site.path("token").string());

  const ConfigProblem problem = only(site.load(least, "\n[server]\nurl = 5"));
  CHECK(problem.file == "(overrides)");
  CHECK(problem.line == 3);
}

TEST_CASE("config: all mistakes are reported in one run, in the order of the file") {
  const Site site;
  const ConfigReport report = site.load(least + R"([kiosk]
code = "KIOSK"
colour = "red"
[time_outs]
done_s = "20"
[[codes]]
name = "bad"
pattern = "("
system = "card"
[window]
width = 1
)");
  CHECK_FALSE(report.config.has_value());
  std::vector<std::pair<int, std::string>> found;
  for (const ConfigProblem& problem : report.problems) {
    found.emplace_back(problem.line, problem.key);
  }
  CHECK(found == std::vector<std::pair<int, std::string>>{{24, "kiosk.code"},
                                                          {25, "kiosk.colour"},
                                                          {27, "time_outs.done_s"},
                                                          {30, "codes[1].pattern"},
                                                          {31, "codes[1].system"},
                                                          {33, "window.width"}});
}

TEST_CASE("config: a mistake is told with file, line, column, key and what is allowed") {
  const Site site;
  const ConfigReport report = site.load(least + "[check_in]\nlate = \"maybe\"\n");
  CHECK(text_of(only(report)) ==
        site.path("kiosk.toml").string() +
            ":24:8: check_in.late: no such choice (allowed: one of: desk, allow)");
}

TEST_CASE("config: a file that is not there, not a file or too long is one problem") {
  const Site site;
  CHECK(has(only(load_config(site.path("none.toml"), now)).what, "No such file"));
  CHECK(only(load_config(site.path("locale"), now)).what == "not a file");
  CHECK(has(only(site.load(std::string(config_bytes_max + 1, '#'))).what, "too long"));
}

TEST_CASE("config: a flood of mistakes is cut, and the cut is told") {
  const Site site;
  std::string text = least + "[kiosk]\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("x{} = 1\n", i);
  const ConfigReport report = site.load(text);
  REQUIRE(report.problems.size() == config_problems_max + 1);
  CHECK(report.problems.back().what == "and 800 more");
}
