#include "drivers/printer/escpos_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/printer/escpos_commands.h"
#include "drivers/printer/escpos_job.h"
#include "kiosk/base/overloaded.h"

namespace drivers::printer {
namespace {

using kiosk::Milliseconds;
using usb::Moment;

constexpr Milliseconds poll_interval{2000};
constexpr Milliseconds poll_after_change{100};
constexpr Milliseconds poll_held_out{500};
constexpr Milliseconds write_limit{1000};
constexpr Milliseconds answer_limit{500};
constexpr Milliseconds piece_limit{250};  // so soon a job that is given up can be cancelled

kiosk::Error error_of(PrinterState state) {
  return {"printer", name_of(state), fmt::format("the printer is {}", name_of(state))};
}

}  // namespace

usb::Outputs<PrinterEvent> EscposPrinter::step(Moment now, std::span<const usb::Input> inputs,
                                               std::span<const Command> commands) {
  out_ = {};
  for (const Print& print : commands) accept(now, print);
  for (const usb::Input& input : inputs) {
    std::visit([&](const auto& what) { take(now, what); }, input);
  }
  if (due_ && now >= *due_) {
    due_.reset();
    switch (phase_) {
      case Phase::closed:
        break;
      case Phase::idle:
        begin(now, Purpose::poll, status_plan());
        break;
      case Phase::planned:
        ask_done(now, is_asking(Ask::Kind::pause) ? Outcome::answered : Outcome::unanswered);
        break;
      case Phase::streaming:
        send_piece(now);
        break;
    }
  }
  out_.wake_at = due_;
  return std::exchange(out_, {});
}

void EscposPrinter::accept(Moment now, const Print& print) {
  const auto refuse = [&](kiosk::Error why) {
    out_.events.emplace_back(Failed{print.job, std::move(why)});
  };
  if (print.bytes.empty()) return refuse({"printer", "empty", "the job has no bytes"});
  if (job_) return refuse({"printer", "busy", "another job is being printed"});
  if (phase_ == Phase::closed) return refuse(error_of(PrinterState::unplugged));
  job_ = print;
  sent_ = 0;
  handed_ = 0;
  completed_ = false;
  const bool initialises =
      std::equal(forget_line.begin(), forget_line.end(), job_->bytes.begin(),
                 job_->bytes.begin() +
                     static_cast<std::ptrdiff_t>(std::min(forget_line.size(), job_->bytes.size())));
  if (knows_reports_ && initialises) {  // on some models that ends the reports
    job_->bytes.insert(job_->bytes.begin() + forget_line.size(), report_changes.begin(),
                       report_changes.end());
  }
  whole_from_ = may_look_whole_from(job_->bytes);
  if (phase_ == Phase::idle) go_on(now);
}

void EscposPrinter::take(Moment now, const usb::Opened& opened) {
  const auto& endpoints = opened.interface.endpoints;
  const auto out = std::find_if(endpoints.begin(), endpoints.end(),
                                [](const usb::Endpoint& e) { return !e.is_in(); });
  if (out == endpoints.end()) return;
  out_endpoint_ = out->address;
  interface_ = opened.interface.number;
  alternate_ = opened.interface.alternate;
  if (ids_ != UsbIds{opened.interface.vendor, opened.interface.product}) ever_answered_ = false;
  ids_ = {opened.interface.vendor, opened.interface.product};
  // Ids of an earlier life may still be on their way out of the printer.
  process_number_ += static_cast<std::uint32_t>(now.time_since_epoch().count());
  can_answer_ = std::any_of(endpoints.begin(), endpoints.end(),
                            [](const usb::Endpoint& e) { return e.is_in(); });
  decoder_.clear();
  owners_.clear();
  dirty_ = true;  // a program before this one may have left a part of a job
  owed_ = longest_command();
  begin(now, Purpose::introduction, introduction_plan());
}

void EscposPrinter::take(Moment now, const usb::Gone&) {
  phase_ = Phase::closed;
  if (job_) give_up(now, error_of(PrinterState::unplugged));
  owners_.clear();
  plan_.clear();
  due_.reset();
  known_ = {};
  go_by(profile_for(site_, {}).profile);
  unanswered_plans_ = 0;
  lacks_question_ = {};
  heard_ = probed_ = false;
  knows_process_id_ = knows_fence_ = knows_clear_ = knows_reports_ = false;
  device_id_ = {};
  identity_ = {};
  has_cutter_.reset();
  told_identity_.reset();
  held_out_.reset();
  stuck_ = false;
  publish();
}

void EscposPrinter::take(Moment now, const usb::Received& received) {
  decoder_.feed(received.bytes);
  while (const auto answer = decoder_.next()) {
    heard_ = true;
    std::visit([&](const auto& what) { take_answer(now, what); }, *answer);
  }
}

void EscposPrinter::take_answer(Moment now, const RealTimeAnswer& answer) {
  if (!is_asking(Ask::Kind::real_time)) return;
  const int n = plan_.front().n;
  known_.real_time[static_cast<std::size_t>(n)] = state_of(answer, n);
  ask_done(now, Outcome::answered);
}

void EscposPrinter::take_answer(Moment now, const AutomaticStatus& status) {
  known_.automatic = state_of(status);
  if (is_asking(Ask::Kind::report)) ask_done(now, Outcome::answered);
  const bool printing =
      phase_ == Phase::streaming || (phase_ == Phase::planned && purpose_ == Purpose::completion);
  if (printing && !can_print(*known_.automatic)) return give_up(now, error_of(*known_.automatic));
  if (phase_ != Phase::idle) return;
  publish();
  due_ = std::min(due_.value_or(now + poll_after_change), now + poll_after_change);
}

void EscposPrinter::take_answer(Moment now, const FenceAnswer& answer) {
  if (is_asking(Ask::Kind::type)) {
    has_cutter_ = (answer.byte & type_has_cutter) != 0;
    return ask_done(now, Outcome::answered);
  }
  if (!is_asking(Ask::Kind::fence)) {
    ++strays_;
    return;
  }
  known_.real_time[4] = state_of(answer);
  ask_done(now, Outcome::answered);
}

void EscposPrinter::take_answer(Moment now, const BlockAnswer& block) {
  if (is_asking(Ask::Kind::process_id)) {
    if (block.bytes == process_id_answer(process_id_)) ask_done(now, Outcome::answered);
  } else if (is_asking(Ask::Kind::clear)) {
    const bool cleared = std::equal(block.bytes.begin(), block.bytes.end(), buffers_cleared.begin(),
                                    buffers_cleared.end());
    if (cleared) ask_done(now, Outcome::answered);
  } else if (is_asking(Ask::Kind::identity) && block.bytes.front() == identity_answer_start) {
    auto& text = plan_.front().n == identity_maker ? identity_.maker : identity_.model;
    text = clean_name(kiosk::ByteView(block.bytes).subspan(1));
    ask_done(now, Outcome::answered);
  }
}

void EscposPrinter::take_answer(Moment now, const FullStatus& status) {
  known_.full = state_of(status);
  if (!status.ticket_held_out()) taken_ = true;
  if (is_asking(Ask::Kind::full_status)) ask_done(now, Outcome::answered);
}

void EscposPrinter::take(Moment now, const usb::Sent& sent) {
  if (owners_.empty()) return;
  const Owner owner = owners_.front();
  owners_.pop_front();
  if (owner == Owner::ask) take_sent_by_ask(now, sent);
  if (owner == Owner::job) take_sent_by_job(now, sent);
  if (owner == Owner::given_up) take_sent_by_given_up(sent);
}

void EscposPrinter::take_sent_by_ask(Moment now, const usb::Sent& sent) {
  Ask& ask = plan_.front();
  const bool is_fill = ask.kind == Ask::Kind::fill;
  const bool wants_no_answer = is_fill || ask.kind == Ask::Kind::write;
  if (is_fill) owed_ -= std::min(owed_, sent.transferred);
  if (sent.status == usb::Status::done) {
    if (wants_no_answer) return ask_done(now, Outcome::answered);
    due_ = now + ask.limit;
    return;
  }
  const bool moves = sent.status == usb::Status::timed_out && sent.transferred > 0;
  if (!wants_no_answer || !moves) return ask_done(now, Outcome::not_sent);
  ask.bytes.erase(ask.bytes.begin(),
                  ask.bytes.begin() + static_cast<std::ptrdiff_t>(sent.transferred));
  send(Owner::ask, ask.bytes, write_limit);
}

/// Now it is known in the middle of which command the printer was left.
void EscposPrinter::take_sent_by_given_up(const usb::Sent& sent) {
  given_up_sent_ += sent.transferred;
  owed_ = missing_of_command(given_up_, given_up_sent_).value_or(longest_command());
}

void EscposPrinter::take_sent_by_job(Moment now, const usb::Sent& sent) {
  sent_ += sent.transferred;
  handed_ = sent_;
  if (sent.transferred > 0) last_progress_ = now;
  if (sent.status == usb::Status::stalled || sent.status == usb::Status::failed) {
    return give_up(now, {"printer", "stuck", "a bulk write failed"});
  }
  if (sent_ == job_->bytes.size()) {
    return begin(now, Purpose::completion, completion_plan());
  }
  if (now - last_progress_ >= profile_.no_progress_limit) {
    const auto limit = profile_.no_progress_limit.count();
    return give_up(now, {"printer", "stuck", fmt::format("took no byte for {} ms", limit)});
  }
  if (sent.transferred == 0 && profile_.port_status == Feature::present) {
    return control(Owner::job_port, port_status_request);  // the only question a full one can hear
  }
  if (profile_.pause_between_writes.count() > 0) {
    due_ = now + profile_.pause_between_writes;
  } else {
    send_piece(now);
  }
}

void EscposPrinter::take(Moment now, const usb::ControlDone& done) {
  if (owners_.empty()) return;
  const Owner owner = owners_.front();
  owners_.pop_front();
  if (owner != Owner::ask && owner != Owner::job_port) return;
  const bool good = done.status == usb::Status::done;
  if (is_asking(Ask::Kind::device_id)) {
    if (good) device_id_ = parse_device_id(done.bytes).value_or(DeviceId{});
    return ask_done(now, good ? Outcome::answered : Outcome::unanswered);
  }
  if (is_asking(Ask::Kind::soft_reset)) {
    Ask& ask = plan_.front();
    if (good || ask.n > 0) return ask_done(now, Outcome::answered);
    ask.n = 1;
    return control(Owner::ask, soft_reset_request_old);
  }
  if (good && !done.bytes.empty()) {
    known_.port = state_of_port(done.bytes[0]);
    port_answered_ = true;
  }
  if (owner == Owner::ask) return ask_done(now, good ? Outcome::answered : Outcome::unanswered);
  if (good && known_.port && !can_print(*known_.port)) {
    return give_up(now, error_of(*known_.port));
  }
  send_piece(now);
}

void EscposPrinter::send_piece(Moment) {
  const std::size_t size = std::min(profile_.write_bytes_max, job_->bytes.size() - sent_);
  const auto begin = job_->bytes.begin() + static_cast<std::ptrdiff_t>(sent_);
  handed_ = sent_ + size;
  send(Owner::job, kiosk::Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), piece_limit);
}

