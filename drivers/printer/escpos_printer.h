#pragma once

// A receipt printer as a steppable engine: watches its state, streams a job at its pace, and says
// of every job exactly one of three things. A job that ended without proof is `Unknown` and is
// never sent again from here: what the printer may still hold is cancelled, and what hangs out of
// it is marked void and cut off, before the next one.
//
// What is asked of a printer depends on what it has shown to know: an unknown command prints its
// letters on a clone. One that answers nothing is asked nothing that could be seen, and prints.

#include <array>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "drivers/printer/device_id.h"
#include "drivers/printer/escpos_status.h"
#include "drivers/printer/printer_table.h"
#include "drivers/usb/transfer.h"

namespace drivers::printer {

/// Names a print job; the caller chooses it.
struct JobId {
  std::int64_t value = 0;

  auto operator<=>(const JobId&) const = default;
};

/// The one command: print these ESC/POS bytes (bands, feed, cut). Exactly one of Printed, Failed,
/// Unknown, MadeForAnother follows. The caller has committed that it is sending before it posts
/// this.
struct Print {
  JobId job;
  kiosk::Bytes bytes;
  std::optional<Profile> made_for{};  ///< by which they were made; none: they suit every printer
};

/// Told at start and on every change.
struct StateChanged {
  PrinterState state = PrinterState::unplugged;

  bool operator==(const StateChanged&) const = default;
};

/// What GS I or its device id said, empty strings where it said nothing, and the profile that
/// counts from now on.
struct Identified {
  std::string maker;
  std::string model;
  std::optional<ProfileInUse> use{};  ///< none: it is driven by no profile

  bool operator==(const Identified&) const = default;
};

/// The printer reported completion and nothing went wrong meanwhile.
struct Printed {
  JobId job;

  bool operator==(const Printed&) const = default;
};

/// No ticket came out and none will, for sure: the printer was handed none of its bytes, or not
/// those of its last centimetre, and what it printed of them is marked void before it prints
/// anything else. Codes: printer/<state name>, printer/busy (another job is being printed),
/// printer/empty, printer/stuck (took no bytes for long).
struct Failed {
  JobId job;
  kiosk::Error why;

  bool operator==(const Failed&) const = default;
};

/// Nothing of it was sent: it was made for another model than the one that is here, whose profile
/// this is. It must be made anew.
struct MadeForAnother {
  JobId job;
  Profile here;

  bool operator==(const MadeForAnother&) const = default;
};

/// A ticket, a part of one or nothing came out. Codes: printer/<state name>, printer/stuck (took no
/// bytes for long), printer/no_completion (did not report), printer/no_report (never reports).
struct Unknown {
  JobId job;
  kiosk::Error why;

  bool operator==(const Unknown&) const = default;
};

/// A printed ticket was held out, nobody took it, and the printer put it out of sight.
struct Withdrawn {
  JobId job;

  bool operator==(const Withdrawn&) const = default;
};

using PrinterEvent =
    std::variant<StateChanged, Identified, Printed, Failed, MadeForAnother, Unknown, Withdrawn>;

/// Whether a part of a ticket of an earlier life of the program may hang out of the printer.
enum class Remains { none, possible };

class EscposPrinter {
 public:
  using Command = Print;
  using Event = PrinterEvent;

  explicit EscposPrinter(SiteProfile site, Remains remains = Remains::none);

  usb::Outputs<Event> step(usb::Moment now, std::span<const usb::Input> inputs,
                           std::span<const Command> commands);

 private:
  /// One thing to do or to ask; a plan is a row of them, done one after the other.
  struct Ask {
    enum class Kind {
      pause,
      write,
      fill,  ///< NUL, so that no command is left open
      device_id,
      port_status,
      soft_reset,
      clear,
      real_time,
      process_id,
      fence,
      identity,
      type,
      report,
      full_status
    };
    Kind kind = Kind::pause;
    kiosk::Bytes bytes;            ///< what to write
    int n = 0;                     ///< of DLE EOT n, GS I n; the attempt of a soft reset
    kiosk::Milliseconds limit{0};  ///< of the pause, or for the answer
  };
  enum class Purpose { introduction, setup, poll, probe, clean, check, completion, cancel };
  enum class Phase { closed, idle, planned, streaming };
  /// Who waits for a transfer's answer; `given_up` is the job's after its end.
  enum class Owner { ask, job, job_port, given_up, nobody };
  enum class Outcome { answered, unanswered, not_sent };

