#include "kiosk/sync/server_state.h"

#include <algorithm>

namespace kiosk::sync {
namespace {

constexpr std::size_t durations_max = 3;
constexpr std::size_t samples_max = 8;
constexpr std::size_t samples_to_correct_trusted = 3;
constexpr int failures_to_offline = 2;
constexpr Milliseconds date_resolution{1'000};
constexpr Milliseconds drift_allowed{1'500};
constexpr Minutes jump_min{5};      ///< no clock runs off by so much between two answers
constexpr Minutes machine_near{1};  ///< an RTC runs off by a second or two a day
constexpr Minutes jump_proof{60};   ///< so long a server must stay with what contradicts it

}  // namespace

void Health::answered(int status, Milliseconds elapsed) {
  const bool moved = status >= 300 && status < 400;  // by a portal: the kiosk follows nobody
  const bool denied = status == 401 || status == 403 || status == 407;
  if (status >= 500 || moved || denied) return count_failure();
  failures_ = 0;
  recent_.push_back(elapsed);
  if (recent_.size() > durations_max) recent_.erase(recent_.begin());
  auto sorted = recent_;
  std::sort(sorted.begin(), sorted.end());
  const auto median = sorted[sorted.size() / 2];
  state_ = median > slow_after_ ? ServerState::slow : ServerState::online;
}

void Health::failed(HttpFailureKind kind, Milliseconds elapsed) {
  if (kind == HttpFailureKind::not_connected) {
    failures_ = failures_to_offline;
    state_ = ServerState::offline;
    return;
  }
  const bool timed_out =
      kind == HttpFailureKind::timed_out_sent || kind == HttpFailureKind::timed_out_unsent;
  if (timed_out && elapsed < slow_after_ * 3) {
    if (state_ != ServerState::offline) state_ = ServerState::slow;
    return;
  }
  count_failure();
}

void Health::count_failure() {
  ++failures_;
  if (failures_ >= failures_to_offline)
    state_ = ServerState::offline;
  else if (state_ != ServerState::offline)
    state_ = ServerState::slow;
}

void ServerClock::sample(Instant server_date, Instant received_at, Milliseconds elapsed) {
  const Instant middle = received_at - elapsed / 2;
  const Milliseconds offset = server_date + date_resolution / 2 - middle;
  if (!samples_.empty() && std::chrono::abs(offset - samples_.back().offset) > jump_min)
    samples_.clear();
  samples_.push_back({offset, elapsed});
  if (samples_.size() > samples_max) samples_.erase(samples_.begin());
  known_offset_ = best()->offset;
}

const ServerClock::Sample* ServerClock::best() const {
  const auto found = std::min_element(samples_.begin(), samples_.end(),
                                      [](auto& a, auto& b) { return a.elapsed < b.elapsed; });
  return found == samples_.end() ? nullptr : &*found;
}

bool ServerClock::agrees_with_machine(Milliseconds offset) const {
  return machine_ && std::chrono::abs(offset - *machine_) <= machine_near;
}

std::optional<ClockCorrection> ServerClock::take_correction(Now now) {
  const auto* sample = best();
  if (sample == nullptr) return std::nullopt;
  const ClockCorrection correction{sample->offset, date_resolution / 2 + sample->elapsed / 2};
  if (now.trust == ClockTrust::server || contradicted_since_) {
    if (samples_.size() < samples_to_correct_trusted) return std::nullopt;
    const Milliseconds off = std::chrono::abs(correction.offset);
    if (off > jump_min && !agrees_with_machine(correction.offset)) {
      if (!contradicted_since_) {
        contradicted_since_ = now.instant;
        return ClockCorrection{Milliseconds(0), correction.uncertainty, ClockTrust::not_before};
      }
      if (now.instant < *contradicted_since_ + jump_proof) return std::nullopt;
    } else if (off <= drift_allowed + correction.uncertainty && !contradicted_since_) {
      return std::nullopt;
    }
  }
  if (now.trust == ClockTrust::rtc) machine_ = Milliseconds(0);
  if (machine_) *machine_ -= correction.offset;
  contradicted_since_.reset();
  samples_.clear();
  return correction;
}

Instant ServerClock::server_time(Now now) const {
  return now.trust == ClockTrust::server ? now.instant : now.instant + known_offset_;
}

}  // namespace kiosk::sync