void EscposPrinter::go_on(Moment now) {
  if (job_) return begin(now, Purpose::check, status_plan());
  due_ = now + (held_out_ ? poll_held_out : poll_interval);
}

void EscposPrinter::plan_done(Moment now) {
  phase_ = Phase::idle;
  count_answers();
  switch (purpose_) {
    case Purpose::introduction:
      tell_identity();
      return begin(now, Purpose::setup, setup_plan());
    case Purpose::setup:
    case Purpose::clean:
      if (purpose_ == Purpose::setup && !heard_) tell_identity();
      if (purpose_ == Purpose::clean) void_first_ = void_first_ && plan_failed_;
      stuck_ = plan_failed_;
      dirty_ = plan_failed_ || void_first_;
      if (plan_failed_ && job_) give_up(now, {"printer", "stuck", "it takes no bytes"});
      break;
    case Purpose::probe:
      probed_ = true;
      tell_identity();
      break;
    case Purpose::check:
      return check_done(now);
    case Purpose::completion:
      judge(now);
      break;
    case Purpose::poll:
      ask_for_report_again();
      break;
    case Purpose::cancel:
      break;
  }
  if (phase_ != Phase::idle) return;
  look_after_held_out(now);
  publish();
  if (purpose_ != Purpose::cancel && can_print(told_by_printer())) {
    if (!probed_ && heard_) return begin(now, Purpose::probe, probe_plan());
    if (dirty_ && purpose_ != Purpose::clean) return begin(now, Purpose::clean, clean_plan());
  }
  go_on(now);
}

