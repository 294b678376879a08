#include "tests/simulation/sim_printer.h"

#include <fmt/format.h>

namespace simulation {
namespace {

using kiosk::Milliseconds;
using kiosk::domain::PrintState;

const char* text_of(SimPrinter::Health health) {
  switch (health) {
    case SimPrinter::Health::ok:
      return "ok";
    case SimPrinter::Health::paper_near_end:
      return "paper_near_end";
    case SimPrinter::Health::paper_out:
      return "paper_out";
    case SimPrinter::Health::cover_open:
      return "cover_open";
    case SimPrinter::Health::missing:
      return "unplugged";
    case SimPrinter::Health::cutter_error:
    case SimPrinter::Health::overheated:
    case SimPrinter::Health::offline:
      return "in trouble";
  }
  return "";
}

}  // namespace

void SimPrinter::set(Health health) {
  if (health == health_) return;
  health_ = health;
  trace_.line(agenda_.now(), fmt::format("{} printer {}", name_, text_of(health)));
  if (work_ && !prints()) {
    if (work_->stage == Work::Stage::accepted) {
      end(PrintState::failed);
    } else {
      // The rest of a ticket whose cable went may stand in the printer's buffer.
      if (work_->stage == Work::Stage::printing)
        drop(health == Health::missing && dice_.percent(50));
      end(PrintState::unknown);
    }
  }
  if (told_) told_(health);
}

void SimPrinter::take(const kiosk::domain::PrintJob& job, Ended ended) {
  Work work;
  work.paper = {job.id, job.check_in.visit_key, job.number, job.copy, false};
  work.ended = std::move(ended);
  const bool free = !work_;
  if (!free || !prints()) {
    // A driver that cannot write says so; not a byte has left.
    agenda_.after(Milliseconds(20), [ended = std::move(work.ended)] { ended(PrintState::failed); });
    return;
  }
  work_ = std::move(work);
  ++works_;
  agenda_.after(dice_.between(Milliseconds(5), Milliseconds(80)), [this, mine = works_] {
    if (work_ && works_ == mine) begin();
  });
}

void SimPrinter::begin() {
  work_->stage = Work::Stage::printing;
  agenda_.after(dice_.between(Milliseconds(600), Milliseconds(2'500)), [this, mine = works_] {
    if (work_ && works_ == mine) drop(true);
  });
  agenda_.after(dice_.between(Milliseconds(2'600), Milliseconds(3'500)), [this, mine = works_] {
    if (work_ && works_ == mine) end(PrintState::printed);
  });
}

void SimPrinter::drop(bool whole) {
  if (work_->stage == Work::Stage::fallen) return;
  work_->stage = Work::Stage::fallen;
  work_->paper.whole = whole;
  papers_.push_back(work_->paper);
  const Paper& paper = papers_.back();
  const bool copy = paper.copy == kiosk::domain::Copy::copy;
  trace_.line(agenda_.now(), fmt::format("{} paper: job {} {} {}{}", name_, paper.job, paper.number,
                                         whole ? "whole" : "torn", copy ? " COPY" : ""));
  if (fell_) fell_(paper);
}

void SimPrinter::end(PrintState state) {
  Work work = std::move(*work_);
  work_.reset();
  if (work.ended) work.ended(state);
}

void SimPrinter::kiosk_died() {
  if (!work_) return;
  work_->ended = nullptr;
  if (work_->stage == Work::Stage::accepted && dice_.percent(50)) work_.reset();
}

}  // namespace simulation
