#include "tests/emulators/smart_card_system.h"

#include <utility>

namespace emulators {

using drivers::smart_card::CardSystem;
using drivers::smart_card::Presence;
using drivers::smart_card::Slot;
using kiosk::fail;
using kiosk::Result;

class SmartCardWorld::System : public CardSystem {
 public:
  explicit System(SmartCardWorld& world) : world_(world) {}

  Result<std::vector<Slot>> wait(kiosk::Milliseconds limit) override {
    std::unique_lock lock(world_.mutex_);
    world_.changed_.wait_for(lock, limit, [this] { return !world_.serving_ || slots() != last_; });
    if (!world_.serving_) return fail("smart_card", "no_service", "the service does not run");
    last_ = slots();
    return last_;
  }

  Result<kiosk::Bytes> connect(const std::string& reader) override {
    const std::lock_guard lock(world_.mutex_);
    if (!world_.serving_) return fail("smart_card", "no_service", "the service does not run");
    const auto found = world_.readers_.find(reader);
    if (found == world_.readers_.end() || !found->second.card) {
      return fail("smart_card", "pulled", "no card");
    }
    world_.connected_ = reader;
    world_.connected_at_ = found->second.changes;
    found->second.card->reset();
    return found->second.card->answer_to_reset();
  }

  Result<kiosk::Bytes> transmit(kiosk::ByteView command) override {
    const std::lock_guard lock(world_.mutex_);
    if (!world_.serving_) return fail("smart_card", "no_service", "the service does not run");
    if (world_.failures_ > 0) {
      --world_.failures_;
      return fail("smart_card", world_.failure_, "as the test wants it");
    }
    const auto found = world_.readers_.find(world_.connected_);
    if (found == world_.readers_.end()) return fail("smart_card", "pulled", "no reader");
    if (world_.stays_for_ == 0) {
      world_.stays_for_ = -1;
      found->second.card.reset();
      ++found->second.changes;
    }
    if (!found->second.card || found->second.changes != world_.connected_at_) {
      return fail("smart_card", "pulled", "no card, or another");
    }
    if (world_.stays_for_ > 0) --world_.stays_for_;
    ++world_.commands_;
    return found->second.card->transmit(command);
  }

  void disconnect() override {
    const std::lock_guard lock(world_.mutex_);
    world_.connected_.clear();
  }

 private:
  std::vector<Slot> slots() const {
    std::vector<Slot> slots;
    for (const auto& [name, reader] : world_.readers_) {
      slots.push_back({name, reader.card ? Presence::card : Presence::empty, reader.changes});
    }
    return slots;
  }

  SmartCardWorld& world_;
  std::vector<Slot> last_;
};

std::unique_ptr<CardSystem> SmartCardWorld::connection() {
  return std::make_unique<System>(*this);
}

template <typename Change>
void SmartCardWorld::change(Change change) {
  {
    const std::lock_guard lock(mutex_);
    change();
  }
  changed_.notify_all();
}

void SmartCardWorld::plug(const std::string& reader) {
  change([&] { readers_[reader] = {}; });
}

void SmartCardWorld::unplug(const std::string& reader) {
  change([&] { readers_.erase(reader); });
}

void SmartCardWorld::insert(const std::string& reader, SmartCard card) {
  change([&] {
    readers_[reader].card = std::move(card);
    ++readers_[reader].changes;
  });
}

void SmartCardWorld::take_out(const std::string& reader) {
  change([&] {
    readers_[reader].card.reset();
    ++readers_[reader].changes;
  });
}

void SmartCardWorld::start_service() {
  change([&] { serving_ = true; });
}

void SmartCardWorld::stop_service() {
  change([&] { serving_ = false; });
}

void SmartCardWorld::fail_commands(std::string_view code, int count) {
  change([&] {
    failure_ = code;
    failures_ = count;
  });
}

void SmartCardWorld::pull_after(int commands) {
  change([&] { stays_for_ = commands; });
}

int SmartCardWorld::commands() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

}  // namespace emulators
