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

  /// Waits for the next event of the kind behind all that were waited for; false after 20 s.
  template <typename Kind>
  bool wait_for() {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::seconds(20), [this] {
      while (seen_ < events_.size()) {
        if (std::holds_alternative<Kind>(events_[seen_++])) return true;
      }
      return false;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Event> events_;
  std::size_t seen_ = 0;
};
