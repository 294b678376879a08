#include "tests/demo/demo.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "kiosk/app/cli.h"
#include "tests/demo/tray.h"
#include "tests/demo/walk_through.h"
#include "tests/demo/world.h"

namespace demo {
namespace {

struct Options {
  std::string assets = "assets";
  std::string locale = "build/locale";
  std::string config;
  std::string server;
  std::string out;
  std::string state;
  std::string automation;
  std::uint64_t seed = 1;
  bool headless = false;
  bool no_tray = false;
  bool any_hour = true;
};

/// A folder that goes with the demo, unless it was named.
class StateFolder {
 public:
  explicit StateFolder(const std::string& named) : path_(named), own_(named.empty()) {
    if (own_) {
      char name[] = "/tmp/kiosk-demo-XXXXXX";
      if (const char* made = mkdtemp(name)) path_ = made;
    }
    std::filesystem::create_directories(path_);
  }
  ~StateFolder() {
    std::error_code ignored;
    if (own_) std::filesystem::remove_all(path_, ignored);
  }
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool own_;
};

/// What the demo changes in a site's configuration: where server and files are, and that it is
/// open.
std::string overrides_for(const Options& options, const std::string& state,
                          const std::string& server) {
  std::string text = fmt::format(
      "test = true\n"
      "[server]\nurl = '{0}'\n"
      "[files]\nledger = '{1}/ledger.db'\nlocale = '{2}'\n"
      "[vault]\nkey_storage = 'disk'\nkey_file = '{1}/key'\nkey_url = ''\n"
      "[control]\nsocket = '{1}/control'\n"
      "[window]\nmode = 'window'\n",
      server, state, std::filesystem::absolute(options.locale).string());
  if (options.config.empty()) text = "opening_hours = []\n" + text;
  return text;
}

void add_options(CLI::App& cli, Options& options) {
  cli.set_version_flag("--version", std::string("kiosk-demo ") + KIOSK_VERSION);
  cli.add_option("--assets", options.assets, "folder with the sample site")->capture_default_str();
  cli.add_option("--locale", options.locale, "folder with the compiled texts")
      ->capture_default_str();
  cli.add_option("--config", options.config, "another site than the sample one");
  cli.add_option("--server", options.server, "a FHIR server instead of the emulated hospital");
  cli.add_option("--seed", options.seed, "which day the emulated hospital has")
      ->capture_default_str();
  cli.add_option("--automation", options.automation, "serve the test operations on this socket");
  cli.add_option("--state", options.state,
                 "keep ledger and key here (default: forgotten at the end)");
  cli.add_option("--out", options.out, "folder for pictures, tickets and hospital.json");
  cli.add_flag("--headless", options.headless,
               "no window; without --automation a walk-through of five visits");
  cli.add_flag("--no-tray", options.no_tray, "only the kiosk's face");
}

int run(const Options& options) {
  const StateFolder state(options.state);
  const std::string out = options.out.empty() ? state.path() : options.out;
  std::filesystem::create_directories(out);
  auto world = World::create({options.seed, options.server, out, 576});
  if (!world) {
    fmt::print(stderr, "kiosk-demo: {}\n", world.error().what);
    return 1;
  }
  const std::string file =
      options.config.empty() ? options.assets + "/sample-site/kiosk.toml" : options.config;
  auto config = kiosk::app::load_or_complain(
      file, overrides_for(options, state.path(), (*world)->server_url()));
  if (!config) return kiosk::app::exit_config;

  const bool walk = options.headless && options.automation.empty();
  kiosk::app::ApplicationOptions application;
  application.headless = options.headless;
  application.automation_socket =
      options.automation.empty() ? state.path() + "/automation" : options.automation;
  screens::KioskFace* face = nullptr;
  application.extra_control = [&](const kiosk::shell::ControlRequest& request) {
    if (request.op == "screenshot_with_tray") {
      const auto written = face->screenshot_with_panel(request.get("path"));
      return written ? kiosk::shell::ok_reply() : kiosk::shell::error_reply(written.error());
    }
    return (*world)->control(request);
  };
  application.face_made = [&](screens::KioskFace& made) { face = &made; };
  std::unique_ptr<Tray> tray;
  if (!options.headless && !options.no_tray) {
    tray = std::make_unique<Tray>(**world);
    application.panel = tray->panel();
    application.face_made = [&](screens::KioskFace& made) {
      face = &made;
      (*world)->on_change([&made] { made.panel_changed(); });
    };
  }
  int status = 0;
  std::jthread walker;
  application.started = [&](std::function<void()> stop) {
    if (!walk) return;
    walker = std::jthread([&, stop] {
      status = walk_through(**world, application.automation_socket, out);
      stop();
    });
  };
  const int ended = kiosk::app::run_application(std::move(*config), application, **world);
  (*world)->on_change({});
  if (walker.joinable()) walker.join();
  return ended != 0 ? ended : status;
}

}  // namespace

int run_demo(int argc, char** argv) {
  CLI::App cli{"The kiosk with emulated devices and an emulated hospital.", "kiosk-demo"};
  Options options;
  add_options(cli, options);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? kiosk::app::exit_ok : kiosk::app::exit_usage;
  }
  if (options.headless && options.automation.empty() && !options.server.empty()) {
    fmt::print(stderr,
               "kiosk-demo: the walk-through plays in the emulated hospital; "
               "with --server give --automation SOCKET and drive it from there\n");
    return kiosk::app::exit_usage;
  }
  return run(options);
}

}  // namespace demo
