#include "drivers/smart_card/patient_card_system.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace drivers::smart_card {
namespace {

using kiosk::Milliseconds;
using kiosk::Result;

constexpr Milliseconds end_limit{1000};

/// What the two threads share; the one that is left behind keeps it alive.
struct Shared {
  explicit Shared(std::unique_ptr<CardSystem> with) : cards(std::move(with)) {}

  std::unique_ptr<CardSystem> cards;  ///< used by the calling thread alone
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> call;
  bool busy = false;
  bool over = false;   ///< no more calls
  bool ended = false;  ///< the system is destroyed
};

void carry_out_calls(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    shared->changed.wait(lock, [&] { return shared->call || shared->over; });
    if (!shared->call) break;
    const auto call = std::exchange(shared->call, nullptr);
    lock.unlock();
    call();
    lock.lock();
    shared->busy = false;
    shared->changed.notify_all();
  }
  lock.unlock();
  shared->cards.reset();  // this may hang too
  lock.lock();
  shared->ended = true;
  shared->changed.notify_all();
}

class PatientCardSystem : public CardSystem {
 public:
  PatientCardSystem(std::unique_ptr<CardSystem> system, Milliseconds limit)
      : limit_(limit),
        shared_(std::make_shared<Shared>(std::move(system))),
        thread_([shared = shared_] { carry_out_calls(shared); }) {}

  ~PatientCardSystem() override {
    std::unique_lock lock(shared_->mutex);
    shared_->over = true;
    shared_->changed.notify_all();
    const Milliseconds patience = shared_->busy ? Milliseconds(0) : end_limit;
    const bool ended = shared_->changed.wait_for(lock, patience, [this] { return shared_->ended; });
    lock.unlock();
    ended ? thread_.join() : thread_.detach();
  }
  PatientCardSystem(const PatientCardSystem&) = delete;
  PatientCardSystem& operator=(const PatientCardSystem&) = delete;

  Result<std::vector<Slot>> wait(Milliseconds limit) override {
    return within<Result<std::vector<Slot>>>(
        limit + limit_, [limit](CardSystem& system) { return system.wait(limit); });
  }
  Result<kiosk::Bytes> connect(const std::string& reader) override {
    return within<Result<kiosk::Bytes>>(
        limit_, [reader](CardSystem& system) { return system.connect(reader); });
  }
  Result<kiosk::Bytes> transmit(kiosk::ByteView command) override {
    return within<Result<kiosk::Bytes>>(
        limit_, [bytes = kiosk::Bytes(command.begin(), command.end())](CardSystem& system) {
          return system.transmit(bytes);
        });
  }
  void disconnect() override {
    static_cast<void>(within<Result<void>>(limit_, [](CardSystem& system) -> Result<void> {
                        system.disconnect();
                        return {};
                      }).has_value());
  }

 private:
  template <typename Answer>
  Answer within(Milliseconds limit, std::function<Answer(CardSystem&)> what) {
    const auto silent = [] {
      return kiosk::fail("smart_card", "silent", "the smart card service does not answer");
    };
    std::unique_lock lock(shared_->mutex);
    if (shared_->busy) return silent();
    const auto answer = std::make_shared<std::optional<Answer>>();
    shared_->busy = true;
    shared_->call = [answer, what = std::move(what), system = shared_->cards.get()] {
      answer->emplace(what(*system));
    };
    shared_->changed.notify_all();
    if (!shared_->changed.wait_for(lock, limit, [this] { return !shared_->busy; })) return silent();
    return std::move(**answer);
  }

  Milliseconds limit_;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<CardSystem> patient_card_system(std::unique_ptr<CardSystem> system,
                                                Milliseconds limit) {
  return std::make_unique<PatientCardSystem>(std::move(system), limit);
}

}  // namespace drivers::smart_card
