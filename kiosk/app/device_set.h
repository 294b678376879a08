#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kiosk/app/device_events.h"

namespace kiosk::app {

/// Whether events go to the log: not where a person at a terminal is told of them.
enum class Logged { no, yes };

/// Where what devices tell goes. Called on the devices' threads; must not block.
struct DeviceSinks {
  std::function<void(JourneyEvent)> journey;
  std::function<void(const shell::DeviceReport&)> report;  ///< when it changed
  std::function<void(const drivers::printer::PrinterEvent&)> printer;
  Logged logged = Logged::yes;
  drivers::printer::Remains remains = drivers::printer::Remains::none;
};

/// All devices of this kiosk, each running on its own thread, whatever their number and kind.
/// Thread: one owner; destroying it ends the threads.
class DeviceSet {
 public:
  /// `smart_cards`: what the identifiers of smart cards are called.
  DeviceSet(DeviceSinks sinks, shell::SmartCardSettings smart_cards)
      : sinks_(std::move(sinks)), smart_cards_(std::move(smart_cards)) {}
  DeviceSet(const DeviceSet&) = delete;
  DeviceSet& operator=(const DeviceSet&) = delete;

  /// Starts a worker: any type with Command, Event, `bool post(Command)` and a constructor whose
  /// last argument takes its events. `report` is what is known of it before it speaks.
  template <typename Worker, typename... Arguments>
  void add(shell::DeviceReport report, Arguments&&... arguments) {
    using Event = typename Worker::Event;
    sinks_.report(report);
    auto worker =
        std::make_unique<Worker>(std::forward<Arguments>(arguments)...,
                                 [this, report = std::move(report)](const Event& event) mutable {
                                   if (sinks_.logged == Logged::yes) log_event(report.name, event);
                                   if (app::report(report, event) == Reported::changed)
                                     sinks_.report(report);
                                   tell(event);
                                 });
    posts(*worker);
    workers_.push_back({worker.release(), [](void* ended) { delete static_cast<Worker*>(ended); }});
  }

  /// Whether the screen wants a card and a code now. False: a device takes no more commands.
  [[nodiscard]] bool want(bool wanted);
  /// False: there is no printer, or it takes no more.
  [[nodiscard]] bool print(drivers::printer::Print job);

 private:
  void tell(const drivers::printer::PrinterEvent& event) { sinks_.printer(event); }
  void tell(const drivers::smart_card::SmartCardEvent& event) {
    tell(journey_event(event, smart_cards_));
  }
  void tell(const drivers::id_card::ReaderEvent& event) { tell(journey_event(event)); }
  void tell(const drivers::scanner::ScannerEvent& event) { tell(journey_event(event)); }
  void tell(std::optional<JourneyEvent> told) {
    if (told) sinks_.journey(std::move(*told));
  }

  template <typename Worker>
  void posts(Worker& worker) {
    using Command = typename Worker::Command;
    if constexpr (std::is_same_v<Command, drivers::printer::Print>) {
      print_ = [&worker](Command job) { return worker.post(std::move(job)); };
    } else {
      want_.push_back(
          [&worker](bool wanted) { return worker.post(wanted ? Command::yes : Command::no); });
    }
  }

  const DeviceSinks sinks_;
  const shell::SmartCardSettings smart_cards_;
  std::vector<std::function<bool(bool)>> want_;
  std::function<bool(drivers::printer::Print)> print_;
  std::vector<std::unique_ptr<void, void (*)(void*)>> workers_;  ///< last: they end first
};

}  // namespace kiosk::app
