#include "drivers/usb/id_table.h"

#include <algorithm>
#include <array>

#include "drivers/usb/hid_items.h"

namespace drivers::usb {
namespace {

using enum DeviceKind;

constexpr std::array table = {
    KnownDevice{id_reader, 0x0400, 0xC35A, Quirk::none, "SAM_V based ID card reader"},
    KnownDevice{id_reader, 0x0316, 0x5020, Quirk::none, "Synjones ID card reader"},
    KnownDevice{scanner, 0x0C2E, 0, Quirk::honeywell_trigger, "Honeywell / Metrologic scanner"},
    KnownDevice{scanner, 0x23D0, 0, Quirk::honeywell_trigger, "Honeywell scanner"},
    KnownDevice{scanner, 0x05E0, 0, Quirk::none, "Zebra / Symbol scanner"},
    KnownDevice{scanner, 0x05F9, 0, Quirk::none, "Datalogic scanner"},
    KnownDevice{scanner, 0x1EAB, 0, Quirk::none, "Newland scanner"},
    KnownDevice{printer, 0x04B8, 0x0202, Quirk::none, "Epson TM, UB-U05 and later"},
    KnownDevice{printer, 0x04B8, 0x0E03, Quirk::none, "Epson TM-T20"},
    KnownDevice{printer, 0x04B8, 0x0E15, Quirk::none, "Epson TM-T20II"},
    KnownDevice{printer, 0x04B8, 0x0E31, Quirk::none, "Epson TM-L100"},
    KnownDevice{printer, 0x0416, 0x5011, Quirk::none, "POS-58 / POS-80 clone"},
    KnownDevice{printer, 0x1FC9, 0x2016, Quirk::none, "Honeywell IHR810 and clones"},
    KnownDevice{printer, 0x0483, 0x5743, Quirk::none, "clone on an ST controller"},
    KnownDevice{printer, 0x0483, 0x070B, Quirk::none, "clone on an ST controller"},
    KnownDevice{printer, 0x6868, 0x0200, Quirk::none, "POS clone"},
    KnownDevice{printer, 0x0485, 0x7541, Quirk::none, "EOM-POS"},
    KnownDevice{printer, 0x0FE6, 0x811E, Quirk::none, "POS-80 with network chip"},
    KnownDevice{printer, 0x0519, 0x0003, Quirk::not_escpos, "Star TSP100"},
    KnownDevice{printer, 0x1504, 0x001F, Quirk::none, "Bixolon SRP-350II"},
    KnownDevice{printer, 0x1D90, 0x2060, Quirk::none, "Citizen"},
    KnownDevice{printer, 0x2730, 0x2002, Quirk::none, "Citizen"},
    KnownDevice{printer, 0x2730, 0x200F, Quirk::none, "Citizen"},
    KnownDevice{printer, 0x154F, 0, Quirk::none, "SNBC"},
    KnownDevice{printer, 0x0DD4, 0x0237, Quirk::none, "Custom K80"},
    KnownDevice{printer, 0x0DD4, 0x0175, Quirk::none, "Custom KPM300H"},
    KnownDevice{printer, 0x0AA7, 0x0304, Quirk::none, "Wincor TH230"},
    KnownDevice{printer, 0x1A86, 0x7584, Quirk::none, "CH340S parallel bridge"},
};

constexpr std::uint8_t class_hid = 0x03;
constexpr std::uint8_t class_printer = 0x07;
constexpr std::uint32_t usage_bar_code_scanner = 0x008C'0002;

bool has(const InterfaceDescription& interface, bool (*wanted)(const Endpoint&)) {
  return std::any_of(interface.endpoints.begin(), interface.endpoints.end(), wanted);
}

int printer_suitability(const InterfaceDescription& interface, const KnownDevice* known,
                        bool listed) {
  const auto bulk_out = [](const Endpoint& e) {
    return !e.is_in() && e.type == EndpointType::bulk;
  };
  const auto bulk_in = [](const Endpoint& e) { return e.is_in() && e.type == EndpointType::bulk; };
  if (known != nullptr && known->quirk == Quirk::not_escpos) return 0;
  if (!has(interface, bulk_out)) return 0;
  if (interface.class_code == class_printer) {
    if (interface.protocol == 2) return has(interface, bulk_in) ? 3 : 0;
    return interface.protocol == 1 ? 2 : 0;
  }
  return listed && interface.number == 0 && has(interface, bulk_in) ? 1 : 0;
}

}  // namespace

std::span<const KnownDevice> known_devices() {
  return table;
}

const KnownDevice* find_known(DeviceKind kind, std::uint16_t vendor, std::uint16_t product) {
  const KnownDevice* found = nullptr;
  for (const KnownDevice& row : table) {
    if (row.kind != kind || row.vendor != vendor) continue;
    if (row.product == product) return &row;
    if (row.product == 0) found = &row;
  }
  return found;
}

int suitability(DeviceKind kind, const InterfaceDescription& interface,
                std::span<const UsbId> also) {
  const KnownDevice* known = find_known(kind, interface.vendor, interface.product);
  const UsbId id{interface.vendor, interface.product};
  const bool listed = known != nullptr || std::find(also.begin(), also.end(), id) != also.end();
  const auto in = [](const Endpoint& e) { return e.is_in(); };
  const auto out = [](const Endpoint& e) { return !e.is_in(); };
  switch (kind) {
    case printer:
      return printer_suitability(interface, known, listed);
    case id_reader:
      return listed && interface.number == 0 && has(interface, in) && has(interface, out) ? 1 : 0;
    case scanner:
      return interface.class_code == class_hid && has(interface, in) &&
                     first_application(interface.report_descriptor) == usage_bar_code_scanner
                 ? 1
                 : 0;
  }
  return 0;
}

}  // namespace drivers::usb
