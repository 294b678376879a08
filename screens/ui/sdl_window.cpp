#include <SDL.h>
#include <cairo.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "screens/ui/window.h"

namespace screens::ui {
namespace {

struct SdlWindowDeleter {
  void operator()(SDL_Window* window) const { SDL_DestroyWindow(window); }
};

/// SDL started and, at the end, stopped.
struct SdlVideo {
  SdlVideo() = default;
  SdlVideo(const SdlVideo&) = delete;
  SdlVideo& operator=(const SdlVideo&) = delete;
  ~SdlVideo() { SDL_Quit(); }
};

constexpr Rect whole_window(Size size) {
  return {0, 0, size.width, size.height};
}

class SdlWindow : public Window {
 public:
  SdlWindow(std::unique_ptr<SdlVideo> video, SDL_Window* window, Size canvas,
            std::uint32_t wake_type)
      : video_(std::move(video)), window_(window), canvas_(canvas), wake_type_(wake_type) {}

  std::optional<WindowEvent> wait(kiosk::Milliseconds limit) override;
  void wake() override;
  Viewport viewport() const override { return fit_canvas(canvas_, size()); }
  void present(const Surface& surface, const Rect& changed) override;
  kiosk::Milliseconds ticks() const override {
    return kiosk::Milliseconds(static_cast<std::int64_t>(SDL_GetTicks64()));
  }

 private:
  Size size() const;
  std::optional<WindowEvent> translate(const SDL_Event& event);
  std::optional<WindowEvent> window_event(const SDL_WindowEvent& event);
  WindowEvent finger(const SDL_TouchFingerEvent& event) const;
  std::optional<WindowEvent> button(const SDL_MouseButtonEvent& event) const;
  TouchEvent contact(TouchEvent::Kind kind, Point place, std::uint32_t stamp) const;

