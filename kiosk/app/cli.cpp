#include "kiosk/app/cli.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "drivers/camera/test_pictures.h"
#include "drivers/usb/udev_rules.h"
#include "kiosk/app/audit_commands.h"
#include "kiosk/app/device_commands.h"
#include "kiosk/app/list_commands.h"
#include "kiosk/app/probe_command.h"
#include "kiosk/app/sync_command.h"
#include "kiosk/app/vault.h"
#include "kiosk/app/withdraw_commands.h"
#include "kiosk/shell/control_socket.h"

namespace kiosk::app {
namespace {

constexpr const char* default_config = "/etc/kiosk/kiosk.toml";

struct Options {
  std::string config = default_config;
  std::string socket;
  std::string automation;
  ListOptions list;
  std::string trial;
  std::string pictures;
  std::string order_file;
  std::string order_kiosk;
  std::string order_key;
  bool headless = false;
  bool print = false;
  bool udev_rules = false;
  bool once = false;
  int sync_limit_s = 120;
  AuditOptions audit;
  bool write_test_data = false;
  ProbeOptions probe;
};

Instant system_now() {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

/// Where systemd put the credentials of this process; empty: nowhere.
std::string credentials_folder() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder == nullptr ? std::string() : std::string(folder);
}

int check_config(const Options& options) {
  const shell::ConfigReport report = shell::load_config(options.config, system_now());
  for (const shell::ConfigProblem& problem : report.problems) {
    fmt::print("{}\n", shell::text_of(problem));
  }
  if (!report.config) {
    fmt::print("{}: {} mistake{}\n", options.config, report.problems.size(),
               report.problems.size() == 1 ? "" : "s");
    return exit_config;
  }
  if (!judge_vault_key(*report.config, credentials_folder())) return exit_config;
  fmt::print("{}: good\n", options.config);
  return exit_ok;
}

/// The socket named on the command line, else the configuration's.
Result<std::string> socket_of(const Options& options) {
  if (!options.socket.empty()) return options.socket;
  const shell::ConfigReport report = shell::load_config(options.config, system_now());
  if (report.config) return report.config->control_socket;
  return fail("config", "bad",
              options.config + " has mistakes (see kiosk check-config); or give --socket PATH");
}

int ask(const Options& options, const std::string& line) {
  const auto socket = socket_of(options);
  if (!socket) return complain(socket.error());
  const auto reply = shell::ask_kiosk(*socket, line, reply_limit);
  if (!reply) return complain(reply.error());
  const auto text = shell::readable_reply(*reply);
  if (!text) return complain(text.error());
  fmt::print("{}", *text);
  return exit_ok;
}

int run(const Options& options) {
  auto config = load_or_complain(options.config, "");
  if (!config) return exit_config;
  ApplicationOptions application;
  application.automation_socket = options.automation;
  application.headless = options.headless;
  application.credentials_folder = credentials_folder();
  return run_application(std::move(*config), application, *real_devices());
}

/// Runs a command that needs configuration and socket.
template <typename Command>
int with_config(const Options& options, Command command) {
  auto config = load_or_complain(options.config, "");
  if (!config) return exit_config;
  return command(*config, options.socket.empty() ? config->control_socket : options.socket);
}

int try_one(const Options& options) {
  if (!options.pictures.empty()) return drivers::camera::test_camera_pictures(options.pictures);
  static const std::map<std::string, Trial> trials{{"print", Trial::print},
                                                   {"card", Trial::card},
                                                   {"scan", Trial::scan},
                                                   {"camera", Trial::camera}};
  return with_config(options, [&](const shell::Config& config, const std::string& socket) {
    return try_device(config, socket, trials.at(options.trial));
  });
}

/// Which kiosk a command is about.
void add_place(CLI::App& command, Options& options) {
  command.add_option("--config", options.config, "configuration of the kiosk")
      ->capture_default_str();
  command.add_option("--socket", options.socket,
                     "control socket of the kiosk, instead of the configuration's");
}

void add_device_commands(CLI::App& cli, Options& options) {
  CLI::App* devices = cli.add_subcommand(
      "devices", "what is plugged in, its state, the printer's profile, and what is wrong");
  devices->add_flag("--udev-rules", options.udev_rules,
                    "print the udev rules that let the group kiosk open the devices");
  CLI::App* test = cli.add_subcommand("test", "try one device from the terminal");
  test->add_option("DEVICE", options.trial, "print, card, scan or camera")
      ->required()
      ->check(CLI::IsMember({"print", "card", "scan", "camera"}));
  test->add_option("--pictures", options.pictures,
                   "camera: decode the pictures of this folder; a line each: file, symbology, "
                   "text, CPU ms")
      ->check(CLI::ExistingDirectory);
  for (CLI::App* command : {devices, test}) add_place(*command, options);
}

void add_audit_commands(CLI::App& cli, Options& options) {
  AuditOptions& asked = options.audit;
  CLI::App* audit = cli.add_subcommand("audit", "the audit trail: verify, export, visit");
  audit->require_subcommand(1);
  CLI::App* verify = audit->add_subcommand(
      "verify", "tell whether a row was changed, removed or put in (status 1), and which");
  verify->add_option("--head", asked.head,
                     "also compare with ROW:HASH, as the server holds it in an AuditEvent");
  verify->add_flag("--server", asked.server,
                   "also compare with all that the server was told (69: it does not answer)");
  CLI::App* rows = audit->add_subcommand("export", "the rows as JSON, one a line");
  rows->add_option("--from", asked.from, "first day, YYYY-MM-DD");
  rows->add_option("--until", asked.until, "last day, YYYY-MM-DD");
  rows->add_option("--out", asked.out, "write to this file (mode 0600)");
  CLI::App* visit = audit->add_subcommand(
      "visit", "what one patient saw and pressed, what was printed, what the server said");
  visit->add_option("TICKET", asked.ticket, "a ticket's number, or a visit key")->required();
  visit->add_option("--day", asked.day, "of the number, YYYY-MM-DD; default: the newest");
  visit->add_flag("--json", asked.json, "one row a line, as export has them");
  CLI::App* sync = cli.add_subcommand("sync", "send what waits and read the day, now");
  sync->add_flag("--once", options.once, "once, then end")->required();
  sync->add_option("--limit", options.sync_limit_s, "seconds until it gives up")
      ->capture_default_str()
      ->check(CLI::Range(1, 600));
  for (CLI::App* command : {verify, rows, visit, sync}) add_place(*command, options);
}

void add_withdraw_commands(CLI::App& cli, Options& options) {
  CLI::App* withdraw = cli.add_subcommand(
      "withdraw", "destroy patients' data on the running kiosk, for good, by a signed order");
  withdraw->add_option("ORDER", options.order_file, "file with the order")
      ->required()
      ->check(CLI::ExistingFile);
  add_place(*withdraw, options);
  CLI::App* make = cli.add_subcommand("make-order",
                                      "print an order to withdraw a kiosk, for `kiosk withdraw` "
                                      "or to lay at server.orders.url");
  make->add_option("KIOSK", options.order_kiosk, "the kiosk's code")->required();
  make->add_option("--key", options.order_key,
                   "private key (PEM) whose public half is server.orders.key_file")
      ->required()
      ->check(CLI::ExistingFile);
}

void add_probe(CLI::App& cli, Options& options) {
  CLI::App* probe =
      cli.add_subcommand("probe", "what a FHIR server honours of all that the kiosk relies on");
  probe->add_option("URL", options.probe.url, "its base URL; else the configuration's");
  probe->add_option("--config", options.probe.config,
                    "sign in as this kiosk; without it only servers that want no sign-in answer");
  probe->add_option("--write", options.probe.write,
                    "write the server profile to this file, for server.profile");
  CLI::Option* writes = probe->add_flag(
      "--write-test-data", options.write_test_data,
      "make a test patient and test appointments (marked HTEST, a year ahead) to try changes with, "
      "and remove them at the end; without it nothing on the server is changed");
  probe
      ->add_option("--appointment", options.probe.appointment,
                   "id of a booked Appointment marked HTEST, where the kiosk may make none")
      ->needs(writes);
}

void add_list(CLI::App& cli, Options& options) {
  ListOptions& asked = options.list;
  CLI::App* list = cli.add_subcommand("list", "a staff's list of the running kiosk");
  list->add_option("LIST", asked.list, "unacknowledged, refused or held")
      ->required()
      ->check(CLI::IsMember({"unacknowledged", "refused", "held"}));
  CLI::Option* print =
      list->add_flag("--print", options.print,
                     "print it on the ticket printer; held: print the tickets themselves");
  CLI::Option* to_file =
      list->add_option("--export", asked.file,
                       "write arrivals to this new file (CSV, mode 0600); also while no kiosk "
                       "runs, or its key is gone")
          ->excludes(print);
  list->add_option("--ledger", asked.ledger,
                   "read this ledger's file (set aside, or of another machine) instead")
      ->needs(to_file);
  add_place(*list, options);
}

void add_commands(CLI::App& cli, Options& options) {
  cli.set_version_flag("--version", std::string("kiosk ") + KIOSK_VERSION);
  cli.require_subcommand(1);
  CLI::App* run_command = cli.add_subcommand("run", "run the kiosk with its real devices");
  run_command->add_option("--config", options.config, "configuration file")->capture_default_str();
  run_command->add_option("--automation", options.automation,
                          "serve the test operations on this socket (needs test = true)");
  run_command->add_flag("--headless", options.headless, "no window (needs test = true)");

  CLI::App* check = cli.add_subcommand("check-config", "report every mistake in a configuration");
  check->add_option("FILE", options.config, "configuration file")->required();

  CLI::App* rotate = cli.add_subcommand(
      "rotate-key", "seal the ledger with a new key, while the kiosk is stopped");
  rotate->add_option("--config", options.config, "configuration file")->capture_default_str();

  CLI::App* status = cli.add_subcommand("status", "what the running kiosk is doing");
  add_place(*status, options);
  add_list(cli, options);
  add_device_commands(cli, options);
  add_audit_commands(cli, options);
  add_withdraw_commands(cli, options);
  add_probe(cli, options);
}

int list(const Options& options) {
  if (options.list.file.empty()) {
    return ask(options, shell::request_line("list", {{"list", options.list.list},
                                                     {"print", options.print ? "yes" : ""}}));
  }
  if (options.list.list == "held") {
    fmt::print(stderr, "kiosk list: held tickets are printed (--print), not exported\n");
    return exit_usage;
  }
  const shell::ConfigReport report = shell::load_config(options.config, system_now());
  if (!options.list.ledger.empty()) return export_ledger(report.config, options.list);
  return with_config(options, [&](const shell::Config& config, const std::string& socket) {
    return export_list(config, socket, options.list);
  });
}

int probe(const Options& options) {
  ProbeOptions chosen = options.probe;
  if (chosen.url.empty() && chosen.config.empty()) {
    fmt::print(stderr, "kiosk probe: give a URL or --config FILE\n");
    return exit_usage;
  }
  if (options.write_test_data) chosen.test_data = sync::TestData::write;
  return probe_server(chosen);
}

}  // namespace

int complain(const Error& error) {
  fmt::print(stderr, "kiosk: {} ({}/{})\n", error.what, error.domain, error.code);
  const bool away = error.code == "no_kiosk" || error.code == "unreachable";
  return away ? exit_unavailable : exit_failed;
}

std::optional<shell::Config> load_or_complain(const std::string& path,
                                              const std::string& overrides) {
  shell::ConfigReport report = shell::load_config(path, system_now(), overrides);
  for (const shell::ConfigProblem& problem : report.problems) {
    fmt::print(stderr, "{}\n", shell::text_of(problem));
  }
  return std::move(report.config);
}

int run_cli(int argc, char** argv) {
  forbid_cores();
  CLI::App cli{"A hospital lobby kiosk: check in, take a queue ticket.", "kiosk"};
  Options options;
  add_commands(cli, options);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? exit_ok : exit_usage;
  }
  if (cli.got_subcommand("run")) return run(options);
  if (cli.got_subcommand("check-config")) return check_config(options);
  if (cli.got_subcommand("rotate-key")) {
    const auto config = load_or_complain(options.config, "");
    return config ? rotate_key(*config, credentials_folder()) : exit_config;
  }
  if (cli.got_subcommand("devices")) {
    if (!options.udev_rules) return with_config(options, list_devices);
    fmt::print("{}", drivers::usb::udev_rules());
    return exit_ok;
  }
  if (cli.got_subcommand("probe")) return probe(options);
  if (cli.got_subcommand("test")) return try_one(options);
  if (cli.got_subcommand("audit")) {
    options.audit.what = cli.get_subcommand("audit")->get_subcommands().front()->get_name();
    return with_config(options, [&](const shell::Config& config, const std::string& socket) {
      return audit(config, socket, options.audit, credentials_folder());
    });
  }
  if (cli.got_subcommand("sync")) {
    return with_config(options, [&](const shell::Config& config, const std::string& socket) {
      return sync_once(config, socket, Seconds(options.sync_limit_s), credentials_folder());
    });
  }
  if (cli.got_subcommand("make-order"))
    return make_withdrawal_order(options.order_kiosk, options.order_key);
  if (cli.got_subcommand("withdraw")) {
    const auto socket = socket_of(options);
    return socket ? withdraw_kiosk(*socket, options.order_file) : complain(socket.error());
  }
  if (cli.got_subcommand("status")) return ask(options, shell::request_line("status", {}));
  return list(options);
}

}  // namespace kiosk::app
