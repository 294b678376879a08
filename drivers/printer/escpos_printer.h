#pragma once

// A receipt printer as a steppable engine: watches its state, streams a job at its pace, and says
// of every job exactly one of three things. A job that ended without proof is `Unknown` and is
// never sent again from here: what the printer may still hold is cancelled before the next one.

#include <array>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "drivers/printer/escpos_status.h"
#include "drivers/printer/profile.h"
#include "drivers/usb/transfer.h"

namespace drivers::printer {

/// Names a print job; the caller chooses it.
struct JobId {
  std::int64_t value = 0;

  auto operator<=>(const JobId&) const = default;
};

/// The one command: print these ESC/POS bytes (bands, feed, cut). Exactly one of Printed, Failed,
/// Unknown follows. The caller has committed that it is sending before it posts this.
struct Print {
  JobId job;
  kiosk::Bytes bytes;
};

/// Told at start and on every change.
struct StateChanged {
  PrinterState state = PrinterState::unplugged;

  bool operator==(const StateChanged&) const = default;
};

/// What GS I said, once a plug-in; empty strings where it said nothing.
struct Identified {
  std::string maker;
  std::string model;

  bool operator==(const Identified&) const = default;
};

/// The printer reported completion and nothing went wrong meanwhile.
struct Printed {
  JobId job;

  bool operator==(const Printed&) const = default;
};

/// Nothing came out, for sure: not one byte was handed to the printer. Codes: printer/<state name>,
/// printer/busy (another job is being printed), printer/empty.
struct Failed {
  JobId job;
  kiosk::Error why;

  bool operator==(const Failed&) const = default;
};

/// A ticket, a part of one or nothing came out. Codes: printer/<state name>, printer/stuck (took no
/// bytes for long), printer/no_completion (did not report), printer/no_report (never reports).
struct Unknown {
  JobId job;
  kiosk::Error why;

  bool operator==(const Unknown&) const = default;
};

using PrinterEvent = std::variant<StateChanged, Identified, Printed, Failed, Unknown>;

class EscposPrinter {
 public:
  using Command = Print;
  using Event = PrinterEvent;

  explicit EscposPrinter(Profile profile) : profile_(profile) {}

  usb::Outputs<Event> step(usb::Moment now, std::span<const usb::Input> inputs,
                           std::span<const Command> commands);

 private:
  /// One thing to do or to ask; a plan is a row of them, done one after the other.
  struct Ask {
    enum class Kind {
      pause,
      write,
      port_status,
      soft_reset,
      real_time,
      process_id,
      fence,
      identity
    };
    Kind kind = Kind::pause;
    kiosk::Bytes bytes;            ///< what to write
    int n = 0;                     ///< of DLE EOT n, GS I n; the attempt of a soft reset
    kiosk::Milliseconds limit{0};  ///< of the pause, or for the answer
  };
  enum class Purpose { setup, poll, probe, clean, check, completion, cancel };
  enum class Phase { closed, idle, planned, streaming };
  enum class Owner { ask, job, job_port, nobody };  ///< who waits for a transfer's answer
  enum class Outcome { answered, unanswered, not_sent };

  struct Knowledge {
    std::array<std::optional<PrinterState>, 5> real_time;  ///< by n
    std::optional<PrinterState> automatic;
    std::optional<PrinterState> port;
  };

  void take(usb::Moment now, const usb::Opened& opened);
  void take(usb::Moment now, const usb::Received& received);
  void take(usb::Moment now, const usb::Sent& sent);
  void take(usb::Moment now, const usb::ControlDone& done);
  void take(usb::Moment now, const usb::Gone& gone);
  void take_answer(usb::Moment now, const RealTimeAnswer& answer);
  void take_answer(usb::Moment now, const AutomaticStatus& status);
  void take_answer(usb::Moment now, const FenceAnswer& answer);
  void take_answer(usb::Moment now, const BlockAnswer& block);
  void take_sent_by_ask(usb::Moment now, const usb::Sent& sent);
  void take_sent_by_job(usb::Moment now, const usb::Sent& sent);

  void accept(usb::Moment now, const Print& print);
  void begin(usb::Moment now, Purpose purpose, std::vector<Ask> plan);
  void next_ask(usb::Moment now);
  void ask_done(usb::Moment now, Outcome outcome);
  void plan_done(usb::Moment now);
  void check_done(usb::Moment now);
  void count_answers();
  void go_on(usb::Moment now);
  void send_piece(usb::Moment now);
  void give_up(usb::Moment now, kiosk::Error why);
  void judge(usb::Moment now);
  void ask_for_report_again();
  void publish();

  std::vector<Ask> setup_plan() const;
  std::vector<Ask> status_plan() const;
  std::vector<Ask> probe_plan() const;
  std::vector<Ask> clean_plan() const;
  std::vector<Ask> completion_plan() const;
  std::vector<Ask> cancel_plan() const;

  void send(Owner owner, kiosk::Bytes bytes, kiosk::Milliseconds limit);
  void control(Owner owner, usb::ControlSetup setup);
  PrinterState state() const;
  bool asks_real_time() const;
  bool is_asking(Ask::Kind kind) const;
  void disown(std::initializer_list<Owner> owners);
  void drop_asks(Ask::Kind kind);

  Profile profile_;
  Phase phase_ = Phase::closed;
  Purpose purpose_ = Purpose::setup;
  std::deque<Ask> plan_;
  std::optional<usb::Moment> due_;
  std::deque<Owner> owners_;
  std::uint8_t out_endpoint_ = 0;
  std::uint8_t interface_ = 0;
  bool can_answer_ = false;  ///< has an IN endpoint
  AnswerDecoder decoder_;

  Knowledge known_;
  int asked_ = 0;  ///< DLE EOT in this plan, and answers to it
  int answered_ = 0;
  bool plan_failed_ = false;  ///< something could not be written
  int unanswered_plans_ = 0;
  bool ever_answered_ = false;
  bool probed_ = false;
  bool knows_process_id_ = false;
  bool knows_fence_ = false;
  Identified identity_;
  std::optional<PrinterState> told_;

  std::optional<Print> job_;
  std::size_t sent_ = 0;
  usb::Moment last_progress_{};
  bool completed_ = false;
  std::uint32_t process_number_ = 0;
  kiosk::Bytes process_id_;
  bool dirty_ = false;      ///< the printer may hold a part of a job
  bool cut_first_ = false;  ///< a part of a ticket hangs out of it
  usb::Outputs<Event> out_;
};

}  // namespace drivers::printer
