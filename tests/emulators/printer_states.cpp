#include "tests/emulators/printer_states.h"

#include <string>

namespace emulators {

kiosk::Result<void> set_printer_state(EmulatedPrinter& printer, std::string_view state) {
  void (*turn)(EmulatedPrinter&) = nullptr;
  if (state == "ok") {
    turn = [](EmulatedPrinter&) {};
  } else if (state == "paper_near_end") {
    turn = [](EmulatedPrinter& p) { p.set_near_end(); };
  } else if (state == "paper_out") {
    turn = [](EmulatedPrinter& p) { p.paper_runs_out_after(0); };
  } else if (state == "cover_open") {
    turn = [](EmulatedPrinter& p) { p.open_cover(); };
  } else if (state == "cutter_error") {
    turn = [](EmulatedPrinter& p) { p.jam_cutter(); };
  } else {
    return kiosk::fail("demo", "bad_state",
                       "printer state is ok, paper_near_end, paper_out, cover_open, cutter_error "
                       "or unplugged, not \"" +
                           std::string(state) + "\"");
  }
  printer.put_right();
  turn(printer);
  return {};
}

}  // namespace emulators
