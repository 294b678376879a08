#pragma once

// Runs one device engine on one thread against one transport: opens, steps, carries the engine's
// transfers, and opens again with back-off when the device left. An engine is any type with
//
//   using Command = ...;  using Event = ...;
//   Outputs<Event> step(Moment now, std::span<const Input> inputs, std::span<const Command>);

#include <string.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/usb/transport.h"
#include "kiosk/base/bounded_queue.h"

namespace drivers::usb {

template <typename Engine>
class DeviceWorker {
 public:
  using Command = typename Engine::Command;
  using Event = typename Engine::Event;

  /// `sink` is called on the worker's thread with every event, in order; it must not block.
  DeviceWorker(Engine engine, std::unique_ptr<Transport> transport, std::function<void(Event)> sink)
      : engine_(std::move(engine)),
        transport_(std::move(transport)),
        sink_(std::move(sink)),
        thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

  /// Hands a command to the engine; false when too many wait, the command is then dropped.
  /// Thread: any.
  [[nodiscard]] bool post(Command command) {
    if (!commands_.push(std::move(command))) return false;
    transport_->wake();
    return true;
  }

 private:
  static constexpr std::size_t commands_max = 64;
  static constexpr kiosk::Milliseconds wait_max{1000};
  static constexpr kiosk::Milliseconds reopen_first{100};
  static constexpr kiosk::Milliseconds reopen_max{2000};
  static constexpr kiosk::Milliseconds stable_after{5000};  ///< open so long: back-off starts anew

  static Moment now() {
    return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
  }

  void run(std::stop_token stop) {
    const std::stop_callback wake(stop, [this] { transport_->wake(); });
    std::optional<Moment> wake_at;
    while (!stop.stop_requested()) {
      std::vector<Input> inputs;
      if (!open_ && now() >= retry_at_) inputs.push_back(try_open());
      if (inputs.empty()) inputs = transport_->wait(wait_limit(wake_at));
      if (!open_ && transport_->take_arrival()) retry_now();
      std::vector<Command> commands;
      while (auto command = commands_.try_pop()) commands.push_back(std::move(*command));
      Outputs<Event> outputs = engine_.step(now(), inputs, commands);
      wake_at = outputs.wake_at;
      close_if_gone(inputs);
      wipe(inputs);
      for (Transfer& transfer : outputs.transfers) transport_->submit(std::move(transfer));
      for (Event& event : outputs.events) sink_(std::move(event));
    }
    transport_->close();
  }

  /// A card's data and photo come through here: they do not stay in freed memory.
  static void wipe(std::vector<Input>& inputs) {
    for (Input& input : inputs) {
      auto* received = std::get_if<Received>(&input);
      if (received == nullptr || received->bytes.empty()) continue;
      ::explicit_bzero(received->bytes.data(), received->bytes.size());
    }
  }

  Input try_open() {
    auto opened = transport_->open();
    if (!opened) {
      back_off();
      return Gone{opened.error()};
    }
    open_ = true;
    opened_at_ = now();
    return Opened{std::move(*opened)};
  }

  void close_if_gone(const std::vector<Input>& inputs) {
    const auto gone = [](const Input& input) { return std::holds_alternative<Gone>(input); };
    if (!open_ || std::none_of(inputs.begin(), inputs.end(), gone)) return;
    transport_->close();
    open_ = false;
    if (now() - opened_at_ >= stable_after) reopen_after_ = reopen_first;
    back_off();
  }

  void back_off() {
    retry_at_ = now() + reopen_after_;
    reopen_after_ = std::min(reopen_after_ * 2, reopen_max);
  }

  /// The first tries may come too early, while the kernel and udev still work on the device.
  void retry_now() {
    retry_at_ = now();
    reopen_after_ = reopen_first;
  }

  kiosk::Milliseconds wait_limit(std::optional<Moment> wake_at) const {
    Moment until = now() + wait_max;
    if (wake_at) until = std::min(until, *wake_at);
    if (!open_) until = std::min(until, retry_at_);
    return std::max(until - now(), kiosk::Milliseconds(0));
  }

  Engine engine_;
  std::unique_ptr<Transport> transport_;
  std::function<void(Event)> sink_;
  kiosk::BoundedQueue<Command> commands_{commands_max};
  bool open_ = false;
  Moment opened_at_{};
  Moment retry_at_{};
  kiosk::Milliseconds reopen_after_ = reopen_first;
  std::jthread thread_;  ///< last: stops before what it uses goes
};

}  // namespace drivers::usb
