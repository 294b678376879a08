#pragma once

#include <vector>

#include "drivers/usb/transfer.h"

namespace drivers::usb {

/// Carries transfers to one claimed USB interface. All calls but `wake` come from one thread.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Looks for the device, claims its interface and starts to read its IN endpoints.
  /// Errors: usb/absent (nobody plugged it in), usb/busy, usb/denied, usb/failed.
  virtual kiosk::Result<InterfaceDescription> open() = 0;

  /// Cancels what is outstanding and gives the interface back; harmless when closed.
  virtual void close() = 0;

  /// Queues a transfer; its answer comes out of `wait`. Ignored when closed.
  virtual void submit(Transfer transfer) = 0;

  /// Waits until something happened or `wake` was called, at most `limit`; empty when nothing did.
  virtual std::vector<Input> wait(kiosk::Milliseconds limit) = 0;

  /// True once after something was plugged in that may be the device: `open` is worth a try now,
  /// whatever the back-off. A transport that cannot know always says false.
  virtual bool take_arrival() { return false; }

  /// Ends the present or the next `wait`. Thread: any.
  virtual void wake() = 0;
};

}  // namespace drivers::usb
