#include <cstdlib>
#include <sstream>

#include "config_bench.h"
#include "drivers/printer/printer_table.h"
#include "kiosk/domain/codes.h"
#include "kiosk/shell/config_keys.h"
#include "tests/emulators/hospital.h"

using namespace config_bench;

namespace {

const std::filesystem::path assets = std::filesystem::path(KIOSK_SOURCE_DIR) / "assets";

std::string read_all(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream.good());
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The default file with its examples in force: # at the start of a line means comment only when a
/// space follows.
std::string with_examples(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
    result += line + '\n';
  }
  return result;
}

ConfigReport load_sample(const Site& site, const std::string& more = "") {
  return load_config(assets / "sample-site/kiosk.toml", now,
                     fmt::format("files.locale = '{}'\n{}", site.path("locale").string(), more));
}

}  // namespace

TEST_CASE("default file: it is what the table of keys says") {
  const std::filesystem::path file = assets / "default.toml";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(file, std::ios::binary) << default_config_text();
  }
  CHECK(read_all(file) == default_config_text());
}

TEST_CASE("default file: every key of the table stands in it with its default") {
  const std::string text = default_config_text();
  Config config;
  std::size_t keys = 0;
  for (const ConfigKey& key : site_keys(config)) {
    CAPTURE(key.path);
    const std::string name = key.path.substr(key.path.rfind('.') + 1);
    CHECK((has(text, "\n" + name + " = ") || has(text, "\n#" + name + " = ") ||
           has(text, "\n[" + name + "]\n")));
    ++keys;
  }
  CHECK(keys > 80);
}

TEST_CASE("default file: as it stands it lacks what must be given and nothing else") {
  const Site site;
  for (const ConfigProblem& problem : site.load(default_config_text()).problems) {
    CAPTURE(text_of(problem));
    CHECK((problem.what.starts_with("missing") || problem.key == "server.token_file" ||
           problem.key == "files.locale"));
  }
}

TEST_CASE("default file: its values and examples are right") {
  const Site site;
  for (const char* name : {"ticket.zh-Hans.receiptline", "ticket.en.receiptline", "font.ttc"}) {
    site.write(name, "");
  }
  const std::string text = with_examples(default_config_text());
  const ConfigReport report = site.load(replaced(text, "token_file = \"\"", "token_file = 'token'"),
                                        R"(
languages = [{ tag = "zh-Hans", name = "简体中文" }, { tag = "en", name = "English" }]
fonts = [{ regular = "font.ttc" }]
files.locale = "locale"
)");
  INFO(all_of(report));
  REQUIRE(report.config.has_value());
  CHECK(report.config->rules.clinics.at("cardiology") == journeys::ClinicRules{});
  CHECK(report.config->rules.directions.at("LOCATION").step_free.empty());
  CHECK(report.config->printer.name == drivers::printer::profile_by_model);
  CHECK(drivers::printer::profile_for(report.config->printer, {}).profile ==
        drivers::printer::Profile{});
  CHECK(report.config->profile.poll_every == sync::SiteProfile{}.poll_every);
}

TEST_CASE("default file: what follows the printer's profile is left open") {
  const std::string text = default_config_text();
  for (const char* open : {"width_dots = 576", "band_rows = 128", "cutter = \"partial\"",
                           "feed_before_cut_dots = 24", "feed_units_per_dot = 1"}) {
    CAPTURE(open);
    CHECK(has(text, std::string("\n#") + open + "\n"));
  }
}

TEST_CASE("sample site: it loads clean") {
  const Site site;
  const ConfigReport report = load_sample(site);
  INFO(all_of(report));
  REQUIRE(report.config.has_value());
  const Config& config = *report.config;
  CHECK(config.rules.hospital.at("zh-Hans") == "示例市第一人民医院");
  CHECK(config.rules.kiosk_code == "K1");
  CHECK(config.rules.directions.size() >= 3);
  for (const auto& [place, direction] : config.rules.directions) {
    const std::string shown = place;
    CAPTURE(shown);
    CHECK(direction.way.size() == 2);
  }
}

TEST_CASE("sample site: it fits the emulated hospital") {
  const Site site;
  const ConfigReport report = load_sample(site);
  REQUIRE(report.config.has_value());
  const journeys::Rules& rules = report.config->rules;
  const sync::SiteProfile& profile = report.config->profile;
  const sync::SiteProfile wanted = emulators::hospital_profile(profile.base_url);
  CHECK(profile.systems == wanted.systems);
  CHECK(profile.marks == wanted.marks);
  CHECK(profile.queue_number == wanted.queue_number);
  CHECK(profile.flag_marks_system == wanted.flag_marks_system);
  CHECK(profile.campus == wanted.campus);
  CHECK(profile.arrival_way == wanted.arrival_way);

  const emulators::Hospital hospital({}, now);
  for (const emulators::DemoPerson& person : hospital.demo_people()) {
    CAPTURE(person.story);
    const auto card = domain::recognise_code(rules.code_formats, person.hospital_card);
    CHECK(std::holds_alternative<domain::PersonCode>(card));
    if (person.booking.empty()) continue;
    const auto booking = domain::recognise_code(rules.code_formats, person.booking);
    CHECK(std::holds_alternative<domain::BookingCode>(booking));
  }
  for (const auto& [clinic, own] : rules.clinics) {
    CHECK_FALSE(hospital.read("HealthcareService/" + clinic).empty());
  }
  for (const auto& [place, direction] : rules.directions) {
    CHECK_FALSE(hospital.read("Location/" + place).empty());
  }
  for (const auto& [campus, name] : rules.sites) {
    CHECK_FALSE(hospital.read("Organization/" + campus).empty());
  }
}

TEST_CASE("sample site: another kiosk of the same file takes its own directions") {
  const Site site;
  const ConfigReport first = load_sample(site);
  const ConfigReport second = load_sample(site, "kiosk.code = 'K2'\n");
  REQUIRE(first.config.has_value());
  REQUIRE(second.config.has_value());
  CHECK_FALSE(second.config->rules.directions.empty());
  CHECK(first.config->rules.directions != second.config->rules.directions);
}

TEST_CASE("sample site: each kind of code means what it should") {
  using namespace kiosk::domain;
  const Site site;
  const ConfigReport report = load_sample(site);
  REQUIRE(report.config.has_value());
  const auto& formats = report.config->rules.code_formats;
  const sync::IdentifierSystems& systems = report.config->profile.systems;
  const std::string card(64, 'A');
  CHECK(recognise_code(formats, "BK26000001") ==
        Code(BookingCode{{systems.booking_number, "BK26000001"}}));
  CHECK(recognise_code(formats, "HC00000001") ==
        Code(PersonCode{{systems.hospital_card, "HC00000001"}}));
  CHECK(std::holds_alternative<PersonCode>(recognise_code(formats, "S1234567D")));
  CHECK(std::holds_alternative<DamagedCode>(recognise_code(formats, "S1234567E")));
  CHECK(recognise_code(formats, "11010519491231002x") ==
        Code(PersonCode{{systems.citizen_number, "11010519491231002X"}}));
  for (const std::string& shown : {card, card + ":1"}) {
    CHECK(recognise_code(formats, shown) == Code(PersonCode{{"urn:kiosk:health-card", shown}}));
  }
  CHECK(recognise_code(formats, "KT1." + std::string(32, 'a')) ==
        Code(TicketCode{std::string(32, 'a')}));
  CHECK(std::holds_alternative<UnknownCode>(recognise_code(formats, "BK2600000")));
}
