#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

/// Collects a worker's events and lets a test wait for one of them.
template <typename Event>
class Mailbox {
 public:
  auto sink() {
    return [this](Event event) {
      {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
      }
      arrived_.notify_all();
    };
  }

  /// Waits for the next event of the kind behind all that were waited for; false after the limit.
  template <typename Kind>
  bool wait_for(std::chrono::seconds limit = std::chrono::seconds(20)) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, limit, [this] {
      while (seen_ < events_.size()) {
        if (std::holds_alternative<Kind>(events_[seen_++])) return true;
      }
      return false;
    });
  }

  /// The last event that was waited for.
  template <typename Kind>
  Kind last() const {
    const std::lock_guard lock(mutex_);
    return std::get<Kind>(events_.at(seen_ - 1));
  }

  template <typename Kind>
  int count() const {
    const std::lock_guard lock(mutex_);
    int found = 0;
    for (const Event& event : events_) found += std::holds_alternative<Kind>(event) ? 1 : 0;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Event> events_;
  std::size_t seen_ = 0;
};
