#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "drivers/smart_card/card_system.h"
#include "tests/emulators/smart_card.h"

namespace emulators {

/// Readers, cards and the service that knows them; all calls from any thread. The driver's side of
/// it is had by `connection`, which must not outlive this.
class SmartCardWorld {
 public:
  std::unique_ptr<drivers::smart_card::CardSystem> connection();

  void plug(const std::string& reader);
  void unplug(const std::string& reader);
  void insert(const std::string& reader, SmartCard card);
  void take_out(const std::string& reader);
  void start_service();
  void stop_service();
  /// The next command, and `count` - 1 after it, fail with this code instead of being carried out.
  void fail_commands(std::string_view code, int count);
  /// The card is taken out when it has answered so many commands.
  void pull_after(int commands);

  /// Commands that reached a card, ever.
  int commands() const;

 private:
  class System;

  struct Reader {
    std::optional<SmartCard> card;
    std::uint32_t changes = 0;
  };

  template <typename Change>
  void change(Change change);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Reader> readers_;
  bool serving_ = true;
  std::string connected_;  ///< to which reader, empty: none
  std::uint32_t connected_at_ = 0;
  std::string_view failure_;
  int failures_ = 0;
  int stays_for_ = -1;
  int commands_ = 0;
};

}  // namespace emulators
