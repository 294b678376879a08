#include "kiosk/app/application.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <thread>

#include "kiosk/app/assembly.h"
#include "kiosk/app/records_worker.h"
#include "kiosk/app/sign_in.h"
#include "kiosk/app/sounds.h"
#include "kiosk/app/vault.h"
#include "kiosk/base/overloaded.h"
#include "kiosk/base/sanitized.h"
#include "kiosk/shell/log.h"
#include "kiosk/sync/curl_client.h"
#include "kiosk/sync/signed_order.h"

namespace kiosk::app {

void forbid_cores() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  if (!sanitized) prctl(PR_SET_DUMPABLE, 0);
  // The library's own handler prints what an exception says, which may be of a patient.
  std::set_terminate([] {
    shell::log(shell::Severity::error, "terminated", {{"what", "an exception that nobody took"}});
    std::abort();
  });
}

namespace {

/// Once something large was freed, glibc keeps twice as much for itself at the heap's end, and one
/// arena for each thread (mallopt(3)): over months that becomes all of it.
void give_memory_back() {
  constexpr int large = 256 * 1024;
  mallopt(M_MMAP_THRESHOLD, large);
  mallopt(M_TRIM_THRESHOLD, large);
  mallopt(M_ARENA_MAX, 1);
}

/// SIGTERM and SIGINT are blocked everywhere; one that came stays for the watcher.
bool end_was_asked_for() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

/// All that runs, in the order in which it may go: workers before what they speak to.
class Application {
 public:
  /// Records and the workers around them speak to each other: they fall silent before they go.
  ~Application() {
    if (records_) records_->stop();
    http_.reset();
  }
  static Result<std::unique_ptr<Application>> create(shell::Config config,
                                                     const ApplicationOptions& options,
                                                     DeviceFactory& devices);
  void run(const ApplicationOptions& options);

 private:
  explicit Application(shell::Config config) : config_(std::move(config)) {}

  Result<void> make_face(const ApplicationOptions& options);
  Result<shell::VaultKeys> obtain_keys(const ApplicationOptions& options,
                                       sync::Authorizer& authorizer);
  Result<RecordsWorker::Parts> make_parts(const ApplicationOptions& options);
  Result<void> make_recorder();
  Result<void> make_records(RecordsWorker::Parts parts);
  Result<void> make_devices(DeviceFactory& devices);
  Result<void> make_control(const ApplicationOptions& options);
  shell::LoopPorts loop_ports(const ApplicationOptions& options);
  void perform(const journeys::Effect& effect);
  void want_input(bool wanted);
  void to_loop(shell::LoopInput input);
  void to_records(shell::RecordsInput input);
  bool to_printer(PrintBytes bytes);
  void printer_event(const drivers::printer::PrinterEvent& event);
  void printer_found(PrinterFound found);
  void job_ended(std::int64_t job, domain::PrintState state);

