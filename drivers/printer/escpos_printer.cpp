#include "drivers/printer/escpos_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/printer/escpos_commands.h"
#include "kiosk/base/overloaded.h"

namespace drivers::printer {
namespace {

using kiosk::Milliseconds;
using usb::Moment;

constexpr Milliseconds poll_interval{2000};
constexpr Milliseconds poll_after_change{100};
constexpr Milliseconds write_limit{1000};
constexpr Milliseconds answer_limit{500};

kiosk::Error error_of(PrinterState state) {
  return {"printer", name_of(state), fmt::format("the printer is {}", name_of(state))};
}

/// Who opens a printer tears off what hangs out of it.
bool staff_open_it(std::string_view code) {
  return code == "paper_out" || code == "cover_open";
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
  completed_ = false;
  if (phase_ == Phase::idle) go_on(now);
}

void EscposPrinter::take(Moment now, const usb::Opened& opened) {
  const auto& endpoints = opened.interface.endpoints;
  const auto out = std::find_if(endpoints.begin(), endpoints.end(),
                                [](const usb::Endpoint& e) { return !e.is_in(); });
  if (out == endpoints.end()) return;
  out_endpoint_ = out->address;
  interface_ = opened.interface.number;
  can_answer_ = std::any_of(endpoints.begin(), endpoints.end(),
                            [](const usb::Endpoint& e) { return e.is_in(); });
  decoder_.clear();
  owners_.clear();
  dirty_ = true;  // a program before this one may have left a part of a job
  begin(now, Purpose::setup, setup_plan());
}

void EscposPrinter::take(Moment now, const usb::Gone&) {
  phase_ = Phase::closed;
  if (job_) give_up(now, error_of(PrinterState::unplugged));
  owners_.clear();
  plan_.clear();
  due_.reset();
  known_ = {};
  unanswered_plans_ = 0;
  ever_answered_ = false;
  probed_ = false;
  knows_process_id_ = false;
  knows_fence_ = false;
  publish();
}

void EscposPrinter::take(Moment now, const usb::Received& received) {
  decoder_.feed(received.bytes);
  while (const auto answer = decoder_.next()) {
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
  const bool printing =
      phase_ == Phase::streaming || (phase_ == Phase::planned && purpose_ == Purpose::completion);
  if (printing && !can_print(*known_.automatic)) return give_up(now, error_of(*known_.automatic));
  if (phase_ != Phase::idle) return;
  publish();
  due_ = std::min(due_.value_or(now + poll_after_change), now + poll_after_change);
}

void EscposPrinter::take_answer(Moment now, const FenceAnswer& answer) {
  if (!is_asking(Ask::Kind::fence)) return;
  known_.real_time[4] = state_of(answer);
  ask_done(now, Outcome::answered);
}

void EscposPrinter::take_answer(Moment now, const BlockAnswer& block) {
  if (is_asking(Ask::Kind::process_id)) {
    if (block.bytes == process_id_answer(process_id_)) ask_done(now, Outcome::answered);
  } else if (is_asking(Ask::Kind::identity) && block.bytes.front() == identity_answer_start) {
    auto& text = plan_.front().n == identity_maker ? identity_.maker : identity_.model;
    text = kiosk::as_text(kiosk::ByteView(block.bytes).subspan(1));
    ask_done(now, Outcome::answered);
  }
}

void EscposPrinter::take(Moment now, const usb::Sent& sent) {
  if (owners_.empty()) return;
  const Owner owner = owners_.front();
  owners_.pop_front();
  if (owner == Owner::ask) take_sent_by_ask(now, sent);
  if (owner == Owner::job) take_sent_by_job(now, sent);
}

void EscposPrinter::take_sent_by_ask(Moment now, const usb::Sent& sent) {
  Ask& ask = plan_.front();
  if (sent.status == usb::Status::done) {
    if (ask.kind == Ask::Kind::write) return ask_done(now, Outcome::answered);
    due_ = now + ask.limit;
    return;
  }
  const bool moves = sent.status == usb::Status::timed_out && sent.transferred > 0;
  if (ask.kind != Ask::Kind::write || !moves) return ask_done(now, Outcome::not_sent);
  ask.bytes.erase(ask.bytes.begin(),
                  ask.bytes.begin() + static_cast<std::ptrdiff_t>(sent.transferred));
  send(Owner::ask, ask.bytes, write_limit);
}

void EscposPrinter::take_sent_by_job(Moment now, const usb::Sent& sent) {
  sent_ += sent.transferred;
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
  if (owner == Owner::nobody || owner == Owner::job) return;
  const bool good = done.status == usb::Status::done;
  if (is_asking(Ask::Kind::soft_reset)) {
    Ask& ask = plan_.front();
    if (good || ask.n > 0) return ask_done(now, Outcome::answered);
    ask.n = 1;
    return control(Owner::ask, soft_reset_request_old);
  }
  if (good && !done.bytes.empty()) known_.port = state_of_port(done.bytes[0]);
  if (owner == Owner::ask) return ask_done(now, good ? Outcome::answered : Outcome::unanswered);
  if (known_.port && !can_print(*known_.port)) return give_up(now, error_of(*known_.port));
  send_piece(now);
}

void EscposPrinter::send_piece(Moment) {
  const std::size_t size = std::min(profile_.write_bytes_max, job_->bytes.size() - sent_);
  const auto begin = job_->bytes.begin() + static_cast<std::ptrdiff_t>(sent_);
  send(Owner::job, kiosk::Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), write_limit);
}

void EscposPrinter::go_on(Moment now) {
  if (job_) return begin(now, Purpose::check, status_plan());
  due_ = now + poll_interval;
}

void EscposPrinter::plan_done(Moment now) {
  phase_ = Phase::idle;
  count_answers();
  switch (purpose_) {
    case Purpose::setup:
    case Purpose::clean:
      dirty_ = plan_failed_;
      cut_first_ = cut_first_ && dirty_;
      if (dirty_ && job_) give_up(now, {"printer", "stuck", "it takes no bytes"});
      break;
    case Purpose::probe:
      probed_ = true;
      if (!identity_.maker.empty() || !identity_.model.empty()) out_.events.emplace_back(identity_);
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
  publish();
  if (purpose_ != Purpose::cancel && can_print(state())) {
    if (!probed_) return begin(now, Purpose::probe, probe_plan());
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
  if (!probed_) return begin(now, Purpose::probe, probe_plan());
  if (dirty_) return begin(now, Purpose::clean, clean_plan());
  phase_ = Phase::streaming;
  last_progress_ = now;
  send_piece(now);
}

void EscposPrinter::judge(Moment now) {
  const PrinterState seen = state();
  const bool reports = asks_real_time() ? unanswered_plans_ == 0 : known_.port.has_value();
  const bool fenced = knows_process_id_ || knows_fence_;
  if (!can_print(seen)) return give_up(now, error_of(seen));
  if (fenced && !completed_) {
    return give_up(now, {"printer", "no_completion", "it did not report that it had printed"});
  }
  if (!completed_ && !reports) {
    const kiosk::Error why = {"printer", "no_report", "this printer does not report anything"};
    out_.events.emplace_back(Unknown{job_->job, why});  // it may well be printing: cancel nothing
  } else {
    out_.events.emplace_back(Printed{job_->job});
  }
  job_.reset();
}

/// All questions say good, but the last unasked report does not: it may have been lost.
void EscposPrinter::ask_for_report_again() {
  if (!known_.automatic || can_print(*known_.automatic) || answered_ < 4) return;
  const auto good = [](const auto& part) { return can_print(part.value_or(PrinterState::ready)); };
  if (!std::all_of(known_.real_time.begin(), known_.real_time.end(), good)) return;
  send(Owner::nobody, {report_changes.begin(), report_changes.end()}, write_limit);
}

void EscposPrinter::give_up(Moment now, kiosk::Error why) {
  const bool untouched =
      sent_ == 0 && std::find(owners_.begin(), owners_.end(), Owner::job) == owners_.end();
  if (!untouched) {
    dirty_ = true;
    if (sent_ < job_->bytes.size() && !staff_open_it(why.code)) cut_first_ = true;
  }
  out_.events.emplace_back(untouched ? PrinterEvent(Failed{job_->job, std::move(why)})
                                     : PrinterEvent(Unknown{job_->job, std::move(why)}));
  job_.reset();
  disown({Owner::job, Owner::job_port, Owner::ask});
  plan_.clear();
  if (phase_ == Phase::closed) return;
  publish();
  // At once, while it cannot print: else the rest comes out when somebody brings paper.
  begin(now, Purpose::cancel, cancel_plan());
}

void EscposPrinter::publish() {
  const PrinterState seen = state();
  if (told_ == seen) return;
  told_ = seen;
  out_.events.emplace_back(StateChanged{seen});
}

PrinterState EscposPrinter::state() const {
  if (phase_ == Phase::closed) return PrinterState::unplugged;
  PrinterState worst = PrinterState::ready;
  for (const auto& part : known_.real_time) worst = safer(worst, part.value_or(worst));
  worst = safer(worst, known_.automatic.value_or(worst));
  worst = safer(worst, known_.port.value_or(worst));
  const int patience = ever_answered_ ? 2 : 1;
  const bool silent = asks_real_time() && unanswered_plans_ >= patience;
  // One that never answered but has a port status is a clone without DLE EOT.
  if (silent && (ever_answered_ || !known_.port)) return safer(worst, PrinterState::silent);
  return worst;
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
