#pragma once

// Runs the smart card readers on a thread of its own: sees readers and cards come and go and, while
// a card is wanted, asks each card once who carries it. Unlike the ID-card reader these say when a
// card leaves, so a card is asked again only after it was taken out.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "drivers/smart_card/card.h"
#include "drivers/smart_card/card_system.h"
#include "kiosk/base/bounded_queue.h"

namespace drivers::smart_card {

struct Settings {
  std::vector<CardKind> wanted;  ///< in this order each card is tried
  /// Only readers whose name contains this; empty: all of them.
  std::string reader_name;
  kiosk::Milliseconds card_limit{6000};  ///< for one card; commands after that are not begun

  bool operator==(const Settings&) const = default;
};

/// The one command: whether the screen asks for a card now.
enum class CardWanted { no, yes };

/// Told at start and whenever the readers are others; never without any.
struct ReadersReady {
  std::vector<std::string> readers;

  bool operator==(const ReadersReady&) const = default;
};

/// No reader can be used until ReadersReady comes again by itself. Codes: smart_card/no_reader,
/// smart_card/no_service, smart_card/silent, smart_card/denied, smart_card/service.
struct ReadersUnusable {
  kiosk::Error why;

  bool operator==(const ReadersUnusable&) const = default;
};

/// A card lies there and is being asked; CardIdentified, CardUnreadable, UseTheIdCardReader or
/// CardPulled follows, unless ReadersUnusable does.
struct CardNoticed {
  std::string reader;

  bool operator==(const CardNoticed&) const = default;
};

/// The card went before it had said all.
struct CardPulled {
  bool operator==(const CardPulled&) const = default;
};

using SmartCardEvent = std::variant<ReadersReady, ReadersUnusable, CardNoticed, CardIdentified,
                                    CardUnreadable, UseTheIdCardReader, CardPulled>;

class SmartCardWorker {
 public:
  using Command = CardWanted;
  using Event = SmartCardEvent;

  /// `sink` is called on the worker's thread with every event, in order; it must not block.
  SmartCardWorker(Settings settings, std::unique_ptr<CardSystem> system,
                  std::function<void(Event)> sink);

  /// False when too many commands wait; the command is then dropped. Never blocks. Thread: any.
  [[nodiscard]] bool post(Command command);

 private:
  struct Seen {
    Slot slot;
    bool asked = false;
  };

  void run(const std::stop_token& stop);
  void look(const std::stop_token& stop);
  void compare(std::vector<Slot> slots);
  void ask(Seen& seen, const std::stop_token& stop);
  kiosk::Result<CardOutcome> converse(const std::string& reader, const std::stop_token& stop);
  void failed(kiosk::Error why);
  void unusable(kiosk::Error why);

  Settings settings_;
  std::unique_ptr<CardSystem> system_;
  std::function<void(Event)> sink_;
  kiosk::BoundedQueue<Command> commands_;
  CardWanted wanted_ = CardWanted::no;
  std::vector<Seen> seen_;
  std::vector<std::string> told_;    ///< readers
  std::string_view told_unusable_;   ///< the code last told; a repetition is not told
  kiosk::Milliseconds back_off_{0};  ///< before the next look; 0: none
  std::jthread thread_;              ///< last: stops before what it uses goes
};

}  // namespace drivers::smart_card
