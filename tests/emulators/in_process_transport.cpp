#include "tests/emulators/in_process_transport.h"

#include <algorithm>
#include <chrono>

namespace emulators {

using namespace drivers::usb;

class InProcessTransport final : public Transport {
 public:
  explicit InProcessTransport(UsbPort& port) : port_(port) {}
  ~InProcessTransport() override { close(); }

  kiosk::Result<InterfaceDescription> open() override {
    const std::lock_guard lock(port_.mutex_);
    return port_.link_.open(UsbPort::now());
  }

  void close() override {
    const std::lock_guard lock(port_.mutex_);
    port_.link_.close();
  }

  void submit(Transfer transfer) override {
    const std::lock_guard lock(port_.mutex_);
    port_.link_.submit(std::move(transfer));
  }

  std::vector<Input> wait(kiosk::Milliseconds limit) override {
    const Moment until = UsbPort::now() + limit;
    std::unique_lock lock(port_.mutex_);
    while (true) {
      const Moment now = UsbPort::now();
      std::vector<Input> inputs = port_.link_.run(now);
      if (std::exchange(port_.woken_, false) || !inputs.empty() || now >= until) return inputs;
      const Moment due = port_.link_.next_due(now).value_or(until);
      port_.changed_.wait_until(lock, std::clamp(due, now + kiosk::Milliseconds(1), until));
    }
  }

  void wake() override {
    port_.locked([this] { port_.woken_ = true; });
  }

 private:
  UsbPort& port_;
};

std::unique_ptr<Transport> UsbPort::transport() {
  return std::make_unique<InProcessTransport>(*this);
}

void UsbPort::plug() {
  locked([this] { link_.plug(now()); });
}

void UsbPort::unplug() {
  locked([this] { link_.unplug(now()); });
}

bool UsbPort::plugged() const {
  const std::lock_guard lock(mutex_);
  return link_.plugged();
}

void UsbPort::refuse_open(std::optional<kiosk::Error> why) {
  locked([&] { link_.refuse_open(std::move(why)); });
}

Moment UsbPort::now() {
  return std::chrono::time_point_cast<kiosk::Milliseconds>(std::chrono::steady_clock::now());
}

}  // namespace emulators