  std::unique_ptr<SdlVideo> video_;
  std::unique_ptr<SDL_Window, SdlWindowDeleter> window_;
  Size canvas_;
  std::uint32_t wake_type_;
  std::atomic<bool> wake_pushed_ = false;
  bool whole_ = true;  // the margins too must be drawn at the next present
};

Size SdlWindow::size() const {
  Size pixels;
  SDL_GetWindowSize(window_.get(), &pixels.width, &pixels.height);
  return {std::max(1, pixels.width), std::max(1, pixels.height)};
}

std::optional<WindowEvent> SdlWindow::wait(kiosk::Milliseconds limit) {
  const kiosk::Milliseconds until = ticks() + limit;
  SDL_Event event;
  while (true) {
    const std::int64_t left = std::clamp<std::int64_t>((until - ticks()).count(), 0, 3'600'000);
    if (SDL_WaitEventTimeout(&event, static_cast<int>(left)) == 0) return std::nullopt;
    if (auto known = translate(event)) return known;
  }
}

void SdlWindow::wake() {
  if (wake_pushed_.exchange(true)) return;
  SDL_Event event{};
  event.type = wake_type_;
  if (SDL_PushEvent(&event) <= 0) wake_pushed_ = false;
}

std::optional<WindowEvent> SdlWindow::translate(const SDL_Event& event) {
  if (event.type == wake_type_) {
    wake_pushed_ = false;
    return Woken{};
  }
  switch (event.type) {
    case SDL_QUIT:
      return CloseAsked{};
    case SDL_WINDOWEVENT:
      return window_event(event.window);
    case SDL_FINGERDOWN:
    case SDL_FINGERMOTION:
    case SDL_FINGERUP:
      return finger(event.tfinger);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
      return button(event.button);
    case SDL_MOUSEMOTION:
      if ((event.motion.state & SDL_BUTTON_LMASK) == 0) return std::nullopt;
      return contact(TouchEvent::Kind::move, {event.motion.x, event.motion.y},
                     event.motion.timestamp);
    default:
      return std::nullopt;
  }
}

std::optional<WindowEvent> SdlWindow::window_event(const SDL_WindowEvent& event) {
  switch (event.event) {
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_RESTORED:
      whole_ = true;
      return Exposed{};
    default:
      return std::nullopt;
  }
}

WindowEvent SdlWindow::finger(const SDL_TouchFingerEvent& event) const {
  const Size pixels = size();
  const Point place{static_cast<int>(std::floor(event.x * static_cast<float>(pixels.width))),
                    static_cast<int>(std::floor(event.y * static_cast<float>(pixels.height)))};
  const TouchEvent::Kind kind = event.type == SDL_FINGERDOWN ? TouchEvent::Kind::down
                                : event.type == SDL_FINGERUP ? TouchEvent::Kind::up
                                                             : TouchEvent::Kind::move;
  TouchEvent touch = contact(kind, place, event.timestamp);
  touch.finger = event.fingerId + 1;  // 0 is the mouse
  return touch;
}

std::optional<WindowEvent> SdlWindow::button(const SDL_MouseButtonEvent& event) const {
  if (event.button != SDL_BUTTON_LEFT) return std::nullopt;
  const TouchEvent::Kind kind =
      event.type == SDL_MOUSEBUTTONDOWN ? TouchEvent::Kind::down : TouchEvent::Kind::up;
  return contact(kind, {event.x, event.y}, event.timestamp);
}

TouchEvent SdlWindow::contact(TouchEvent::Kind kind, Point place, std::uint32_t stamp) const {
  return {kind, 0, to_logical(viewport(), place), unwrapped(ticks(), stamp)};
}

void SdlWindow::present(const Surface& surface, const Rect& changed) {
  SDL_Surface* screen = SDL_GetWindowSurface(window_.get());
  if (screen == nullptr) return;  // a window just resized or hidden: the next Exposed draws it
  const Size pixels = size_of(surface);
  SDL_Surface* picture = SDL_CreateRGBSurfaceWithFormatFrom(
      cairo_image_surface_get_data(surface.get()), pixels.width, pixels.height, 32,
      cairo_image_surface_get_stride(surface.get()), SDL_PIXELFORMAT_XRGB8888);
  if (picture == nullptr) return;
  const Point origin = viewport().origin;
  Rect part = changed;
  if (whole_) {
    SDL_FillRect(screen, nullptr, SDL_MapRGB(screen->format, 0, 0, 0));
    part = whole_window(pixels);
  }
  const SDL_Rect from{part.x, part.y, part.width, part.height};
  SDL_Rect to{part.x + origin.x, part.y + origin.y, part.width, part.height};
  SDL_BlitSurface(picture, &from, screen, &to);
  SDL_FreeSurface(picture);
  if (whole_) {
    SDL_UpdateWindowSurface(window_.get());
  } else {
    SDL_UpdateWindowSurfaceRects(window_.get(), &to, 1);
  }
  whole_ = false;
}

/// The largest window of the canvas's proportions that leaves room for a desktop's bars.
Size size_for_display(Size canvas) {
  SDL_Rect usable{0, 0, canvas.width, canvas.height};
  SDL_GetDisplayUsableBounds(0, &usable);
  constexpr double share = 0.92;
  const double scale =
      std::min({1.0, usable.w * share / canvas.width, usable.h * share / canvas.height});
  return {static_cast<int>(canvas.width * scale), static_cast<int>(canvas.height * scale)};
}

}  // namespace

kiosk::Result<std::unique_ptr<Window>> open_window(const WindowOptions& options) {
  // The accelerated surface needs a GL library and is slower here.
  SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
  // Fingers and mouse are told apart by us; SDL's imitations would press twice.
  SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
  SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
  SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
  // Ctrl-C and SIGTERM stay with the program.
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  if (SDL_Init(SDL_INIT_VIDEO) != 0) return kiosk::fail("ui", "no_display", SDL_GetError());
  auto video = std::make_unique<SdlVideo>();
  const bool fullscreen = options.mode == WindowOptions::Mode::fullscreen;
  const bool chosen = options.size.width > 0 && options.size.height > 0;
  const Size size = chosen ? options.size : size_for_display(options.canvas);
  const std::uint32_t flags{fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE};
  SDL_Window* window = SDL_CreateWindow(options.title.c_str(), SDL_WINDOWPOS_CENTERED,
                                        SDL_WINDOWPOS_CENTERED, size.width, size.height, flags);
  if (window == nullptr) return kiosk::fail("ui", "no_display", SDL_GetError());
  if (fullscreen) SDL_ShowCursor(SDL_DISABLE);
  const std::uint32_t wake_type = SDL_RegisterEvents(1);
  return std::unique_ptr<Window>(
      std::make_unique<SdlWindow>(std::move(video), window, options.canvas, wake_type));
}

}  // namespace screens::ui
