#include "tests/emulators/usbfs/usbfs_devices.h"

#include <algorithm>
#include <fstream>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "drivers/printer/void_strip.h"
#include "tests/emulators/described_card.h"
#include "tests/emulators/printer_states.h"

namespace emulators::usbfs {

using kiosk::shell::ControlRequest;
using nlohmann::json;

namespace {

/// Takes the text before the separator off the front; all of it if there is none.
std::string take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  std::string taken(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

void write_file(const std::string& path, kiosk::ByteView bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
}

double number_of(const ControlRequest& request, const std::string& name) {
  const auto found = request.number.find(name);
  return found == request.number.end() ? 0 : found->second;
}

using drivers::usb::InterfaceDescription;

/// A printer without a way back, as cheap parallel bridges are.
class OneWayPrinter final : public EmulatedPrinter {
 public:
  InterfaceDescription describe() const override {
    InterfaceDescription description = EmulatedPrinter::describe();
    description.protocol = 1;
    std::erase_if(description.endpoints, [](const auto& endpoint) { return endpoint.is_in(); });
    return description;
  }
};

/// A printer whose two-way setting is not the first.
class AlternatePrinter final : public EmulatedPrinter {
 public:
  InterfaceDescription describe() const override {
    InterfaceDescription description = EmulatedPrinter::describe();
    description.alternate = 1;
    return description;
  }
};

/// A reader with interrupt endpoints, as some are.
class InterruptReader final : public EmulatedIdReader {
 public:
  InterfaceDescription describe() const override {
    InterfaceDescription description = EmulatedIdReader::describe();
    for (auto& endpoint : description.endpoints) {
      endpoint.type = drivers::usb::EndpointType::interrupt;
    }
    return description;
  }
};

}  // namespace

UsbModel* UsbfsDevices::make(Device& device, const std::string& kind) {
  if (kind == "printer") device.printer = std::make_unique<EmulatedPrinter>();
  if (kind == "one_way_printer") device.printer = std::make_unique<OneWayPrinter>();
  if (kind == "alternate_printer") device.printer = std::make_unique<AlternatePrinter>();
  if (kind == "slow_printer") {
    PrinterAbilities abilities;
    abilities.buffer_bytes = 512;
    device.printer = std::make_unique<EmulatedPrinter>(abilities);
  }
  if (kind == "fast_printer") {  // for tests of very many tickets
    PrinterAbilities abilities;
    abilities.rows_per_second = 16'000;
    device.printer = std::make_unique<EmulatedPrinter>(abilities);
  }
  if (kind == "clone_58") device.printer = std::make_unique<EmulatedPrinter>(clone_58());
  if (kind == "epson_tm_t88") device.printer = std::make_unique<EmulatedPrinter>(epson_tm_t88());
  if (kind == "nameless_tm_t88") {  // only GS I tells what it is
    PrinterAbilities abilities = epson_tm_t88();
    abilities.device_id = "";
    device.printer = std::make_unique<EmulatedPrinter>(abilities);
  }
  if (kind == "reader") device.reader = std::make_unique<EmulatedIdReader>();
  if (kind == "interrupt_reader") device.reader = std::make_unique<InterruptReader>();
  if (kind == "split_reader") {
    device.reader = std::make_unique<EmulatedIdReader>(ReaderWiring::four_endpoints);
  }
  if (kind == "scanner" || kind == "bare_scanner") {
    device.scanner = std::make_unique<EmulatedScanner>();
  }
  if (device.printer) {
    device.printer->when_cut(
        [this, name = device.name, printer = device.printer.get()](const Ticket& ticket) {
          if (out_.empty()) return;
          const std::string beside = name == "printer" ? "ticket" : name;
          write_file(fmt::format("{}/{}-{:02}.bin", out_, beside, printer->tickets().size()),
                     ticket.bytes);
        });
    return device.printer.get();
  }
  if (device.reader) return device.reader.get();
  return device.scanner.get();
}

std::string UsbfsDevices::kinds() {
  return "printer, slow_printer, fast_printer, one_way_printer, alternate_printer, clone_58, "
         "epson_tm_t88, nameless_tm_t88, reader, split_reader, interrupt_reader, scanner, "
         "bare_scanner (the kernel "
         "has no driver for it)";
}

kiosk::Result<void> UsbfsDevices::add(const std::string& description) {
  std::string_view rest = description;
  auto device = std::make_unique<Device>();
  device->name = take_until(rest, '=');
  const std::string kind = take_until(rest, '@');
  Plug plug;
  plug.port = take_until(rest, '/');
  plug.serial = std::string(rest);
  plug.product = kind;
  UsbModel* model = make(*device, kind);
  const bool port_good = plug.port.size() >= 3 && plug.port.find('-') == 1;
  if (model == nullptr || device->name.empty() || !port_good) {
    return kiosk::fail("usbfs", "bad_device",
                       "a device is NAME=KIND@PORT[/SERIAL], not " + description);
  }
  if (kind != "bare_scanner") plug.kernel_driver = kernel_driver_for(model->describe());
  device->port = bus_.add_port(*model, std::move(plug));
  devices_.push_back(std::move(device));
  return {};
}

kiosk::Result<void> UsbfsDevices::plug_all() {
  for (const auto& device : devices_) {
    if (auto plugged = device->port->plug(); !plugged) return plugged;
  }
  return {};
}

template <typename Is>
UsbfsDevices::Device* UsbfsDevices::find(const ControlRequest& request, Is is) {
  const std::string name = request.get("device");
  for (const auto& device : devices_) {
    if ((name.empty() || device->name == name) && is(*device)) return device.get();
  }
  return nullptr;
}

std::string UsbfsDevices::control(const ControlRequest& request) {
  if (request.op == "bus") return state();
  if (request.op == "paper") {
    const Device* device = find(request, [](const Device& d) { return d.printer != nullptr; });
    if (device != nullptr) return paper(*device);
  }
  if (request.op == "tear_off") {
    Device* device = find(request, [](const Device& d) { return d.printer != nullptr; });
    if (device != nullptr) device->printer->load_paper();
    return kiosk::shell::ok_reply();
  }
  if (request.op == "take_paper") {
    Device* device = find(request, [](const Device& d) { return d.printer != nullptr; });
    if (device != nullptr) return take_paper(*device);
  }
  const auto done = act(request);
  bus_.changed();
  return done ? kiosk::shell::ok_reply() : kiosk::shell::error_reply(done.error());
}

kiosk::Result<void> UsbfsDevices::act(const ControlRequest& request) {
  if (request.op == "card" || request.op == "lift_card") return lay_card(request);
  if (request.op == "printer") return act_on_printer(request);
  Device* device =
      find(request, [&](const Device& d) { return request.op != "scan" || d.scanner != nullptr; });
  if (device == nullptr) return kiosk::fail("usbfs", "bad_device", "no such device");
  if (request.op == "scan") {
    device->scanner->show(request.get("code"));
  } else if (request.op == "device") {
    if (request.get("state") != "unplugged") return device->port->plug();
    device->port->unplug();
  } else if (request.op == "halt") {
    device->port->halt(static_cast<std::uint8_t>(number_of(request, "endpoint")));
  } else if (request.op == "trouble") {
    const bool fails = request.get("trouble") == "fails";
    device->port->trouble_after(static_cast<int>(number_of(request, "calls")),
                                fails ? UsbBus::Trouble::fails : UsbBus::Trouble::leaves);
  } else if (request.op == "silence" && device->reader) {
    device->reader->fall_silent();
  } else {
    return kiosk::fail("usbfs", "bad_request", "unknown op " + request.op);
  }
  return {};
}

kiosk::Result<void> UsbfsDevices::lay_card(const ControlRequest& request) {
  Device* device = find(request, [](const Device& d) { return d.reader != nullptr; });
  if (device == nullptr) return kiosk::fail("usbfs", "bad_device", "no such reader");
  device->reader->lift();
  if (request.op == "lift_card") return {};
  DescribedCard card;
  card.number = request.get("number");
  card.name = request.get("name");
  card.birth_date = request.get("birth_date");
  if (request.text.contains("document")) card.document = request.get("document");
  if (request.text.contains("valid_to")) card.valid_to = request.get("valid_to");
  card.damaged = number_of(request, "damaged") != 0;
  const auto emulated = emulated_card(card);
  if (!emulated) return kiosk::pass_on(emulated.error());
  device->reader->lay(*emulated);
  return {};
}

kiosk::Result<void> UsbfsDevices::act_on_printer(const ControlRequest& request) {
  Device* device = find(request, [](const Device& d) { return d.printer != nullptr; });
  if (device == nullptr) return kiosk::fail("usbfs", "bad_device", "no such printer");
  if (request.get("state") == "unplugged") {
    device->port->unplug();
    return {};
  }
  if (auto set = set_printer_state(*device->printer, request.get("state")); !set) return set;
  return device->port->plug();
}

std::string UsbfsDevices::paper(const Device& device) const {
  json tickets = json::array();
  for (const Ticket& ticket : device.printer->tickets()) {
    json one{{"rows", ticket.rows}, {"cut", ticket.end == Ticket::End::cut}};
    if (!out_.empty()) {
      const std::string path =
          fmt::format("{}/{}-{:02}.pbm", out_, device.name, tickets.size() + 1);
      kiosk::Bytes picture;
      const std::string head = fmt::format("P4\n{} {}\n", ticket.width_dots, ticket.rows);
      kiosk::append(picture, kiosk::as_bytes(head));
      kiosk::append(picture, ticket.bits);
      write_file(path, picture);
      one["picture"] = path;
    }
    tickets.push_back(one);
  }
  return json{{"ok", true},
              {"tickets", tickets},
              {"uncut_rows", device.printer->uncut().rows},
              {"protocol_errors", device.printer->protocol_errors()}}
      .dump();
}

std::string UsbfsDevices::take_paper(Device& device) {
  device.printer->print_on(
      std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now()));
  json tickets = json::array();
  for (const Ticket& ticket : device.printer->take_tickets()) {
    const kiosk::Bytes mark = drivers::printer::void_strip(ticket.width_dots);
    const auto found =
        std::search(ticket.bytes.begin(), ticket.bytes.end(), mark.begin(), mark.end());
    tickets.push_back({{"rows", ticket.rows},
                       {"cut", ticket.end == Ticket::End::cut},
                       {"void", found != ticket.bytes.end()}});
  }
  return json{{"ok", true},
              {"tickets", tickets},
              {"uncut_rows", device.printer->uncut().rows},
              {"protocol_errors", device.printer->protocol_errors()}}
      .dump();
}

std::string UsbfsDevices::drivers_text() const {
  std::string text;
  for (const auto& device : devices_) {
    const std::string driver = device->port->driver();
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", device->name,
                        driver.empty() ? "none" : driver);
  }
  return text;
}

std::string UsbfsDevices::state() const {
  json all = json::object();
  for (const auto& device : devices_) {
    const NodeRecord record = device->port->record();
    all[device->name] = {{"plugged", device->port->plugged()},
                         {"driver", device->port->driver()},
                         {"in_flight", device->port->in_flight()},
                         {"calls_until_trouble", device->port->calls_until_trouble()},
                         {"claims", record.claims},
                         {"releases", record.releases},
                         {"halts_cleared", record.halts_cleared},
                         {"resets", record.resets},
                         {"discarded", record.discarded},
                         {"bytes_out", record.bytes_out},
                         {"complaints", record.complaints}};
  }
  return json{{"ok", true}, {"devices", all}}.dump();
}

}  // namespace emulators::usbfs