void EscposPrinter::check_done(Moment now) {
  publish();
  PrinterState seen = state();
  if (unanswered_plans_ > 0 && ever_answered_) seen = safer(seen, PrinterState::silent);
  if (!can_print(seen)) {
    out_.events.emplace_back(Failed{job_->job, error_of(seen)});
    job_.reset();
    return go_on(now);
  }
  if (!probed_ && heard_) return begin(now, Purpose::probe, probe_plan());
  if (dirty_) return begin(now, Purpose::clean, clean_plan());
  if (job_->made_for && *job_->made_for != profile_) {
    out_.events.emplace_back(MadeForAnother{job_->job, profile_});
    job_.reset();
    return go_on(now);
  }
  look_after_held_out(now);
  phase_ = Phase::streaming;
  last_progress_ = now;
  strays_ = 0;
  send_piece(now);
}

void EscposPrinter::judge(Moment now) {
  const PrinterState seen = state();
  const bool reports = asks_real_time() ? asked_ > 0 && answered_ == asked_ : port_answered_;
  const bool fenced = knows_process_id_ || knows_fence_;
  // One that gives answers nobody asked for has not proved anything by one more.
  const bool proved = completed_ && (knows_process_id_ || strays_ == 0);
  if (!can_print(seen)) return give_up(now, error_of(seen));
  if (plan_failed_) return give_up(now, {"printer", "stuck", "it takes no bytes"});
  if (fenced && !proved) {
    return give_up(now, {"printer", "no_completion", "it did not report that it had printed"});
  }
  if (!proved && !reports) {
    const kiosk::Error why = {"printer", "no_report", "this printer does not report anything"};
    out_.events.emplace_back(Unknown{job_->job, why});  // it may well be printing: cancel nothing
  } else {
    out_.events.emplace_back(Printed{job_->job});
    if (profile_.presenter.present != 0) held_out_ = {job_->job, now};
    taken_ = false;
  }
  job_.reset();
}

