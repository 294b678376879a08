#pragma once

// Puts a device model behind the driver's transport seam inside one process: the demo and the
// end-to-end tests run the real worker and the real driver against it.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "drivers/usb/transport.h"
#include "tests/emulators/usb_link.h"

namespace emulators {

/// A USB socket with one device; the lock that makes its knobs safe to turn from any thread.
class UsbPort {
 public:
  explicit UsbPort(UsbModel& model) : link_(model) {}

  /// The driver's end of the cable; the port must outlive it. One at a time.
  std::unique_ptr<drivers::usb::Transport> transport();

  void plug();
  void unplug();
  bool plugged() const;
  void refuse_open(std::optional<kiosk::Error> why);

  /// Runs `change` while no transfer does, then lets the driver notice. Thread: any.
  template <typename F>
  auto locked(F change) {
    const Notice notice{changed_};
    const std::lock_guard lock(mutex_);
    return change();
  }

  static drivers::usb::Moment now();

 private:
  friend class InProcessTransport;
  struct Notice {
    std::condition_variable& changed;
    ~Notice() { changed.notify_all(); }
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  UsbLink link_;
};

/// A model together with its port: `printer.with([](EmulatedPrinter& p) { p.open_cover(); })`.
template <typename Model>
class Plugged {
 public:
  template <typename... Arguments>
  explicit Plugged(Arguments&&... arguments) : model_(std::forward<Arguments>(arguments)...) {}

  UsbPort& port() { return port_; }
  std::unique_ptr<drivers::usb::Transport> transport() { return port_.transport(); }

  /// Turns knobs or reads what came of it. Thread: any.
  template <typename F>
  auto with(F change) {
    return port_.locked([&] { return change(model_); });
  }

 private:
  Model model_;
  UsbPort port_{model_};
};

}  // namespace emulators
