#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kiosk/base/instant.h"
#include "screens/ui/layout.h"

// Fingers -> actions, forgiving where hands shake and strict where a press would not be meant.
// All times are of one monotonic clock that starts anywhere (Window::ticks): the wall clock may
// jump, and a touch screen must not stop for it.

namespace screens::ui {

/// One raw contact event in logical pixels. The mouse is finger 0.
struct TouchEvent {
  enum class Kind { down, move, up };
  Kind kind = Kind::down;
  std::int64_t finger = 0;
  Point place;
  kiosk::Milliseconds at{};

  bool operator==(const TouchEvent&) const = default;
};

/// A new screen takes no touches for this long: nobody has read it yet.
constexpr kiosk::Milliseconds fresh_screen_time{400};
/// A contact that slides further than 15 mm from where it began was not a press.
constexpr int slide_max_px = 15 * px_per_mm;
/// A contact this old is a palm or a drop of water: it presses nothing and blocks nobody.
constexpr kiosk::Milliseconds contact_time_max{10'000};

/// Follows one finger at a time. Plain state, no clock.
class Touch {
 public:
  /// A new screen is up (not: the same screen with a new countdown). Contacts that are down belong
  /// to the old one and press nothing any more.
  void shown(kiosk::Milliseconds at);

  /// Takes one event on what is on the screen now; gives the action when a finger was lifted from
  /// the button it was put on. Events come in any order and number; each contact gives one action
  /// at most.
  std::optional<std::string> step(const TouchEvent& event, const Scene& scene);

  /// The action under the finger, to be painted as pressed; empty: none.
  std::string pressed(kiosk::Milliseconds now) const;

 private:
  struct Contact {
    std::int64_t finger = 0;
    Point start;
    kiosk::Milliseconds since{};
    std::string action;  // empty: it can press nothing any more
  };

  static bool is_stuck(const Contact& contact, kiosk::Milliseconds now);

  std::optional<kiosk::Milliseconds> shown_at_;
  std::optional<Contact> contact_;
};

}  // namespace screens::ui
