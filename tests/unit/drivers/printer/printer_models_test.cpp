// What the engine makes of the models that it finds, when the site leaves the choice to it.
#include <doctest/doctest.h>

#include <algorithm>

#include "drivers/printer/escpos_printer.h"
#include "drivers/printer/void_strip.h"
#include "tests/emulators/device_bench.h"
#include "tests/emulators/emulated_printer.h"

using namespace drivers::printer;
using namespace std::chrono_literals;
using emulators::EmulatedPrinter;
using emulators::PrinterAbilities;

namespace {

using Bench = emulators::DeviceBench<EscposPrinter, EmulatedPrinter>;

struct Started : Bench {
  explicit Started(PrinterAbilities abilities, SiteProfile site = {},
                   Remains remains = Remains::none)
      : Bench(EscposPrinter(std::move(site), remains), abilities) {
    run(10s);
  }
  const ProfileInUse& use() const { return *last<Identified>().use; }
};

/// A model without a name in its device id: only GS I tells.
PrinterAbilities without_device_id(PrinterAbilities abilities) {
  abilities.device_id = "";
  return abilities;
}

PrinterAbilities torn_off() {
  PrinterAbilities abilities;
  abilities.cutter = false;
  return abilities;
}

kiosk::Bytes job(std::uint8_t row_bytes) {
  kiosk::Bytes bytes = {0x1B, 0x40, 0x1D, 0x76, 0x30, 0, row_bytes, 0, 100, 0};
  bytes.insert(bytes.end(), static_cast<std::size_t>(100 * row_bytes), 0x81);
  kiosk::append(bytes, kiosk::Bytes{0x1D, 0x56, 0x42, 24});
  return bytes;
}

/// The program that runs now found a model that the last ticket was not made for.
struct Swapped : Started {
  Swapped() : Started(emulators::epson_tm_t88()) { events.clear(); }
};

}  // namespace

TEST_CASE("printer models: the profile is told before the printer is said to be ready") {
  const Started bench(emulators::clone_58());
  CHECK(bench.use().name == "clone-58");
  CHECK(bench.use().profile.width_dots == 384);
  const auto is_ready = [](const PrinterEvent& event) {
    return event == PrinterEvent(StateChanged{PrinterState::ready});
  };
  const auto ready = std::find_if(bench.events.begin(), bench.events.end(), is_ready);
  const auto told = std::find_if(bench.events.begin(), ready, [](const PrinterEvent& event) {
    return std::holds_alternative<Identified>(event);
  });
  CHECK(told < ready);
  CHECK(bench.model.protocol_errors().empty());
}

TEST_CASE("printer models: GS I names one whose device id tells nothing") {
  const Started bench(without_device_id(emulators::epson_tm_t88()));
  CHECK(bench.last<Identified>().maker == "EPSON");
  CHECK(bench.use().name == "epson-tm-t88");
  CHECK(bench.use().profile.width_dots == 512);
}

TEST_CASE("printer models: one that says that it has no cutter is not sent cuts") {
  const Started bench(torn_off());
  CHECK(bench.use().profile.cutter == Cutter::none);
  CHECK(bench.use().name == "auto");
  SiteProfile site;
  site.cutter = Cutter::full;
  CHECK(Started(torn_off(), site).use().profile.cutter == Cutter::full);
}

TEST_CASE("printer models: one that tells no name keeps the default and is asked no more") {
  PrinterAbilities silent = without_device_id({});
  silent.identity = false;
  const Started bench(silent);
  CHECK(bench.use() == ProfileInUse{});
  int types = 0;
  for (const auto& transfer : bench.sent) {
    const auto* send = std::get_if<drivers::usb::Send>(&transfer);
    if (send != nullptr && send->bytes == kiosk::Bytes{0x1D, 0x49, 2}) ++types;
  }
  CHECK(types == 0);
}

TEST_CASE("printer models: a job made for another model is given back unsent, with this one's") {
  Swapped bench;
  Print wide{{7}, job(72), Profile{}};
  bench.post(wide);
  REQUIRE(bench.run_until<MadeForAnother>(20s));
  CHECK(bench.last<MadeForAnother>().job == JobId{7});
  CHECK(bench.last<MadeForAnother>().here.width_dots == 512);
  CHECK(bench.model.uncut().rows == 0);
  Print fitting{{7}, job(64), bench.last<MadeForAnother>().here};
  bench.post(fitting);
  REQUIRE(bench.run_until<Printed>(20s));
  CHECK(bench.model.tickets().size() == 1);
  CHECK(bench.model.protocol_errors().empty());
}

TEST_CASE("printer models: what hangs out of a narrow one is marked void across its own width") {
  const Started bench(emulators::epson_tm_t88(), {}, Remains::possible);
  REQUIRE(bench.model.tickets().size() == 1);
  const kiosk::Bytes mark = void_strip(512);
  const kiosk::Bytes& bytes = bench.model.tickets().front().bytes;
  CHECK(std::search(bytes.begin(), bytes.end(), mark.begin(), mark.end()) != bytes.end());
  CHECK(bench.model.protocol_errors().empty());
  const Started torn(emulators::clone_58(), {}, Remains::possible);
  CHECK(torn.model.uncut().rows > 100);
  CHECK(torn.model.protocol_errors().empty());
}
