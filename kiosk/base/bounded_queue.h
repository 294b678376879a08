#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "kiosk/base/instant.h"

namespace kiosk {

/// Values from any number of threads to one. When full, `push` says so and the caller decides.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// False when the queue is full; the value is then dropped. Never blocks.
  [[nodiscard]] bool push(T value) {
    {
      const std::lock_guard lock(mutex_);
      if (values_.size() >= capacity_) return false;
      values_.push_back(std::move(value));
    }
    ready_.notify_one();
    return true;
  }

  /// Takes it even when full: the end of something that the reader began, so that there are never
  /// more of these than it has under way.
  void push_owed(T value) {
    {
      const std::lock_guard lock(mutex_);
      values_.push_back(std::move(value));
    }
    ready_.notify_one();
  }

  std::optional<T> try_pop() {
    const std::lock_guard lock(mutex_);
    return take();
  }

  /// Waits for a value, at most `limit`, and no longer than until a stop is requested.
  std::optional<T> pop(Milliseconds limit, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, stop, limit, [this] { return !values_.empty(); });
    return take();
  }

 private:
  std::optional<T> take() {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    return value;
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable_any ready_;
  std::deque<T> values_;
};

}  // namespace kiosk
