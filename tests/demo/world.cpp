#include "tests/demo/world.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "drivers/usb/device_worker.h"
#include "printing/picture_png.h"
#include "tests/emulators/printer_states.h"

namespace demo {
namespace {

using emulators::EmulatedPrinter;
using kiosk::fail;
using kiosk::pass_on;
using kiosk::Result;

kiosk::Instant system_now() {
  return std::chrono::floor<kiosk::Milliseconds>(std::chrono::system_clock::now());
}

Result<void> write_file(const std::string& path, kiosk::ByteView bytes) {
  const std::string beside = path + ".part";
  {
    std::ofstream file(beside, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    if (!file) return fail("demo", "write", "cannot write " + beside);
  }
  std::error_code error;
  std::filesystem::rename(beside, path, error);
  if (error) return fail("demo", "write", "cannot write " + path + ": " + error.message());
  return {};
}

std::string error_line(const kiosk::Error& error) {
  return kiosk::shell::error_reply(error);
}

std::string reply_to(const Result<void>& result) {
  return result ? kiosk::shell::ok_reply() : error_line(result.error());
}

}  // namespace

printing::Picture picture_of(const emulators::Ticket& ticket) {
  printing::Picture picture(ticket.width_dots, ticket.rows);
  picture.bits = ticket.bits;
  return picture;
}

Result<std::unique_ptr<World>> World::create(Options options) {
  std::unique_ptr<World> world(new World(std::move(options)));
  emulators::PrinterAbilities abilities;
  abilities.width_dots = world->options_.width_dots;
  world->printer_ = std::make_unique<emulators::Plugged<EmulatedPrinter>>(abilities);
  // Paper outlives the process that printed it: tests count what lies there after a kill.
  world->printer_->with([&out = world->options_.out](EmulatedPrinter& printer) {
    printer.when_cut([&out, &printer](const emulators::Ticket& ticket) {
      const std::string path = fmt::format("{}/ticket-{:02}.bin", out, printer.tickets().size());
      if (auto written = write_file(path, ticket.bytes); !written) {
        fmt::print(stderr, "{}\n", written.error().what);
      }
    });
  });
  world->watch_paper();
  if (!world->options_.server.empty()) return world;
  emulators::HospitalServerOptions hospital;
  hospital.hospital.seed = world->options_.seed;
  auto server = emulators::HospitalServer::create(hospital, system_now);
  if (!server) return pass_on(server.error());
  auto proxy = emulators::FaultProxy::create((*server)->port());
  if (!proxy) return pass_on(proxy.error());
  (*server)->announce_port((*proxy)->port());
  (*server)->with_hospital([](emulators::Hospital& made) {  // a morning that has been busy so far
    made.call_patients("room-derma", {42, 38, 51, 44, 47, 40, 36, 53, 45, 41, 49, 39},
                       system_now());
  });
  world->hospital_ = std::move(*server);
  world->proxy_ = std::move(*proxy);
  return world;
}

void World::watch_paper() {
  paper_watch_ = std::jthread([this](const std::stop_token& stop) {
    std::size_t seen = 0;
    std::mutex mutex;
    std::condition_variable_any pause;
    while (!stop.stop_requested()) {
      const std::size_t now =
          printer_->with([](EmulatedPrinter& printer) { return printer.tickets().size(); });
      if (now != seen) changed();
      seen = now;
      std::unique_lock lock(mutex);
      pause.wait_for(lock, stop, kiosk::Milliseconds(200), [] { return false; });
    }
  });
}

std::string World::server_url() const {
  if (!options_.server.empty()) return options_.server;
  return fmt::format("http://127.0.0.1:{}/fhir", proxy_->port());
}

Result<std::unique_ptr<kiosk::app::DeviceSet>> World::start(const kiosk::shell::Config& config,
                                                            kiosk::app::DeviceSinks sinks) {
  using drivers::usb::DeviceWorker;
  auto devices =
      std::make_unique<kiosk::app::DeviceSet>(std::move(sinks), config.devices.smart_cards);
  devices->add<DeviceWorker<drivers::printer::EscposPrinter>>(
      {"printer/usb", kiosk::journeys::PrinterHealth::missing, {}, {}},
      drivers::printer::EscposPrinter(config.printer), printer_->transport());
  devices->add<DeviceWorker<drivers::id_card::SdtReader>>(
      {"id_reader/usb", kiosk::journeys::ReaderHealth::missing, {}, {}},
      drivers::id_card::SdtReader(), reader_.transport());
  devices->add<DeviceWorker<drivers::scanner::HidScanner>>(
      {"scanner/usb", kiosk::journeys::ScannerHealth::missing, {}, {}},
      drivers::scanner::HidScanner(), scanner_.transport());
  kiosk::app::add_camera(*devices, config);
  return devices;
}

Result<void> World::lay(const Card& card) {
  const auto emulated = emulators::emulated_card(card);
  if (!emulated) return pass_on(emulated.error());
  reader_.with([&](emulators::EmulatedIdReader& reader) {
    reader.lift();
    reader.lay(*emulated);
  });
  {
    const std::lock_guard lock(mutex_);
    lying_ = card;
  }
  changed();
  return {};
}

void World::lift() {
  reader_.with([](emulators::EmulatedIdReader& reader) { reader.lift(); });
  {
    const std::lock_guard lock(mutex_);
    lying_.reset();
  }
  changed();
}

void World::scan(const std::string& code) {
  scanner_.with([&](emulators::EmulatedScanner& scanner) { scanner.show(code); });
}

Result<void> World::set_printer(const std::string& state) {
  auto& port = printer_->port();
  if (state == "unplugged") {
    port.unplug();
  } else {
    auto set = printer_->with(
        [&](EmulatedPrinter& printer) { return emulators::set_printer_state(printer, state); });
    if (!set) return set;
    if (!port.plugged()) port.plug();
  }
  {
    const std::lock_guard lock(mutex_);
    printer_state_ = state;
  }
  changed();
  return {};
}

Result<void> World::set_device(const std::string& device, bool plugged) {
  emulators::UsbPort* port = device == "reader"    ? &reader_.port()
                             : device == "scanner" ? &scanner_.port()
                             : device == "printer" ? &printer_->port()
                                                   : nullptr;
  if (port == nullptr) {
    return fail("demo", "bad_device",
                "device is reader, scanner or printer, not \"" + device + "\"");
  }
  if (plugged && !port->plugged()) port->plug();
  if (!plugged && port->plugged()) port->unplug();
  changed();
  return {};
}

Result<void> World::set_network(Network network) {
  if (!proxy_) {
    return fail("demo", "no_network", "the network to the server of --server is not emulated");
  }
  emulators::Fault fault;
  if (network == Network::slow) fault.delay = kiosk::Milliseconds(2500);
  if (network == Network::down) fault.kind = emulators::Fault::Kind::down;
  proxy_->set(fault);
  network_ = network;
  changed();
  return {};
}

std::string World::printer_state() const {
  const std::lock_guard lock(mutex_);
  return printer_state_;
}

std::optional<Card> World::lying() const {
  const std::lock_guard lock(mutex_);
  return lying_;
}

std::vector<emulators::Ticket> World::tickets() {
  return printer_->with([](EmulatedPrinter& printer) { return printer.tickets(); });
}

std::string World::papers() {
  const std::vector<emulators::Ticket> all = tickets();
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string stem = fmt::format("{}/ticket-{:02}", options_.out, i + 1);
    const auto png = printing::write_png(picture_of(all[i]));
    if (!png) return error_line(png.error());
    for (const auto& [path, bytes] : {std::pair(stem + ".png", kiosk::ByteView(*png)),
                                      std::pair(stem + ".bin", kiosk::ByteView(all[i].bytes))}) {
      if (auto written = write_file(path, bytes); !written) return error_line(written.error());
    }
    list.push_back({{"png", stem + ".png"}, {"bytes", stem + ".bin"}, {"rows", all[i].rows}});
  }
  const auto errors =
      printer_->with([](EmulatedPrinter& printer) { return printer.protocol_errors(); });
  return nlohmann::json{{"ok", true}, {"tickets", list}, {"protocol_errors", errors}}.dump();
}

std::string World::control(const kiosk::shell::ControlRequest& request) {
  if (request.op == "card") {
    Card card;
    card.number = request.get("number");
    card.name = request.get("name");
    card.birth_date = request.get("birth_date");
    if (request.text.contains("document")) card.document = request.get("document");
    if (request.text.contains("valid_to")) card.valid_to = request.get("valid_to");
    const auto damaged = request.number.find("damaged");
    card.damaged = damaged != request.number.end() && damaged->second != 0;
    return reply_to(lay(card));
  }
  if (request.op == "lift_card") {
    lift();
    return kiosk::shell::ok_reply();
  }
  if (request.op == "scan") {
    scan(request.get("code"));
    return kiosk::shell::ok_reply();
  }
  if (request.op == "printer") return reply_to(set_printer(request.get("state")));
  if (request.op == "device") {
    return reply_to(set_device(request.get("device"), request.get("state") != "unplugged"));
  }
  if (request.op == "network") {
    const std::string state = request.get("state");
    if (state != "up" && state != "slow" && state != "down") {
      return error_line({"demo", "bad_state", "network state is up, slow or down"});
    }
    return reply_to(set_network(state == "up"     ? Network::up
                                : state == "slow" ? Network::slow
                                                  : Network::down));
  }
  if (request.op == "paper") return papers();
  return {};
}

void World::on_change(std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  changed_ = std::move(changed);
}

void World::changed() {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    call = changed_;
  }
  if (call) call();
}

}  // namespace demo
