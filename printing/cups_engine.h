#pragma once

// Printing through CUPS or IPP, step by step: asks the printer for its state now and then, hands a
// job over and follows it until it can say one of the three things that a receipt printer says too.
// A job that stays is canceled: no ticket comes out when its patient has gone.

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/printer/escpos_printer.h"
#include "printing/cups_document.h"
#include "printing/cups_ipp.h"

namespace printing {

/// A point on the monotonic clock: limits must not follow a wall clock that is set.
using Moment = std::chrono::time_point<std::chrono::steady_clock, kiosk::Milliseconds>;

struct CupsSettings {
  IppAddress address;
  Sheet sheet;
  /// How reasons begin that this printer gives always, as of a tray that nobody fills.
  std::vector<std::string> ignored_reasons;
  PageCount page_count = PageCount::believed;  ///< ignored: for queues that count no pages
  kiosk::Milliseconds idle_interval{5000};     ///< between looks at a printer without a job
  kiosk::Milliseconds job_interval{300};
  kiosk::Milliseconds job_limit{60'000};     ///< then the job is canceled
  kiosk::Milliseconds blocked_limit{5000};   ///< so long without paper, then it is canceled
  kiosk::Milliseconds cancel_limit{10'000};  ///< for the cancelling itself

  bool operator==(const CupsSettings&) const = default;
};

class CupsEngine {
 public:
  using Command = drivers::printer::Print;
  using Event = drivers::printer::PrinterEvent;

  struct Outputs {
    std::vector<Event> events;
    Moment wake_at;  ///< step again then at the latest
  };

  explicit CupsEngine(CupsSettings settings) : settings_(std::move(settings)) {}

  /// Asks the service as often as is due; each of its calls has a limit of its own. A job's bytes
  /// are a document as `encode(picture, settings.sheet)` makes it.
  ///
  /// Codes of Failed, besides the printer's: printer/format (no document, or one that the queue
  /// does not take), printer/refused. Of Unknown: printer/stuck, printer/canceled, printer/aborted,
  /// printer/no_completion (completed, but with a complaint), printer/no_page, printer/vanished
  /// (the queue or its job was deleted).
  Outputs step(Moment now, IppService& service, std::span<const Command> commands);

 private:
  struct Job {
    drivers::printer::JobId id;
    int number = 0;
    Moment sent_at{};
    std::optional<Moment> blocked_since;
    std::optional<Moment> canceled_at;
    kiosk::Error why;  ///< it was canceled
    IppJob last;
  };

  void accept(Moment now, IppService& service, const Command& print);
  void look_at_printer(IppService& service);
  void follow(Moment now, IppService& service);
  void judge(Moment now, IppService& service);
  void give_up(Moment now, IppService& service, kiosk::Error why);
  void end(JobEnd end);
  void forget_ended(IppService& service);
  void become(drivers::printer::PrinterState state);
  kiosk::Error state_error() const;

  CupsSettings settings_;
  std::optional<Job> job_;
  std::vector<int> ended_;  ///< whose documents the server may still have
  Moment next_look_{};
  drivers::printer::PrinterState state_ = drivers::printer::PrinterState::unplugged;
  std::optional<drivers::printer::PrinterState> told_;
  std::string model_;
  std::vector<std::string> formats_;
  std::string trouble_;  ///< what the service said when it did not answer
  std::vector<Event> events_;
};

}  // namespace printing