  struct Knowledge {
    std::array<std::optional<PrinterState>, 5> real_time;  ///< by n
    std::optional<PrinterState> automatic;
    std::optional<PrinterState> port;
    std::optional<PrinterState> full;
  };
  /// A ticket that is held out.
  struct HeldOut {
    JobId job;
    usb::Moment since;
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
  void take_answer(usb::Moment now, const FullStatus& status);
  void take_sent_by_ask(usb::Moment now, const usb::Sent& sent);
  void take_sent_by_job(usb::Moment now, const usb::Sent& sent);
  void take_sent_by_given_up(const usb::Sent& sent);

  void accept(usb::Moment now, const Print& print);
  void begin(usb::Moment now, Purpose purpose, std::vector<Ask> plan);
  void next_ask(usb::Moment now);
  void ask_done(usb::Moment now, Outcome outcome);
  void real_time_done(const Ask& ask, Outcome outcome);
  void plan_done(usb::Moment now);
  void check_done(usb::Moment now);
  void count_answers();
  void go_on(usb::Moment now);
  void send_piece(usb::Moment now);
  void give_up(usb::Moment now, kiosk::Error why);
  void judge(usb::Moment now);
  void ask_for_report_again();
  void look_after_held_out(usb::Moment now);
  void publish();
  void tell_identity();
  void go_by(Profile profile);

  std::vector<Ask> introduction_plan() const;
  std::vector<Ask> setup_plan() const;
  std::vector<Ask> status_plan() const;
  std::vector<Ask> probe_plan() const;
  std::vector<Ask> clean_plan() const;
  std::vector<Ask> completion_plan() const;
  std::vector<Ask> cancel_plan() const;

  std::size_t longest_command() const;
  void send(Owner owner, kiosk::Bytes bytes, kiosk::Milliseconds limit);
  void control(Owner owner, usb::ControlSetup setup);
  PrinterState state() const;
  PrinterState told_by_printer() const;
  bool asks_real_time() const;
  bool is_asking(Ask::Kind kind) const;
  void disown(std::initializer_list<Owner> owners);
  void drop_asks(std::initializer_list<Ask::Kind> kinds);

  SiteProfile site_;
  Profile profile_;  ///< the one in use
  Phase phase_ = Phase::closed;
  Purpose purpose_ = Purpose::setup;
  std::deque<Ask> plan_;
  std::optional<usb::Moment> due_;
  std::deque<Owner> owners_;
  std::uint8_t out_endpoint_ = 0;
  std::uint8_t interface_ = 0;
  std::uint8_t alternate_ = 0;
  UsbIds ids_;
  bool can_answer_ = false;  ///< has an IN endpoint
  AnswerDecoder decoder_;

  Knowledge known_;
  int asked_ = 0;  ///< DLE EOT in this plan, and answers to it
  int answered_ = 0;
  bool port_answered_ = false;  ///< in this plan
  bool plan_failed_ = false;    ///< something could not be written
  int unanswered_plans_ = 0;
  bool ever_answered_ = false;            ///< DLE EOT, since this model was first plugged in
  bool heard_ = false;                    ///< it said something since it was plugged in
  std::array<bool, 5> lacks_question_{};  ///< DLE EOT n
  bool probed_ = false;
  bool knows_process_id_ = false;
  bool knows_fence_ = false;
  bool knows_clear_ = false;
  bool knows_reports_ = false;
  DeviceId device_id_;
  Identified identity_;
  std::optional<bool> has_cutter_;
  std::optional<Identified> told_identity_;
  std::optional<PrinterState> told_;

  std::optional<Print> job_;
  std::size_t sent_ = 0;        ///< of its bytes the printer took so many for sure,
  std::size_t handed_ = 0;      ///< and at most so many
  std::size_t whole_from_ = 0;  ///< see may_look_whole_from
  usb::Moment last_progress_{};
  bool completed_ = false;
  int strays_ = 0;  ///< answers like that to GS r that nobody asked for
  std::uint32_t process_number_ = 0;
  kiosk::Bytes process_id_;
  std::optional<HeldOut> held_out_;
  bool taken_ = false;  ///< it is not held out any more

  std::size_t given_up_sent_ = 0;
  kiosk::Bytes given_up_;    ///< the job that is, while bytes of it are under way
  std::size_t owed_ = 0;     ///< bytes that it may wait for in the middle of a command
  bool stuck_ = false;       ///< it takes no bytes
  bool dirty_ = false;       ///< the printer may hold a part of a job
  bool void_first_ = false;  ///< a part of a ticket hangs out of it
  std::shared_ptr<const kiosk::Bytes> void_end_;  ///< what is printed at the end of such a part
  usb::Outputs<Event> out_;
};

}  // namespace drivers::printer