  const shell::Config config_;
  Catalogues catalogues_;
  std::unique_ptr<shell::Clock> clock_;
  std::unique_ptr<shell::Face> face_;
  std::unique_ptr<shell::Recorder> recorder_;  ///< only where sessions are recorded
  std::unique_ptr<shell::Loop> loop_;
  std::optional<Sounds> sounds_;  ///< none without a window
  std::unique_ptr<sync::CurlClient> http_;
  std::unique_ptr<RecordsWorker> records_;
  std::unique_ptr<DeviceSet> devices_;
  drivers::printer::Remains remains_ = drivers::printer::Remains::none;
  std::vector<std::unique_ptr<shell::ControlSocket>> sockets_;
};

Result<void> Application::make_face(const ApplicationOptions& options) {
  screens::FaceArguments arguments;
  arguments.rules = config_.rules;
  arguments.fonts = font_list(config_, text::Pitch::proportional);
  arguments.locale_folder = config_.locale_folder;
  if (options.headless) {
    arguments.mode = screens::FaceMode::headless;
  } else if (config_.window.mode == shell::WindowMode::window) {
    arguments.mode = screens::FaceMode::window;
    if (!options.panel) {  // face and panel together: as large as the display allows
      arguments.window_width = config_.window.width;
      arguments.window_height = config_.window.height;
    }
  }
  arguments.panel = options.panel;
  auto face = screens::KioskFace::create(std::move(arguments));
  if (!face) return fail("screen", face.error());
  if (options.face_made) options.face_made(**face);
  face_ = std::move(*face);
  if (!options.headless) sounds_.emplace();
  return {};
}

/// While the key is being asked for, patients are sent to the desk and SIGTERM ends the kiosk.
Result<shell::VaultKeys> Application::obtain_keys(const ApplicationOptions& options,
                                                  sync::Authorizer& authorizer) {
  const Now now = shell::Clock(build_floor()).now();
  journeys::Model model = journeys::initial_model(config_.rules, now);
  model.screen = journeys::Closed{journeys::ClosedReason::nothing_usable};
  const auto wait = [&](Milliseconds limit) {
    face_->show(model);
    face_->wait(limit);
    return !face_->closed() && !end_was_asked_for();
  };
  return vault_keys(config_, {options.credentials_folder, build_floor()}, authorizer, wait);
}

Result<RecordsWorker::Parts> Application::make_parts(const ApplicationOptions& options) {
  auto authorizer = make_authorizer(config_);
  if (!authorizer) return fail("sign-in", authorizer.error());
  auto keys = obtain_keys(options, **authorizer);
  if (!keys) return pass_on(keys.error());
  auto core = make_core(config_, *keys, std::move(*authorizer));
  if (!core) return pass_on(core.error());
  clock_ = std::move(core->clock);
  auto tickets = TicketPrinter::create(config_, catalogues_);
  if (!tickets) return pass_on(tickets.error());
  if (core->ledger->print_cut_short()) remains_ = drivers::printer::Remains::possible;
  RecordsWorker::Parts parts;
  parts.ledger = std::move(core->ledger);
  parts.authorizer = std::move(core->authorizer);
  parts.engine = std::move(core->engine);
  parts.tickets = std::move(*tickets);
  parts.order_key = std::move(core->order_key);
  parts.random = random_hex;
  return parts;
}

Result<void> Application::make_recorder() {
  if (config_.recording_folder.empty() || !config_.test) return {};
  auto recorder = shell::Recorder::create(config_.recording_folder, clock_->now());
  if (!recorder) return pass_on(recorder.error());
  recorder_ = std::move(*recorder);
  shell::log(shell::Severity::info, "recording", {{"file", recorder_->path()}});
  return {};
}

Result<void> Application::make_records(RecordsWorker::Parts parts) {
  auto http = sync::CurlClient::create(
      {config_.ca_file, 256, config_.certificate_file, config_.certificate_key_file},
      [this](sync::HttpResult result) { to_records(std::move(result)); });
  if (!http) return fail("sign-in", http.error());
  http_ = std::move(*http);
  RecordsPorts ports;
  ports.to_loop = [this](shell::LoopInput input) { to_loop(std::move(input)); };
  ports.to_http = [this](sync::HttpRequest request) {
    const RequestId id = request.id;
    if (http_->send(std::move(request))) return;
    const sync::HttpFailure failure{sync::HttpFailureKind::not_connected, "too many requests"};
    to_records(sync::HttpResult{id, failure, Milliseconds(0)});
  };
  ports.to_printer = [this](PrintBytes bytes) { return to_printer(std::move(bytes)); };
  records_ = std::make_unique<RecordsWorker>(config_, std::move(parts), *clock_, std::move(ports));
  return {};
}

Result<void> Application::make_devices(DeviceFactory& factory) {
  DeviceSinks sinks;
  sinks.journey = [this](JourneyEvent event) { to_loop(std::move(event)); };
  sinks.report = [this](const shell::DeviceReport& report) { to_loop(report); };
  sinks.printer = [this](const drivers::printer::PrinterEvent& event) { printer_event(event); };
  sinks.remains = remains_;
  auto devices = factory.start(config_, std::move(sinks));
  if (!devices) return fail("devices", devices.error());
  devices_ = std::move(*devices);
  return {};
}

void Application::printer_event(const drivers::printer::PrinterEvent& event) {
  using namespace drivers::printer;
  std::visit(
      overloaded{
          [&](const StateChanged& changed) {
            to_records(shell::PrinterChanged{health_of(changed.state)});
          },
          [&](const Identified& identified) {
            if (identified.use) printer_found({identified.use->profile});
          },
          [&](const MadeForAnother& made) {
            printer_found({made.here, made.job.value});
          },
          [](const Withdrawn&) {},
          [&](const Printed& printed) {
            job_ended(printed.job.value, domain::PrintState::printed);
          },
          [&](const Failed& failed) { job_ended(failed.job.value, domain::PrintState::failed); },
          [&](const Unknown& unknown) {
            job_ended(unknown.job.value, domain::PrintState::unknown);
          },
      },
      event);
}

void Application::job_ended(std::int64_t job, domain::PrintState state) {
  if (job != 0) to_records(shell::JobEnded{job, state});
}

bool Application::to_printer(PrintBytes bytes) {
  return devices_->print(
      {drivers::printer::JobId{bytes.job}, std::move(bytes.bytes), bytes.made_for});
}

void Application::printer_found(PrinterFound found) {
  records_->post(std::move(found));
}

void Application::to_loop(shell::LoopInput input) {
  if (!loop_->post(std::move(input))) shell::log(shell::Severity::error, "loop_queue_full");
}

void Application::to_records(shell::RecordsInput input) {
  if (!records_->post(std::move(input))) shell::log(shell::Severity::error, "records_queue_full");
}

void Application::perform(const journeys::Effect& effect) {
  std::visit(overloaded{
                 [&](const journeys::Play& play) {
                   if (sounds_) sounds_->play(play.sound);
                 },
                 [&](const auto& for_records) { to_records(for_records); },
             },
             effect);
}

void Application::want_input(bool wanted) {
  if (!devices_->want(wanted)) shell::log(shell::Severity::error, "device_queue_full");
}

shell::LoopPorts Application::loop_ports(const ApplicationOptions& options) {
  shell::LoopPorts ports;
  ports.perform = [this](const journeys::Effect& effect) { perform(effect); };
  ports.want_input = [this](bool wanted) { want_input(wanted); };
  ports.reader_changed = [this](shell::ReaderChanged changed) { to_records(changed); };
  ports.note_acts = [this](shell::ActsNoted noted) { to_records(std::move(noted)); };
  ports.extra_control = options.extra_control;
  ports.ask_records = [this](shell::ControlCall call) {
    if (!records_->post(std::move(call))) {
      shell::log(shell::Severity::error, "records_queue_full");
    }
  };
  return ports;
}

Result<void> Application::make_control(const ApplicationOptions& options) {
  std::vector<std::string> paths{config_.control_socket};
  if (!options.automation_socket.empty() && options.automation_socket != config_.control_socket) {
    paths.push_back(options.automation_socket);
  }
  for (const std::string& path : paths) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    auto socket = shell::ControlSocket::open(
        path, [this](shell::ControlRequest request, shell::ControlSocket::Reply reply) {
          to_loop(shell::ControlCall{std::move(request), std::move(reply)});
        });
    if (!socket) return pass_on(socket.error());
    sockets_.push_back(std::move(*socket));
  }
  return {};
}

