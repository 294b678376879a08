#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "kiosk/shell/config_reading.h"

namespace kiosk::shell {
namespace {

void judge_sign_in(const Config& config, ConfigReading& reading) {
  if (config.sign_in == SignIn::none && !config.test) {
    reading.complain_about("server.sign_in",
                           {"\"none\" needs test = true", "\"bearer\" in production"});
  }
  const bool given = reading.places.contains("server.token_file");
  if (config.sign_in == SignIn::bearer && config.token_file.empty() && !given) {
    reading.complain_about("server.token_file",
                           {"missing; sign_in \"bearer\" needs it",
                            "the path of a file that only its owner may read"});
  }
  const auto needs = [&](bool needed, const std::string& value, const char* key, const char* why) {
    if (needed && value.empty() && !reading.places.contains(key))
      reading.complain_about(key, {std::string("missing; ") + why});
  };
  const bool smart = config.sign_in == SignIn::smart;
  needs(smart, config.smart.client_id, "server.smart.client_id", "sign_in \"smart\" needs it");
  needs(smart, config.smart.key_file, "server.smart.key_file", "sign_in \"smart\" needs it");
  needs(smart, config.smart.key_id, "server.smart.key_id", "sign_in \"smart\" needs it");
  if (smart && config.smart.scopes.empty())
    reading.complain_about("server.smart.scopes", {"empty", "at least one scope"});
  needs(config.sign_in == SignIn::certificate, config.certificate_file, "server.certificate_file",
        "sign_in \"certificate\" needs it");
  needs(!config.order_url.empty(), config.order_key_file, "server.orders.key_file",
        "server.orders.url needs it");
  needs(!config.certificate_file.empty(), config.certificate_key_file,
        "server.certificate_key_file", "server.certificate_file needs it");
}

void judge_vault(const Config& config, ConfigReading& reading) {
  const auto& known = reading.problems;
  const bool complained = std::any_of(known.begin(), known.end(), [](const ConfigProblem& problem) {
    return problem.key == "vault.key_url";
  });
  const bool server = config.key_storage == KeyStorage::server;
  if (complained || server == !config.key_url.empty()) return;
  reading.complain_about(
      "vault.key_url",
      server ? Complaint{"missing; key_storage \"server\" needs it", "an https URL"}
             : Complaint{"nothing is asked there", "\"\" unless key_storage is \"server\""});
}

void judge_languages(const Config& config, ConfigReading& reading) {
  if (config.rules.languages.empty()) {
    reading.complain_about("languages", {"missing", "at least one [[languages]]"});
  }
  std::error_code error;
  if (!std::filesystem::is_directory(config.locale_folder, error)) {
    if (!reading.places.contains("files.locale")) {
      reading.complain_about("files.locale",
                             {"cannot find " + config.locale_folder, "the path of a folder"});
    }
    return;  // the folder itself was complained of
  }
  std::size_t row = 0;
  for (const std::string& language : reading.languages) {
    const auto catalogue = std::filesystem::path(config.locale_folder) / (language + ".mo");
    ++row;
    if (std::filesystem::is_regular_file(catalogue, error)) continue;
    reading.complain_about(fmt::format("languages[{}].tag", row),
                           {fmt::format("no catalogue for {}", language),
                            fmt::format("a language that has {}", catalogue.string())});
  }
}

void judge_time_outs(const journeys::TimeOuts& t, ConfigReading& reading) {
  const auto longer = [&](const char* key, Seconds limit) {
    if (limit > t.warning) return;
    reading.complain_about(
        std::string("time_outs.") + key,
        {"not longer than time_outs.warning_s", fmt::format("more than {}", t.warning.count())});
  };
  longer("choose_s", t.choose);
  longer("entry_s", t.entry);
  longer("done_s", t.done);
  longer("done_no_paper_s", t.done_no_paper);
}

void judge_profile(const sync::SiteProfile& profile, ConfigReading& reading) {
  if (profile.slow_after >= profile.request_timeout) {
    reading.complain_about("server.slow_after_ms", {"not shorter than server.request_timeout_ms"});
  }
}

/// What each kind of device cannot be without.
void judge_devices(const DeviceSettings& devices, ConfigReading& reading) {
  const auto needs = [&](bool needed, bool given, const char* key, Complaint complaint) {
    if (needed && !given) reading.complain_about(key, std::move(complaint));
  };
  const IdReaderSettings& reader = devices.id_reader;
  needs(reader.kind == IdReaderKind::serial, !reader.serial_port.empty(), "id_reader.serial_port",
        {"missing; kind \"serial\" needs it", "the path of a tty"});
  needs(reader.kind == IdReaderKind::program, !reader.program.empty(), "id_reader.program",
        {"missing; kind \"program\" needs it", "[\"/path/of/program\", \"argument\"]"});
  std::error_code error;
  if (reader.kind == IdReaderKind::program && !reader.program.empty()) {
    needs(true, std::filesystem::is_regular_file(reader.program.front(), error),
          "id_reader.program",
          {"cannot find " + reader.program.front(), "the absolute path of a program"});
  }
  needs(devices.printer.kind == PrinterKind::cups, !devices.printer.cups_queue.empty(),
        "printer.cups_queue", {"missing; kind \"cups\" needs it", "the name of a queue"});
  const SmartCardSettings& cards = devices.smart_cards;
  const bool gives = !cards.uid.empty() || !cards.egk_insured.empty() ||
                     !cards.social_security_number.empty() || !cards.social_security_card.empty();
  needs(cards.used, gives, "smart_cards.used",
        {"no kind of card has an Identifier.system", "a system for at least one kind of card"});
}

}  // namespace

void judge(const Config& config, ConfigReading& reading) {
  judge_sign_in(config, reading);
  judge_vault(config, reading);
  judge_languages(config, reading);
  judge_time_outs(config.rules.time_outs, reading);
  judge_profile(config.profile, reading);
  judge_devices(config.devices, reading);
  if (!config.recording_folder.empty() && !config.test) {
    reading.complain_about("files.recording",
                           {"recording needs test = true", "\"\" in production"});
  }
  if (config.rules.sites.contains(config.rules.site_id)) {
    reading.complain_about("campuses." + config.rules.site_id,
                           {"this is the kiosk's own campus", "the other campuses"});
  }
}

}  // namespace kiosk::shell
