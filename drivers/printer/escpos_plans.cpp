// The plans of the printer engine: rows of things to do or to ask, and how one follows the other.

#include <algorithm>
#include <utility>

#include "drivers/printer/escpos_commands.h"
#include "drivers/printer/escpos_printer.h"
#include "drivers/printer/void_strip.h"

namespace drivers::printer {
namespace {

using kiosk::Milliseconds;
using usb::Moment;

constexpr Milliseconds write_limit{1000};
constexpr Milliseconds answer_limit{500};
constexpr Milliseconds no_fence_wait{3000};  // a ticket of 30 cm takes 2 s
constexpr Milliseconds late_answer_wait{200};
constexpr std::size_t raster_header_bytes = 8;

kiosk::Bytes bytes_of(kiosk::ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Real-time commands that a printer knows are obeyed when they come in; all others are part of
/// whatever command was begun before them.
template <typename Kind>
bool is_heard_in_order(Kind kind, bool knows_clear) {
  switch (kind) {
    case Kind::pause:
    case Kind::fill:
    case Kind::device_id:
    case Kind::port_status:
    case Kind::soft_reset:
      return false;
    case Kind::clear:
      return !knows_clear;
    case Kind::write:
    case Kind::real_time:
    case Kind::process_id:
    case Kind::fence:
    case Kind::identity:
    case Kind::type:
    case Kind::report:
    case Kind::full_status:
      return true;
  }
  return true;
}

}  // namespace

std::vector<EscposPrinter::Ask> EscposPrinter::introduction_plan() const {
  return {{Ask::Kind::pause, {}, 0, profile_.open_settle}, {Ask::Kind::device_id, {}, 0, {}}};
}

std::vector<EscposPrinter::Ask> EscposPrinter::status_plan() const {
  std::vector<Ask> plan;
  if (profile_.port_status == Feature::present) plan.push_back({Ask::Kind::port_status, {}, 0, {}});
  for (int n = 1; n <= 4 && asks_real_time(); ++n) {
    if (lacks_question_[static_cast<std::size_t>(n)]) continue;
    plan.push_back({Ask::Kind::real_time, {}, n, answer_limit});
  }
  if (held_out_) plan.push_back({Ask::Kind::full_status, {}, 0, answer_limit});
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::cancel_plan() const {
  std::vector<Ask> plan = {{Ask::Kind::soft_reset, {}, 0, {}}};
  if (knows_clear_) plan.push_back({Ask::Kind::clear, {}, 0, answer_limit});
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::clean_plan() const {
  std::vector<Ask> plan = cancel_plan();
  plan.push_back({Ask::Kind::write, bytes_of(initialise), 0, write_limit});
  const std::size_t end = void_first_ ? void_end_->size() : 0;
  for (std::size_t at = 0; at < end; at += profile_.write_bytes_max) {
    const auto piece =
        kiosk::ByteView(*void_end_).subspan(at, std::min(profile_.write_bytes_max, end - at));
    plan.push_back({Ask::Kind::write, bytes_of(piece), 0, write_limit});
  }
  if (knows_reports_) plan.push_back({Ask::Kind::write, bytes_of(report_changes), 0, write_limit});
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::setup_plan() const {
  std::vector<Ask> plan = {{Ask::Kind::soft_reset, {}, 0, {}}};
  if (can_answer_) {
    plan.push_back({Ask::Kind::clear, {}, 0, answer_limit});
  } else {
    plan.push_back({Ask::Kind::write, bytes_of(clear_buffers), 0, write_limit});
  }
  plan.push_back({Ask::Kind::write, bytes_of(initialise), 0, write_limit});
  for (Ask& ask : status_plan()) plan.push_back(std::move(ask));
  return plan;
}

/// Only for one that has said something: its GS a, GS r ... are letters to one that knows none.
std::vector<EscposPrinter::Ask> EscposPrinter::probe_plan() const {
  std::vector<Ask> plan;
  plan.push_back({Ask::Kind::identity, {}, identity_maker, answer_limit});
  plan.push_back({Ask::Kind::identity, {}, identity_model, answer_limit});
  plan.push_back({Ask::Kind::type, {}, type_id, answer_limit});
  if (profile_.process_id == Feature::present) {
    plan.push_back({Ask::Kind::process_id, {}, 0, answer_limit});
  }
  if (profile_.paper_fence == Feature::present) {
    plan.push_back({Ask::Kind::fence, {}, 0, answer_limit});
  }
  if (profile_.automatic_status == Feature::present) {
    plan.push_back({Ask::Kind::report, {}, 0, answer_limit});
  }
  return plan;
}

std::vector<EscposPrinter::Ask> EscposPrinter::completion_plan() const {
  std::vector<Ask> plan;
  if (profile_.presenter.present != 0) {
    plan.push_back({Ask::Kind::write, present_command(profile_.presenter), 0, write_limit});
  }
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

/// A printer that was left in the middle of a command swallows no more than this.
std::size_t EscposPrinter::longest_command() const {
  const std::size_t row_bytes = (static_cast<std::size_t>(profile_.width_dots) + 7) / 8;
  const std::size_t band = row_bytes * static_cast<std::size_t>(profile_.band_rows);
  return std::max(band + raster_header_bytes, void_end_->size());
}

EscposPrinter::EscposPrinter(SiteProfile site, Remains remains)
    : site_(std::move(site)), void_first_(remains == Remains::possible) {
  go_by(profile_for(site_, {}).profile);
}

void EscposPrinter::go_by(Profile profile) {
  if (void_end_ && profile == profile_) return;
  profile_ = profile;
  kiosk::Bytes end = void_strip(profile.width_dots);
  kiosk::append(end, cut_command(profile));
  void_end_ = std::make_shared<const kiosk::Bytes>(std::move(end));
}

void EscposPrinter::begin(Moment now, Purpose purpose, std::vector<Ask> plan) {
  purpose_ = purpose;
  plan_.assign(std::make_move_iterator(plan.begin()), std::make_move_iterator(plan.end()));
  asked_ = 0;
  answered_ = 0;
  port_answered_ = false;
  plan_failed_ = false;
  phase_ = Phase::planned;
  next_ask(now);
}

void EscposPrinter::next_ask(Moment now) {
  due_.reset();
  if (plan_.empty()) return plan_done(now);
  if (owed_ > 0 && is_heard_in_order(plan_.front().kind, knows_clear_)) {
    const kiosk::Bytes nothing(std::min(owed_, profile_.write_bytes_max));
    plan_.push_front({Ask::Kind::fill, nothing, 0, write_limit});
  }
  const Ask& ask = plan_.front();
  switch (ask.kind) {
    case Ask::Kind::pause:
      due_ = now + ask.limit;
      break;
    case Ask::Kind::write:
    case Ask::Kind::fill:
      send(Owner::ask, ask.bytes, write_limit);
      break;
    case Ask::Kind::device_id:
      control(Owner::ask, device_id_request);
      break;
    case Ask::Kind::port_status:
      control(Owner::ask, port_status_request);
      break;
    case Ask::Kind::soft_reset:
      control(Owner::ask, soft_reset_request);
      break;
    case Ask::Kind::clear:
      send(Owner::ask, bytes_of(clear_buffers), write_limit);
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
    case Ask::Kind::type:
      send(Owner::ask, identity_command(ask.n), write_limit);
      break;
    case Ask::Kind::report:
      send(Owner::ask, bytes_of(report_changes), write_limit);
      break;
    case Ask::Kind::full_status:
      decoder_.await_full_status();
      send(Owner::ask, bytes_of(full_status_command), write_limit);
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
      real_time_done(ask, outcome);
      break;
    case Ask::Kind::write:
    case Ask::Kind::fill:
      if (answered) break;
      plan_failed_ = true;
      owed_ = std::max(owed_, ask.kind == Ask::Kind::write ? longest_command() : owed_);
      drop_asks({Ask::Kind::write, Ask::Kind::clear, Ask::Kind::real_time, Ask::Kind::process_id,
                 Ask::Kind::fence, Ask::Kind::identity, Ask::Kind::type, Ask::Kind::report,
                 Ask::Kind::full_status});
      break;
    case Ask::Kind::clear:
      if (!answered) break;
      knows_clear_ = true;
      owed_ = 0;
      break;
    case Ask::Kind::process_id:
      (purpose_ == Purpose::probe ? knows_process_id_ : completed_) = answered;
      break;
    case Ask::Kind::fence:
      (purpose_ == Purpose::probe ? knows_fence_ : completed_) = answered;
      break;
    case Ask::Kind::report:
      knows_reports_ = answered;
      break;
    case Ask::Kind::full_status:
      if (!answered) decoder_.clear();
      break;
    case Ask::Kind::identity:
      // One that tells no name is not asked more: what it sends then may be anything.
      if (ask.n == identity_model && !answered) drop_asks({Ask::Kind::type});
      break;
    case Ask::Kind::pause:
    case Ask::Kind::device_id:
    case Ask::Kind::port_status:
    case Ask::Kind::soft_reset:
    case Ask::Kind::type:
      break;
  }
  if (purpose_ == Purpose::probe && outcome == Outcome::unanswered) {
    plan_.push_front({Ask::Kind::write, bytes_of(forget_line), 0, write_limit});
  }
  next_ask(now);
}

void EscposPrinter::real_time_done(const Ask& ask, Outcome outcome) {
  if (outcome != Outcome::not_sent) ++asked_;
  if (outcome == Outcome::answered) {
    ++answered_;
    return;
  }
  if (purpose_ == Purpose::setup && answered_ > 0) {
    --asked_;
    lacks_question_[static_cast<std::size_t>(ask.n)] = true;
    known_.real_time[static_cast<std::size_t>(ask.n)].reset();
  } else {
    drop_asks({Ask::Kind::real_time});
  }
  plan_.push_front({Ask::Kind::pause, {}, 0, late_answer_wait});
}

void EscposPrinter::drop_asks(std::initializer_list<Ask::Kind> kinds) {
  const auto is_it = [kinds](const Ask& ask) {
    return std::find(kinds.begin(), kinds.end(), ask.kind) != kinds.end();
  };
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

/// One that never answered is asked now and then, but nobody waits for it.
bool EscposPrinter::asks_real_time() const {
  const bool waited_for = purpose_ == Purpose::check || purpose_ == Purpose::completion ||
                          (job_ && purpose_ != Purpose::setup);
  return can_answer_ && profile_.real_time_status == Feature::present && (heard_ || !waited_for);
}

bool EscposPrinter::is_asking(Ask::Kind kind) const {
  return phase_ == Phase::planned && !plan_.empty() && plan_.front().kind == kind;
}

}  // namespace drivers::printer
