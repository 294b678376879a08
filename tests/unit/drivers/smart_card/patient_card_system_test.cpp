#include "drivers/smart_card/patient_card_system.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>

using namespace drivers::smart_card;
using kiosk::Milliseconds;

namespace {

/// Holds every command up until it is told to go on.
class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
    ++passed_;
    changed_.notify_all();
  }
  void wait_for_passed(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return passed_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int passed_ = 0;
};

class Slow : public CardSystem {
 public:
  explicit Slow(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
  ~Slow() override { gate_->pass(); }

  kiosk::Result<std::vector<Slot>> wait(Milliseconds) override { return std::vector<Slot>{}; }
  kiosk::Result<kiosk::Bytes> connect(const std::string&) override { return kiosk::Bytes{0x3B}; }
  kiosk::Result<kiosk::Bytes> transmit(kiosk::ByteView command) override {
    gate_->pass();
    return kiosk::Bytes(command.begin(), command.end());
  }
  void disconnect() override {}

 private:
  std::shared_ptr<Gate> gate_;
};

}  // namespace

TEST_CASE("card system: calls that are answered in time are as without a limit") {
  const auto gate = std::make_shared<Gate>();
  gate->open();
  const auto system = patient_card_system(std::make_unique<Slow>(gate), Milliseconds(10'000));
  CHECK(system->wait(Milliseconds(0)).value().empty());
  CHECK(system->connect("desk").value() == kiosk::Bytes{0x3B});
  CHECK(system->transmit(kiosk::Bytes{1, 2}).value() == kiosk::Bytes{1, 2});
  system->disconnect();
}

TEST_CASE("card system: a call that hangs is silent, as is all after it until it returns") {
  const auto gate = std::make_shared<Gate>();
  const auto system = patient_card_system(std::make_unique<Slow>(gate), Milliseconds(20));
  CHECK(system->transmit(kiosk::Bytes{1}).error().code == "silent");
  CHECK(system->wait(Milliseconds(0)).error().code == "silent");
  system->disconnect();
  gate->open();
  gate->wait_for_passed(1);
  auto again = system->connect("desk");
  while (!again) again = system->connect("desk");  // the thread is on its way back
  CHECK(again.value() == kiosk::Bytes{0x3B});
}

TEST_CASE("card system: it ends without waiting for a call that hangs, which cleans up later") {
  const auto gate = std::make_shared<Gate>();
  auto system = patient_card_system(std::make_unique<Slow>(gate), Milliseconds(20));
  CHECK(system->transmit(kiosk::Bytes{1}).error().code == "silent");
  system.reset();
  gate->open();
  gate->wait_for_passed(2);  // the call, and the end of what it was made to
}
