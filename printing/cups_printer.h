#pragma once

#include <functional>
#include <thread>

#include "kiosk/base/bounded_queue.h"
#include "printing/cups_engine.h"

namespace printing {

/// A printer behind CUPS or IPP on a thread of its own, in place of a receipt printer's worker: the
/// same command, the same events.
class CupsPrinter {
 public:
  using Command = drivers::printer::Print;
  using Event = drivers::printer::PrinterEvent;

  /// `sink` is called on the worker's thread with every event, in order; it must not block.
  CupsPrinter(CupsSettings settings, std::function<void(Event)> sink);

  /// Hands over a job; false when too many wait, it is then dropped. Never blocks. Thread: any.
  [[nodiscard]] bool post(Command command);

 private:
  void run(const std::stop_token& stop, const CupsSettings& settings);

  std::function<void(Event)> sink_;
  kiosk::BoundedQueue<Command> commands_;
  std::jthread thread_;  ///< last: stops before what it uses goes
};

}  // namespace printing