Result<std::unique_ptr<Application>> Application::create(shell::Config config,
                                                         const ApplicationOptions& options,
                                                         DeviceFactory& devices) {
  std::unique_ptr<Application> application(new Application(std::move(config)));
  auto catalogues = load_catalogues(application->config_);
  if (!catalogues) return pass_on(catalogues.error());
  application->catalogues_ = std::move(*catalogues);
  if (auto made = application->make_face(options); !made) return pass_on(made.error());
  auto parts = application->make_parts(options);
  if (!parts) return pass_on(parts.error());
  if (auto made = application->make_recorder(); !made) return pass_on(made.error());
  // The loop stands before the workers that speak to it; it asks nothing of them until it runs.
  const auto automation =
      options.automation_socket.empty() ? shell::Automation::off : shell::Automation::on;
  application->loop_ = std::make_unique<shell::Loop>(
      application->config_.rules, *application->face_, *application->clock_,
      application->loop_ports(options), automation, application->recorder_.get());
  if (auto made = application->make_records(std::move(*parts)); !made) {
    return pass_on(made.error());
  }
  if (auto made = application->make_devices(devices); !made) return pass_on(made.error());
  application->records_->start();
  if (auto made = application->make_control(options); !made) return pass_on(made.error());
  return application;
}

void Application::run(const ApplicationOptions& options) {
  shell::log(shell::Severity::info, "started",
             {{"version", KIOSK_VERSION},
              {"kiosk", config_.rules.kiosk_code},
              {"test", config_.test ? "true" : "false"}});
  // SIGTERM and SIGINT are blocked everywhere and taken here.
  std::jthread watcher([this](const std::stop_token& stop) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    const timespec limit{0, 200'000'000};
    while (!stop.stop_requested()) {
      if (sigtimedwait(&set, nullptr, &limit) < 0) continue;
      loop_->stop();
      return;
    }
  });
  if (options.started) options.started([this] { loop_->stop(); });
  loop_->run();
  shell::log(shell::Severity::info, "stopped");
}

}  // namespace

int run_application(shell::Config config, const ApplicationOptions& options,
                    DeviceFactory& devices) {
  give_memory_back();
  // Blocked before any thread starts, so that only the watcher gets them.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A reader of the log that goes, or a file that may not grow, is an error of that write alone.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  if ((!options.automation_socket.empty() || options.headless) && !config.test) {
    shell::log(shell::Severity::error, "refused",
               {{"what", "automation and a kiosk without a window need test = true"}});
    return 78;  // EX_CONFIG
  }
  auto application = Application::create(std::move(config), options, devices);
  if (!application) {
    if (application.error().code == "stopped") return 0;
    shell::log_error("cannot_start", application.error());
    return application.error().domain == "vault" ? 78 : 1;  // EX_CONFIG: another start is no help
  }
  (*application)->run(options);
  return 0;
}

}  // namespace kiosk::app
