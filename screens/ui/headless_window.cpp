#include "screens/ui/headless_window.h"

#include <chrono>
#include <utility>

namespace screens::ui {

std::optional<WindowEvent> HeadlessWindow::wait(kiosk::Milliseconds limit) {
  std::unique_lock lock(mutex_);
  ready_.wait_for(lock, limit, [this] { return woken_ || !events_.empty(); });
  if (!events_.empty()) {
    WindowEvent event = events_.front();
    events_.pop_front();
    return event;
  }
  if (!std::exchange(woken_, false)) return std::nullopt;
  return Woken{};
}

void HeadlessWindow::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  ready_.notify_one();
}

void HeadlessWindow::put(const WindowEvent& event) {
  constexpr std::size_t waiting_max = 256;
  {
    const std::lock_guard lock(mutex_);
    if (events_.size() >= waiting_max) return;
    events_.push_back(event);
  }
  ready_.notify_one();
}

kiosk::Milliseconds HeadlessWindow::ticks() const {
  return std::chrono::duration_cast<kiosk::Milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace screens::ui
