#include "kiosk/base/bounded_queue.h"

#include <doctest/doctest.h>

#include <thread>

using kiosk::BoundedQueue;
using kiosk::Milliseconds;

TEST_CASE("bounded queue: a full queue says so and keeps what it has") {
  BoundedQueue<int> queue(2);
  CHECK(queue.push(1));
  CHECK(queue.push(2));
  CHECK_FALSE(queue.push(3));
  CHECK(queue.try_pop() == 1);
  CHECK(queue.try_pop() == 2);
  CHECK_FALSE(queue.try_pop().has_value());
}

TEST_CASE("bounded queue: what is owed is taken even when it is full, in its turn") {
  BoundedQueue<int> queue(1);
  CHECK(queue.push(1));
  queue.push_owed(2);
  CHECK_FALSE(queue.push(3));
  CHECK(queue.try_pop() == 1);
  CHECK(queue.try_pop() == 2);
  CHECK(queue.push(4));
}

TEST_CASE("bounded queue: pop ends when a stop is requested") {
  BoundedQueue<int> queue(1);
  std::jthread waiter([&](std::stop_token stop) {
    CHECK_FALSE(queue.pop(Milliseconds(60'000), stop).has_value());
  });
  waiter.request_stop();
}

TEST_CASE("bounded queue: a value from another thread wakes the reader") {
  BoundedQueue<int> queue(1);
  std::jthread writer([&] { CHECK(queue.push(7)); });
  CHECK(queue.pop(Milliseconds(60'000), {}) == 7);
}
