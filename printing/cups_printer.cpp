#include "printing/cups_printer.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace printing {
namespace {

using drivers::printer::Failed;

constexpr std::size_t commands_max = 64;

Moment now() {
  return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
}

}  // namespace

CupsPrinter::CupsPrinter(CupsSettings settings, std::function<void(Event)> sink)
    : sink_(std::move(sink)),
      commands_(commands_max),
      thread_(
          [this, with = std::move(settings)](const std::stop_token& stop) { run(stop, with); }) {}

bool CupsPrinter::post(Command command) {
  return commands_.push(std::move(command));
}

void CupsPrinter::run(const std::stop_token& stop, const CupsSettings& settings) {
  const auto service = cups_ipp(settings.address, stop);
  if (!service) {
    sink_(drivers::printer::StateChanged{drivers::printer::PrinterState::unplugged});
  }
  CupsEngine engine(settings);
  Moment wake_at = now();
  while (!stop.stop_requested()) {
    std::vector<Command> commands;
    const auto limit = std::max(wake_at - now(), kiosk::Milliseconds(0));
    if (auto command = commands_.pop(limit, stop)) commands.push_back(std::move(*command));
    if (!service) {
      for (const Command& command : commands) sink_(Failed{command.job, service.error()});
      wake_at = now() + settings.idle_interval;
      continue;
    }
    if (stop.stop_requested()) break;
    CupsEngine::Outputs outputs = engine.step(now(), **service, commands);
    wake_at = outputs.wake_at;
    for (Event& event : outputs.events) sink_(std::move(event));
  }
}

}  // namespace printing