/// A ticket tells of a visit: nobody else shall find it.
void EscposPrinter::look_after_held_out(Moment now) {
  if (!held_out_) return;
  const bool limit = now - held_out_->since >= profile_.presenter.take_limit;
  if (!taken_ && !limit && !job_) return;
  if (!taken_ && profile_.presenter.withdraw != 0) {
    send(Owner::nobody, withdraw_command(profile_.presenter), write_limit);
    out_.events.emplace_back(Withdrawn{held_out_->job});
  }
  held_out_.reset();
}

/// All questions say good, but the last unasked report does not: it may have been lost.
void EscposPrinter::ask_for_report_again() {
  if (!known_.automatic || can_print(*known_.automatic) || answered_ < 4) return;
  const auto good = [](const auto& part) { return can_print(part.value_or(PrinterState::ready)); };
  if (!std::all_of(known_.real_time.begin(), known_.real_time.end(), good)) return;
  send(Owner::nobody, {report_changes.begin(), report_changes.end()}, write_limit);
}

void EscposPrinter::give_up(Moment now, kiosk::Error why) {
  const bool untouched = handed_ == 0;
  const bool no_ticket = untouched || handed_ < whole_from_;
  if (!untouched) {
    dirty_ = void_first_ = true;
    given_up_ = std::move(job_->bytes);
    given_up_sent_ = sent_;
    owed_ = missing_of_command(given_up_, sent_).value_or(longest_command());
  }
  stuck_ = stuck_ || why.code == "stuck";
  out_.events.emplace_back(no_ticket ? PrinterEvent(Failed{job_->job, std::move(why)})
                                     : PrinterEvent(Unknown{job_->job, std::move(why)}));
  job_.reset();
  for (Owner& owner : owners_) owner = owner == Owner::job ? Owner::given_up : Owner::nobody;
  plan_.clear();
  if (phase_ == Phase::closed) return;
  publish();
  // At once, while it cannot print: else the rest comes out when somebody brings paper.
  begin(now, Purpose::cancel, cancel_plan());
}

