#include "kiosk/app/device_commands.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "drivers/usb/list.h"
#include "kiosk/app/cli.h"
#include "kiosk/app/ticket_printer.h"
#include "kiosk/base/overloaded.h"
#include "kiosk/domain/identity.h"
#include "kiosk/shell/control.h"
#include "kiosk/shell/control_socket.h"

namespace kiosk::app {
namespace {

constexpr Milliseconds settle_limit{5'000};   ///< for a device to say how it is
constexpr Milliseconds name_limit{1'000};     ///< and what it is called
constexpr Milliseconds person_limit{30'000};  ///< for a card to be laid, a code to be shown
constexpr Milliseconds print_limit{60'000};

/// What devices told, for one thread that waits for it.
class Watch {
 public:
  DeviceSinks sinks() {
    DeviceSinks made;
    made.journey = [this](JourneyEvent event) {
      add([&] { events_.push_back(std::move(event)); });
    };
    made.report = [this](const shell::DeviceReport& report) {
      add([&] { reports_[report.name] = report; });
    };
    made.printer = [this](const drivers::printer::PrinterEvent& event) {
      add([&] { printed_.push_back(event); });
    };
    made.logged = Logged::no;
    return made;
  }

  /// Waits until all devices are well and told their names, or the time is over.
  std::vector<shell::DeviceLine> settled() {
    std::unique_lock lock(mutex_);
    std::vector<shell::DeviceLine> lines;
    changed_.wait_for(lock, settle_limit, [&] {
      lines = lines_of(reports_);
      return std::all_of(lines.begin(), lines.end(), shell::is_well);
    });
    changed_.wait_for(lock, name_limit, [&] {
      lines = lines_of(reports_);
      return std::none_of(lines.begin(), lines.end(),
                          [](const shell::DeviceLine& line) { return line.detail.empty(); });
    });
    return lines;
  }

  /// The first event that is no mere notice; none within the time.
  std::optional<JourneyEvent> event() {
    std::unique_lock lock(mutex_);
    std::optional<JourneyEvent> found;
    changed_.wait_for(lock, person_limit, [&] {
      for (const JourneyEvent& event : events_) {
        if (!std::holds_alternative<journeys::CardNoticed>(event)) found = event;
      }
      return found.has_value();
    });
    return found;
  }

  /// How the one job ended; none within the time.
  std::optional<drivers::printer::PrinterEvent> job() {
    using namespace drivers::printer;
    std::unique_lock lock(mutex_);
    std::optional<PrinterEvent> found;
    changed_.wait_for(lock, print_limit, [&] {
      for (const PrinterEvent& event : std::exchange(printed_, {})) {
        const bool about_state = std::holds_alternative<StateChanged>(event) ||
                                 std::holds_alternative<Identified>(event);
        if (!about_state) found = event;
      }
      return found.has_value();
    });
    return found;
  }

  /// Of the printer as far as it is known by now.
  std::optional<drivers::printer::Profile> profile() {
    const std::lock_guard lock(mutex_);
    std::optional<drivers::printer::Profile> last;
    for (const drivers::printer::PrinterEvent& event : printed_) {
      const auto* identified = std::get_if<drivers::printer::Identified>(&event);
      if (identified != nullptr && identified->use) last = identified->use->profile;
    }
    return last;
  }

 private:
  void add(const std::function<void()>& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, shell::DeviceReport> reports_;
  std::vector<JourneyEvent> events_;
  std::vector<drivers::printer::PrinterEvent> printed_;
};

/// The configuration with all but one kind of device taken out.
shell::Config only(const shell::Config& config, Trial trial) {
  shell::Config kept = config;
  shell::DeviceSettings& devices = kept.devices;
  if (trial != Trial::print) devices.printer.kind = shell::PrinterKind::none;
  if (trial != Trial::card) {
    devices.id_reader.kind = shell::IdReaderKind::none;
    devices.smart_cards.used = false;
  }
  if (trial != Trial::scan) {
    devices.scanner.usb = false;
    devices.scanner.serial_port.clear();
    devices.scanner.keyboard.clear();
  }
  if (trial != Trial::camera) devices.scanner.camera.clear();
  return kept;
}

/// One line a device; whether there are any and all are well.
bool show(const std::vector<shell::DeviceLine>& lines) {
  for (const shell::DeviceLine& line : lines) {
    fmt::print("{:<18} {:<15} {}{}{}\n", line.device, line.state, line.detail,
               line.detail.empty() || line.wrong.empty() ? "" : "; ", line.wrong);
  }
  if (lines.empty()) fmt::print("none is configured\n");
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), shell::is_well);
}

std::string tail_of(const std::string& number) {
  return number.size() <= 4 ? number : "..." + number.substr(number.size() - 4);
}

const char* kind_of(journeys::CardKind kind) {
  switch (kind) {
    case journeys::CardKind::resident:
      return "resident ID card";
    case journeys::CardKind::hk_macao_taiwan_permit:
      return "residence permit for Hong Kong, Macao or Taiwan residents";
    case journeys::CardKind::foreign_permit:
      return "foreign permanent resident ID card";
  }
  return "card";
}

const char* words_for(journeys::CardTrouble trouble) {
  switch (trouble) {
    case journeys::CardTrouble::unreadable:
      return "the card could not be read: lay it flat, or try another one";
    case journeys::CardTrouble::pulled:
      return "the card was lifted before it was read";
    case journeys::CardTrouble::not_supported:
      return "this kind of card is not used here";
    case journeys::CardTrouble::wrong_reader:
      return "an ID card on the smart-card reader: lay it on the ID-card reader";
  }
  return "";
}

int tell(const std::optional<JourneyEvent>& event) {
  if (!event) {
    fmt::print("nothing came within {} s\n", person_limit.count() / 1000);
    return exit_failed;
  }
  if (const auto* card = std::get_if<journeys::CardRead>(&*event)) {
    fmt::print("read: {}, number {}\n", kind_of(card->kind), tail_of(card->number));
    return exit_ok;
  }
  if (const auto* card = std::get_if<journeys::IdentifierRead>(&*event)) {
    fmt::print("read: {} {}\n", card->identifier.system, tail_of(card->identifier.value));
    return exit_ok;
  }
  if (const auto* code = std::get_if<journeys::CodeScanned>(&*event)) {
    if (code->text == damaged_code) {
      fmt::print("something was scanned that is no text\n");
      return exit_failed;
    }
    fmt::print("read: {}\n", code->text);
    return exit_ok;
  }
  if (const auto* failed = std::get_if<journeys::CardUnreadable>(&*event)) {
    fmt::print("{}\n", words_for(failed->trouble));
  }
  return exit_failed;
}

int try_print(const shell::Config& config, DeviceSet& devices, Watch& watch) {
  auto catalogues = load_catalogues(config);
  if (!catalogues) return complain(catalogues.error());
  auto tickets = TicketPrinter::create(config, *catalogues);
  if (!tickets) return complain(tickets.error());
  const Instant now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
  if (const auto found = watch.profile()) (*tickets)->go_by(*found);
  std::optional<drivers::printer::PrinterEvent> ended;
  const drivers::printer::MadeForAnother* other = nullptr;
  do {
    auto page = (*tickets)->test_page({now, ClockTrust::rtc});
    if (!page) return complain(page.error());
    fmt::print("printing a test page of {} bytes ...\n", page->size());
    std::fflush(stdout);
    if (!devices.print({drivers::printer::JobId{1}, std::move(*page), (*tickets)->profile()})) {
      return complain({"printer", "busy", "the printer takes no job"});
    }
    ended = watch.job();
    other = ended ? std::get_if<drivers::printer::MadeForAnother>(&*ended) : nullptr;
    if (other != nullptr) (*tickets)->go_by(other->here);
  } while (other != nullptr);
  if (!ended) return complain({"printer", "silent", "the printer did not say how it ended"});
  if (const auto* failed = std::get_if<drivers::printer::Failed>(&*ended)) {
    return complain(failed->why);
  }
  if (const auto* unknown = std::get_if<drivers::printer::Unknown>(&*ended)) {
    return complain(unknown->why);
  }
  fmt::print("printed: the printer says that the page is out\n");
  return exit_ok;
}

/// All that is on USB, ours first.
void show_usb(const shell::Config& config) {
  using namespace drivers::usb;
  const auto choices = usb_choices(config);
  const auto listed = list_interfaces(choices);
  if (!listed) {
    complain(listed.error());
    return;
  }
  fmt::print("On USB:\n");
  for (const ListedInterface& one : *listed) {
    const InterfaceDescription& interface = one.seen.interface;
    std::string what = one.model.empty() ? one.seen.product : one.model;
    if (!one.seen.serial.empty()) what += " #" + one.seen.serial;
    fmt::print("{:<8} {:04x}:{:04x}.{} {:<18} {:<10} {}{}{}\n", one.seen.port, interface.vendor,
               interface.product, interface.number, name_of(one.role), name_of(one.standing), what,
               what.empty() || one.why.empty() ? "" : ": ", one.why);
  }
  if (listed->empty()) fmt::print("nothing\n");
}

bool kiosk_runs(const std::string& socket) {
  return shell::ask_kiosk(socket, shell::request_line("devices", {}), reply_limit).has_value();
}

}  // namespace

int list_devices(const shell::Config& config, const std::string& socket) {
  const auto reply = shell::ask_kiosk(socket, shell::request_line("devices", {}), reply_limit);
  if (reply) {
    const auto lines = shell::parse_devices(*reply);
    if (!lines) return complain(lines.error());
    fmt::print("The kiosk runs; its devices say:\n");
    const bool well = show(*lines);
    show_usb(config);
    return well ? exit_ok : exit_failed;
  }
  fmt::print("No kiosk runs; the configured devices say:\n");
  bool well = false;
  {
    Watch watch;
    auto devices = real_devices()->start(config, watch.sinks());
    if (!devices) return complain(devices.error());
    well = show(watch.settled());
  }
  show_usb(config);
  return well ? exit_ok : exit_failed;
}

int try_device(const shell::Config& config, const std::string& socket, Trial trial) {
  if (kiosk_runs(socket)) {
    fmt::print(stderr, "kiosk: a kiosk runs and holds its devices; stop it first\n");
    return exit_unavailable;
  }
  const shell::Config kept = only(config, trial);
  Watch watch;
  auto devices = real_devices()->start(kept, watch.sinks());
  if (!devices) return complain(devices.error());
  const bool well = show(watch.settled());
  if (trial == Trial::print) return try_print(kept, **devices, watch);
  if (!well) return exit_failed;
  if (!(*devices)->want(true)) return exit_failed;
  fmt::print("{} (waiting {} s)\n", trial == Trial::card ? "Lay a card" : "Show a code",
             person_limit.count() / 1000);
  std::fflush(stdout);  // a person waits for this line, maybe behind a pipe
  return tell(watch.event());
}

}  // namespace kiosk::app
