// The plans of the printer engine: rows of things to do or to ask, and how one follows the other.

#include <algorithm>
#include <utility>

#include "drivers/printer/escpos_commands.h"
#include "drivers/printer/escpos_printer.h"

namespace drivers::printer {
namespace {

using kiosk::Milliseconds;
using usb::Moment;

constexpr Milliseconds write_limit{1000};
constexpr Milliseconds answer_limit{500};
constexpr Milliseconds no_fence_wait{3000};  // a ticket of 30 cm takes 2 s
constexpr std::size_t raster_header_bytes = 8;

kiosk::Bytes bytes_of(kiosk::ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::vector<EscposPrinter::Ask> EscposPrinter::status_plan() const {
  std::vector<Ask> plan;
  if (profile_.port_status == Feature::present) plan.push_back({Ask::Kind::port_status, {}, 0, {}});
  for (int n = 1; n <= 4 && asks_real_time(); ++n) {
    plan.push_back({Ask::Kind::real_time, {}, n, answer_limit});
  }
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::cancel_plan() const {
  return {{Ask::Kind::soft_reset, {}, 0, {}},
          {Ask::Kind::write, bytes_of(clear_buffers), 0, write_limit}};
}

std::vector<EscposPrinter::Ask> EscposPrinter::clean_plan() const {
  std::vector<Ask> plan = cancel_plan();
  // A printer left in the middle of a raster command still waits for the rest of it; elsewhere it
  // ignores NUL.
  const std::size_t row_bytes = (static_cast<std::size_t>(profile_.width_dots) + 7) / 8;
  std::size_t zeros =
      row_bytes * static_cast<std::size_t>(profile_.band_rows) + raster_header_bytes;
  while (zeros > 0) {
    const std::size_t piece = std::min(zeros, profile_.write_bytes_max);
    plan.push_back({Ask::Kind::write, kiosk::Bytes(piece), 0, write_limit});
    zeros -= piece;
  }
  plan.push_back({Ask::Kind::write, bytes_of(initialise), 0, write_limit});
  if (profile_.automatic_status == Feature::present && can_answer_) {
    plan.push_back({Ask::Kind::write, bytes_of(report_changes), 0, write_limit});
  }
  if (cut_first_ && profile_.cutter != Cutter::none) {
    const std::uint8_t form = profile_.cutter == Cutter::full ? 0x41 : 0x42;
    const auto feed = static_cast<std::uint8_t>(std::clamp(profile_.feed_before_cut_dots, 0, 255));
    plan.push_back({Ask::Kind::write, {0x1D, 0x56, form, feed}, 0, write_limit});
  }
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::setup_plan() const {
  std::vector<Ask> plan = clean_plan();
  plan.insert(plan.begin(), {Ask::Kind::pause, {}, 0, profile_.open_settle});
  for (Ask& ask : status_plan()) plan.push_back(std::move(ask));
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::probe_plan() const {
  if (!can_answer_) return {};
  std::vector<Ask> plan;
  plan.push_back({Ask::Kind::identity, {}, identity_maker, answer_limit});
  plan.push_back({Ask::Kind::identity, {}, identity_model, answer_limit});
  if (profile_.process_id == Feature::present) {
    plan.push_back({Ask::Kind::process_id, {}, 0, answer_limit});
  }
  if (profile_.paper_fence == Feature::present) {
    plan.push_back({Ask::Kind::fence, {}, 0, answer_limit});
  }
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::completion_plan() const {
  std::vector<Ask> plan;
  if (knows_process_id_) {
    plan.push_back({Ask::Kind::process_id, {}, 0, profile_.completion_limit});
  } else if (knows_fence_) {
    plan.push_back({Ask::Kind::fence, {}, 0, profile_.completion_limit});
  } else {
    plan.push_back({Ask::Kind::pause, {}, 0, no_fence_wait});
  }
  for (Ask& ask : status_plan()) plan.push_back(std::move(ask));
  return plan;
}

void EscposPrinter::begin(Moment now, Purpose purpose, std::vector<Ask> plan) {
  purpose_ = purpose;
  plan_.assign(std::make_move_iterator(plan.begin()), std::make_move_iterator(plan.end()));
  asked_ = 0;
  answered_ = 0;
  plan_failed_ = false;
  phase_ = Phase::planned;
  next_ask(now);
}

void EscposPrinter::next_ask(Moment now) {
  due_.reset();
  if (plan_.empty()) return plan_done(now);
  const Ask& ask = plan_.front();
  switch (ask.kind) {
    case Ask::Kind::pause:
      due_ = now + ask.limit;
      break;
    case Ask::Kind::write:
      send(Owner::ask, ask.bytes, write_limit);
      break;
    case Ask::Kind::port_status:
      control(Owner::ask, port_status_request);
      break;
    case Ask::Kind::soft_reset:
      control(Owner::ask, soft_reset_request);
      break;
    case Ask::Kind::real_time:
      send(Owner::ask, real_time_command(ask.n), write_limit);
      break;
    case Ask::Kind::process_id:
      process_id_ = process_id(++process_number_);
      send(Owner::ask, process_id_command(process_id_), write_limit);
      break;
    case Ask::Kind::fence:
      send(Owner::ask, bytes_of(fence_command), write_limit);
      break;
    case Ask::Kind::identity:
      send(Owner::ask, identity_command(ask.n), write_limit);
      break;
  }
}

void EscposPrinter::ask_done(Moment now, Outcome outcome) {
  const Ask ask = std::move(plan_.front());
  plan_.pop_front();
  disown({Owner::ask});  // its answer may overtake the report that the question was sent
  const bool answered = outcome == Outcome::answered;
  switch (ask.kind) {
    case Ask::Kind::real_time:
      if (outcome != Outcome::not_sent) ++asked_;
      if (answered) ++answered_;
      if (!answered) drop_asks(Ask::Kind::real_time);
      break;
    case Ask::Kind::write:
      if (!answered) {
        plan_failed_ = true;
        drop_asks(Ask::Kind::write);
      }
      break;
    case Ask::Kind::process_id:
      (purpose_ == Purpose::probe ? knows_process_id_ : completed_) = answered;
      break;
    case Ask::Kind::fence:
      (purpose_ == Purpose::probe ? knows_fence_ : completed_) = answered;
      break;
    case Ask::Kind::pause:
    case Ask::Kind::port_status:
    case Ask::Kind::soft_reset:
    case Ask::Kind::identity:
      break;
  }
  next_ask(now);
}

void EscposPrinter::drop_asks(Ask::Kind kind) {
  const auto is_it = [kind](const Ask& ask) { return ask.kind == kind; };
  plan_.erase(std::remove_if(plan_.begin(), plan_.end(), is_it), plan_.end());
}

void EscposPrinter::count_answers() {
  if (asked_ == 0) return;
  if (answered_ == 0) {
    ++unanswered_plans_;
  } else {
    unanswered_plans_ = 0;
    ever_answered_ = true;
  }
}

bool EscposPrinter::asks_real_time() const {
  return can_answer_ && profile_.real_time_status == Feature::present;
}

bool EscposPrinter::is_asking(Ask::Kind kind) const {
  return phase_ == Phase::planned && !plan_.empty() && plan_.front().kind == kind;
}

}  // namespace drivers::printer
