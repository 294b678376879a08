#include "screens/ui/window.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>

#include "screens/ui/headless_window.h"

using namespace screens::ui;
using kiosk::Milliseconds;

TEST_CASE("window: the canvas is as large as the window allows, in its middle") {
  CHECK(fit_canvas({1080, 1920}, {1080, 1920}) == Viewport{1, {0, 0}});
  CHECK(fit_canvas({1080, 1920}, {1080, 960}) == Viewport{0.5, {270, 0}});
  CHECK(fit_canvas({1080, 1920}, {540, 1160}) == Viewport{0.5, {0, 100}});
}

TEST_CASE("window: window pixels become logical pixels, margins lie outside the canvas") {
  const Viewport half = fit_canvas({1080, 1920}, {1080, 960});
  CHECK(to_logical(half, {270, 0}) == Point{0, 0});
  CHECK(to_logical(half, {809, 959}) == Point{1078, 1918});
  CHECK(to_logical(half, {269, 10}).x < 0);
  CHECK(to_logical(half, {810, 10}).x >= 1080);
}

TEST_CASE("window: event stamps stay right when SDL's 32 bit clock wraps") {
  const Milliseconds days50{50LL * 24 * 3600 * 1000};
  CHECK(unwrapped(days50, static_cast<std::uint32_t>(days50.count() - 20)) ==
        days50 - Milliseconds(20));
  const Milliseconds wrap{0x1'0000'0005};
  CHECK(unwrapped(wrap, 0xFFFF'FFF0U) == Milliseconds(0xFFFF'FFF0LL));
  CHECK(unwrapped(wrap, 9) == wrap);
}

TEST_CASE("headless window: events come in order, then the time limit") {
  HeadlessWindow window;
  const TouchEvent down{TouchEvent::Kind::down, 1, {10, 20}, Milliseconds(5)};
  window.put(down);
  window.put(CloseAsked{});
  CHECK(window.wait(Milliseconds(0)) == WindowEvent(down));
  CHECK(window.wait(Milliseconds(0)) == WindowEvent(CloseAsked{}));
  CHECK_FALSE(window.wait(Milliseconds(1)).has_value());
}

TEST_CASE("headless window: another thread's wake ends the wait") {
  HeadlessWindow window;
  std::jthread other([&] {
    window.wake();
    window.wake();
  });
  CHECK(window.wait(Milliseconds(60'000)) == WindowEvent(Woken{}));
  other.join();
  window.wait(Milliseconds(0));
  CHECK_FALSE(window.wait(Milliseconds(0)).has_value());
}

TEST_CASE("sdl window: opens, shows a surface, is woken, and closes") {
  setenv("SDL_VIDEODRIVER", "dummy", 1);
  auto opened = open_window({.mode = WindowOptions::Mode::sized, .size = {540, 960}});
  REQUIRE(opened.has_value());
  Window& window = **opened;
  CHECK(window.viewport() == Viewport{0.5, {0, 0}});
  std::jthread other([&] { window.wake(); });
  bool woken = false;
  for (int events = 0; events < 20 && !woken; ++events) {
    woken = window.wait(Milliseconds(10'000)) == WindowEvent(Woken{});
  }
  CHECK(woken);
  const Surface surface = make_surface({540, 960});
  window.present(surface, {0, 0, 540, 960});
  window.present(surface, {10, 10, 20, 20});
}