/// Names, as soon as they are known, and what follows from them. That nothing is known is said
/// when it was asked everything.
void EscposPrinter::tell_identity() {
  if (identity_.maker.empty()) identity_.maker = device_id_.maker;
  if (identity_.model.empty()) identity_.model = device_id_.model;
  identity_.use = profile_for(site_, {ids_, identity_.model, has_cutter_});
  go_by(identity_.use->profile);
  const bool nameless = identity_.maker.empty() && identity_.model.empty();
  if (nameless && purpose_ == Purpose::introduction) return;
  if (told_identity_ == identity_) return;
  told_identity_ = identity_;
  out_.events.emplace_back(identity_);
}

void EscposPrinter::publish() {
  const PrinterState seen = state();
  if (told_ == seen) return;
  told_ = seen;
  out_.events.emplace_back(StateChanged{seen});
}

PrinterState EscposPrinter::state() const {
  if (phase_ == Phase::closed) return PrinterState::unplugged;
  return stuck_ ? safer(told_by_printer(), PrinterState::offline) : told_by_printer();
}

PrinterState EscposPrinter::told_by_printer() const {
  PrinterState worst = PrinterState::ready;
  for (const auto& part : known_.real_time) worst = safer(worst, part.value_or(worst));
  worst = safer(worst, known_.automatic.value_or(worst));
  worst = safer(worst, known_.port.value_or(worst));
  worst = safer(worst, known_.full.value_or(worst));
  // One that never answered is a clone that cannot.
  constexpr int patience = 2;
  const bool silent = ever_answered_ && unanswered_plans_ >= patience;
  return silent ? safer(worst, PrinterState::silent) : worst;
}

void EscposPrinter::disown(std::initializer_list<Owner> owners) {
  for (Owner& owner : owners_) {
    if (std::find(owners.begin(), owners.end(), owner) != owners.end()) owner = Owner::nobody;
  }
}

void EscposPrinter::send(Owner owner, kiosk::Bytes bytes, Milliseconds limit) {
  owners_.push_back(owner);
  out_.transfers.emplace_back(usb::Send{out_endpoint_, std::move(bytes), limit});
}

void EscposPrinter::control(Owner owner, usb::ControlSetup setup) {
  owners_.push_back(owner);
  setup.index = static_cast<std::uint16_t>(setup.index | interface_);
  out_.transfers.emplace_back(usb::Control{setup, {}, answer_limit});
}

}  // namespace drivers::printer
