#include "kiosk/shell/spooler.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kiosk::shell {

using domain::PrintState;
using journeys::PrinterHealth;

void Spooler::allow(const std::vector<std::int64_t>& jobs, Instant now) {
  std::map<std::int64_t, Allowed> allowed;
  for (const auto& [job, how] : allowed_) {
    if (how.by_staff) allowed.emplace(job, how);
  }
  for (const std::int64_t job : jobs) {
    const auto known = allowed_.find(job);
    allowed.emplace(
        job, known != allowed_.end() ? known->second : Allowed{now + own_screen_max, false, false});
  }
  for (const auto& [job, how] : allowed_) {
    if (!allowed.contains(job)) left_.push_back(job);
  }
  allowed_ = std::move(allowed);
  look_ = true;
}

void Spooler::allow_also(std::int64_t job, Instant now) {
  allowed_.emplace(job, Allowed{now + own_screen_max, false, false});
  look_ = true;
}

void Spooler::release(std::int64_t job, Instant now) {
  allowed_[job] = {now + own_screen_max, true, false};
  look_ = true;
}

void Spooler::printer(PrinterHealth health) {
  if (health == health_) return;
  health_ = health;
  for (auto& [id, how] : allowed_) how.refused = false;
  look_ = true;
}

bool Spooler::printable() const {
  return health_ == PrinterHealth::ok || health_ == PrinterHealth::paper_near_end;
}

void Spooler::move(const domain::PrintJob& job, PrintState to, Output& output) {
  if (auto moved = ledger_.set_print_state(job.id, job.state, to); !moved) {
    output.errors.push_back(moved.error());
    return;
  }
  output.reports.push_back({job.id, to});
}

void Spooler::hold_others(Output& output) {
  for (;;) {
    auto job = ledger_.next_print_job();
    if (!job) {
      output.errors.push_back(job.error());
      return;
    }
    if (!*job || allowed_.contains((*job)->id)) return;
    const std::size_t errors = output.errors.size();
    move(**job, PrintState::held, output);
    if (output.errors.size() > errors) return;
  }
}

void Spooler::hold_left(Output& output) {
  for (const std::int64_t id : std::exchange(left_, {})) {
    auto job = ledger_.print_job(id);
    if (!job) output.errors.push_back(job.error());
    if (job && *job && (*job)->state == PrintState::failed) move(**job, PrintState::held, output);
  }
}

void Spooler::ended(std::int64_t id, PrintState state, Output& output) {
  if (under_way_ == id) under_way_.reset();
  look_ = true;
  auto job = ledger_.print_job(id);
  if (!job) output.errors.push_back(job.error());
  if (!job || !*job || (*job)->state != PrintState::sending) return;
  move(**job, state, output);
  if (state != PrintState::failed) {
    allowed_.erase(id);
  } else if (const auto known = allowed_.find(id); known != allowed_.end()) {
    known->second.refused = true;
  } else {
    left_.push_back(id);
  }
}

void Spooler::step(Instant now, Output& output) {
  for (auto entry = allowed_.begin(); entry != allowed_.end();) {
    const bool over = entry->second.until <= now && entry->first != under_way_;
    if (over) left_.push_back(entry->first);
    entry = over ? allowed_.erase(entry) : std::next(entry);
  }
  if (!look_ && left_.empty()) return;
  look_ = false;
  hold_left(output);
  hold_others(output);
  if (under_way_ || !printable()) return;
  for (const auto& [id, how] : allowed_) {
    if (how.refused) continue;
    auto job = ledger_.print_job(id);
    if (!job) output.errors.push_back(job.error());
    if (!job || !*job) continue;
    if ((*job)->state == PrintState::failed || (*job)->state == PrintState::held) {
      move(**job, PrintState::queued, output);
      job = ledger_.print_job(id);
      if (!job || !*job) continue;
    }
    if ((*job)->state != PrintState::queued) continue;
    const std::size_t errors = output.errors.size();
    move(**job, PrintState::sending, output);
    if (output.errors.size() > errors) continue;  // not committed: not a byte may leave
    (*job)->state = PrintState::sending;
    under_way_ = id;
    output.print.push_back(std::move(**job));
    return;
  }
}

void Spooler::follow_clock(Milliseconds change) {
  for (auto& [id, how] : allowed_) how.until += change;
}

std::optional<Instant> Spooler::wake() const {
  std::optional<Instant> earliest;
  for (const auto& [id, how] : allowed_) {
    if (id == under_way_) continue;  // its end wakes us
    if (!earliest || how.until < *earliest) earliest = how.until;
  }
  return earliest;
}

}  // namespace kiosk::shell
