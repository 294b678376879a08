#pragma once

#include <algorithm>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tests/emulators/usb_link.h"

namespace emulators {

/// A driver engine and a device model on one virtual clock, without a thread: what a DeviceWorker
/// does, step by step. For unit tests and the simulation.
template <typename Engine, typename Model>
class DeviceBench {
 public:
  using Event = typename Engine::Event;
  using Command = typename Engine::Command;

  template <typename... Arguments>
  explicit DeviceBench(Engine engine, Arguments&&... arguments)
      : engine_(std::move(engine)), model(std::forward<Arguments>(arguments)...), link(model) {}

  /// A copy at the same point of time: what may happen from here on can be tried one by one.
  DeviceBench(const DeviceBench& other)
      : engine_(other.engine_),
        commands_(other.commands_),
        wake_at_(other.wake_at_),
        retry_at_(other.retry_at_),
        open_(other.open_),
        model(other.model),
        link(other.link, model),
        now(other.now),
        events(other.events),
        sent(other.sent),
        keeps_sent(other.keeps_sent) {}

  void post(Command command) { commands_.push_back(std::move(command)); }

  /// Runs a new engine from here on: the program was started again.
  void replace(Engine engine) {
    engine_ = std::move(engine);
    commands_.clear();
    wake_at_.reset();
    link.close();
    open_ = false;
    retry_at_ = now;
  }

  /// Lets the time pass; the clock stops at every point where something is due.
  void run(kiosk::Milliseconds time) {
    const drivers::usb::Moment end = now + time;
    while (true) {
      turn();
      if (now >= end && commands_.empty()) return;
      now = next_due(end);
    }
  }

  /// The same until the condition holds, which only what the engine says may decide.
  bool run_until_told(const std::function<bool()>& reached, kiosk::Milliseconds limit) {
    const drivers::usb::Moment end = now + limit;
    for (turn(); now < end && !reached(); turn()) now = next_due(end);
    return reached();
  }

  /// Runs until an event of the kind came, or the time is over; whether it came.
  template <typename Kind>
  bool run_until(kiosk::Milliseconds limit) {
    return run_until([this] { return count<Kind>() > 0; }, limit);
  }

  bool run_until(const std::function<bool()>& reached, kiosk::Milliseconds limit) {
    for (const auto end = now + limit; now < end && !reached();) run(kiosk::Milliseconds(1));
    return reached();
  }

  template <typename Kind>
  int count() const {
    return static_cast<int>(std::count_if(events.begin(), events.end(), [](const Event& event) {
      return std::holds_alternative<Kind>(event);
    }));
  }

  /// The last event of the kind; there must be one.
  template <typename Kind>
  const Kind& last() const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (const auto* found = std::get_if<Kind>(&*event)) return *found;
    }
    throw std::bad_variant_access();
  }

 private:
  drivers::usb::Moment next_due(drivers::usb::Moment end) const {
    drivers::usb::Moment next = open_ ? end : std::min(end, retry_at_);
    if (wake_at_) next = std::min(next, *wake_at_);
    if (const auto due = link.next_due(now)) next = std::min(next, *due);
    return std::max(next, std::min(now + kiosk::Milliseconds(1), end));
  }

  void turn() {
    std::vector<drivers::usb::Input> inputs;
    if (!open_ && now >= retry_at_) {
      if (auto opened = link.open(now)) {
        open_ = true;
        inputs.emplace_back(drivers::usb::Opened{*opened});
      } else {
        retry_at_ = now + kiosk::Milliseconds(100);
        inputs.emplace_back(drivers::usb::Gone{opened.error()});
      }
    } else {
      inputs = link.run(now);
    }
    auto outputs = engine_.step(now, inputs, std::exchange(commands_, {}));
    wake_at_ = outputs.wake_at;
    for (const auto& input : inputs) {
      if (!open_ || !std::holds_alternative<drivers::usb::Gone>(input)) continue;
      open_ = false;
      retry_at_ = now + kiosk::Milliseconds(100);
    }
    for (auto& transfer : outputs.transfers) {
      if (keeps_sent) sent.push_back(transfer);
      link.submit(std::move(transfer));
    }
    for (auto& event : outputs.events) events.push_back(std::move(event));
  }

  Engine engine_;
  std::vector<Command> commands_;
  std::optional<drivers::usb::Moment> wake_at_;
  drivers::usb::Moment retry_at_{};
  bool open_ = false;

 public:
  Model model;
  UsbLink link;
  drivers::usb::Moment now{};
  std::vector<Event> events;
  std::vector<drivers::usb::Transfer> sent;  ///< all the engine asked for, in order
  bool keeps_sent = true;
};

}  // namespace emulators
