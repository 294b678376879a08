#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "screens/ui/window.h"

namespace screens::ui {

/// A window without a display: waits on a condition variable, shows nothing, takes the events it is
/// given. Its scale is 1.
class HeadlessWindow : public Window {
 public:
  std::optional<WindowEvent> wait(kiosk::Milliseconds limit) override;
  void wake() override;
  Viewport viewport() const override { return {}; }
  void present(const Surface&, const Rect&) override { ++presented_; }
  kiosk::Milliseconds ticks() const override;

  /// As if it had happened on a display. Above 256 waiting events the newest is dropped.
  /// Thread: any.
  void put(const WindowEvent& event);
  /// How many frames were shown.
  int presented() const { return presented_; }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<WindowEvent> events_;
  bool woken_ = false;
  int presented_ = 0;
};

}  // namespace screens::ui
