#pragma once

// Where readers and cards are found. The one behind PC/SC is in pcsc_card_system.h; tests have one
// in the same process.

#include <cstdint>
#include <string>
#include <vector>

#include "kiosk/base/bytes.h"
#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

namespace drivers::smart_card {

enum class Presence { empty, card };

/// One reader; `changes` differs after each card put in or taken out, however short it was gone.
struct Slot {
  std::string reader;
  Presence presence = Presence::empty;
  std::uint32_t changes = 0;

  bool operator==(const Slot&) const = default;
};

/// All calls come from one thread. Errors of all of them, besides their own: smart_card/no_service
/// (the daemon does not run, or went), smart_card/silent (it does not answer), smart_card/denied,
/// smart_card/service.
class CardSystem {
 public:
  virtual ~CardSystem() = default;

  /// Waits until readers or cards differ from what it said last, at most `limit`; all readers.
  virtual kiosk::Result<std::vector<Slot>> wait(kiosk::Milliseconds limit) = 0;

  /// Takes the card in this reader for itself; its answer to reset.
  /// Errors: smart_card/pulled, smart_card/unresponsive, smart_card/busy.
  virtual kiosk::Result<kiosk::Bytes> connect(const std::string& reader) = 0;

  /// A command to the connected card; its answer.
  /// Errors: as `connect`, and smart_card/reset (connect again and begin anew),
  /// smart_card/card_error.
  virtual kiosk::Result<kiosk::Bytes> transmit(kiosk::ByteView command) = 0;

  /// Lets the card go; harmless when not connected.
  virtual void disconnect() = 0;
};

}  // namespace drivers::smart_card
