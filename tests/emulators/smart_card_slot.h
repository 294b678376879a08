#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "kiosk/base/result.h"
#include "tests/emulators/smart_card.h"

namespace emulators {

/// A card in the virtual reader of vsmartcard (vpcd): it goes in when made, out when destroyed.
/// Source: the protocol of vsmartcard's virtual reader, two bytes of length before each message.
class SmartCardSlot {
 public:
  /// Before each command the card gets, with how many it got; false takes the card out instead.
  using Watch = std::function<bool(int commands)>;

  /// The reader listens on a port of the loopback; waits for it up to 10 s.
  /// Errors: slot/absent.
  static kiosk::Result<std::unique_ptr<SmartCardSlot>> insert(SmartCard card, std::uint16_t port,
                                                              Watch watch = {});
  ~SmartCardSlot();
  SmartCardSlot(const SmartCardSlot&) = delete;
  SmartCardSlot& operator=(const SmartCardSlot&) = delete;

 private:
  SmartCardSlot(int socket, SmartCard card, Watch watch);
  void serve();

  int socket_;
  SmartCard card_;
  Watch watch_;
  std::jthread thread_;
};

}  // namespace emulators
